import { inflateRawSync } from 'node:zlib'
import type { PageData } from '../../src/report/page-types.ts'

/** What the script of a report's page reads. */
export function dataOf(html: string): PageData {
  const packed = /<script id="reports" type="text\/plain">([A-Za-z0-9+/=]*)<\/script>/.exec(html)?.[1]
  if (packed === undefined) throw new Error('the page holds no data')
  return JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8')) as PageData
}
