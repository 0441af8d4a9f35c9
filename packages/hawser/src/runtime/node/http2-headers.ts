import type { OutgoingHttpHeaders } from 'node:http2'
import { Fields } from '../../core/handshake/fields.ts'
import type { FieldLine } from '../../core/handshake/fields.ts'
import { http2 } from './http2-module.ts'

/** Never indexed by HPACK, where a guess could be compared with them (RFC 7541 section 7.1.3). */
const secrets: ReadonlySet<string> = new Set(['authorization', 'cookie', 'set-cookie', 'sec-websocket-protocol'])

/** Field lines, and pseudo-header fields, as node:http2 takes them. Set-Cookie keeps its lines; others follow {@link Fields.get}. */
export function toNodeHeaders(lines: readonly FieldLine[]): OutgoingHttpHeaders {
  const fields = new Fields(lines)
  const headers = Object.create(null) as OutgoingHttpHeaders
  const sensitive: string[] = []
  for (const [name] of lines) {
    const lower = name.toLowerCase()
    if (lower in headers) continue
    headers[lower] = lower === 'set-cookie' ? [...fields.values(lower)] : fields.get(lower)
    if (secrets.has(lower)) sensitive.push(lower)
  }
  return sensitive.length === 0 ? headers : Object.assign(headers, { [http2().sensitiveHeaders]: sensitive })
}
