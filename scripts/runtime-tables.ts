/**
 * The tables of docs/runtimes.md, made of the code. `npm run docs` and `node --import tsx scripts/runtime-tables.ts` write them; a test compares the page
 * with this.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { bunCapabilities, crosswsCapabilities, denoCapabilities, workersCapabilities } from '../packages/hawser/src/fetch/capabilities.ts'
import { read, root } from './sources.ts'

const page = 'docs/runtimes.md'
const platforms = [bunCapabilities, denoCapabilities, workersCapabilities, crosswsCapabilities]

const shown = (value: unknown): string => (value === true ? 'yes' : value === false ? 'no' : `\`${String(value)}\``)

function capabilityTable(): string {
  const names = Object.keys(bunCapabilities).filter((name) => name !== 'platform') as (keyof typeof bunCapabilities)[]
  const rows = names.map((name) => `| \`${name}\` | ${platforms.map((one) => shown(one[name])).join(' | ')} |`)
  return [`| capability | ${platforms.map(({ platform }) => platform).join(' | ')} |`, `|---|${platforms.map(() => '---').join('|')}|`, ...rows].join(
    '\n',
  )
}

const tables: Readonly<Record<string, () => string>> = { capabilities: capabilityTable }

/** The text of the page with its tables made anew, between `<!-- name -->` and `<!-- end -->`. @throws Error for a table without a place */
export function withRuntimeTables(text: string): string {
  return Object.entries(tables).reduce((result, [name, make]) => placeTable(result, name, make()), text)
}

/** The text of the page with one table in its place. @throws Error where there is none */
export function placeTable(text: string, name: string, table: string): string {
  const place = new RegExp(`(<!-- ${name} -->\n).*?(<!-- end -->)`, 's')
  if (!place.test(text)) throw new Error(`${page} has no place for the table ${name}`)
  return text.replace(place, (_, before: string, after: string) => `${before}${table}\n${after}`)
}

export function writeRuntimeTables(): void {
  const text = read(page)
  const made = withRuntimeTables(text)
  if (made !== text) writeFileSync(join(root, page), made)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeRuntimeTables()
