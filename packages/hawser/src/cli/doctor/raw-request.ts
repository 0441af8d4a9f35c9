import { readCallerFields } from '../../core/handshake/caller-fields.ts'
import { buildUpgradeRequest } from '../../core/http1/upgrade-request.ts'
import type { RawProbeId, Target } from './observation.ts'
import { BROWSER_FIELDS } from './probes.ts'

type FieldLines = readonly (readonly [name: string, value: string])[]

/**
 * Requests that no client of hawser sends, to be written as Latin-1. `ordinary`: a GET that asks for no upgrade, to compare with. `connection-list`:
 * an opening handshake with the Connection field of Firefox, which has two options; servers that compare the whole field refuse it.
 * @param subprotocols offered by `connection-list`
 * @throws OptionError for fields that HTTP does not allow
 */
export function buildRawRequest(id: RawProbeId, target: Target, headers: FieldLines, key: string, subprotocols: readonly string[] = []): string {
  const added = [...BROWSER_FIELDS, ...headers]
  if (id === 'connection-list') {
    const request = buildUpgradeRequest({
      target: target.path,
      authority: target.authority,
      key,
      origin: target.origin,
      subprotocols,
      headers: added,
    })
    return request.replace('\r\nConnection: Upgrade\r\n', '\r\nConnection: keep-alive, Upgrade\r\n')
  }
  const lines = [
    ['Host', target.authority],
    ['Connection', 'close'],
    ['Accept', 'text/html,*/*;q=0.8'],
    ...readCallerFields(added, 'headers', 'request'),
  ]
  return `GET ${target.path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}
