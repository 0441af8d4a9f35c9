import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { withoutPromise } from '../core/thenable.ts'
import type { Members } from '../connection/members.ts'
import type { BroadcastResult } from '../server/broadcast.ts'
import { checkBroadcastOptions, readExceptions, readReceivers } from '../server/broadcast-options.ts'
import type { BroadcastOptions } from '../server/broadcast-options.ts'
import type { FetchConnection } from './fetch-connection.ts'

/**
 * Encodes the message once for each subprotocol, and gives it to the platform for each connection.
 * @throws OptionError naming the option that is wrong, before anything is sent
 * @throws MessageError when the codec of a chosen connection refuses the message; then no connection gets it
 */
export function broadcastOver(
  connections: Members<FetchConnection>,
  message: unknown,
  codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>,
  options: BroadcastOptions<any> = {},
): BroadcastResult {
  checkBroadcastOptions(options)
  const { to, except, compress } = options
  const filter = options.filter?.bind(options)
  const receivers = to === undefined ? connections : readReceivers<FetchConnection>(connections, to)
  const exceptions = except === undefined ? undefined : readExceptions(except)
  const encodings = new Map<string, string | Uint8Array>()
  const deliveries: [connection: FetchConnection, data: string | Uint8Array][] = []
  for (const connection of receivers) {
    if (exceptions?.has(connection) === true) continue
    if (filter !== undefined && !withoutPromise('filter', filter(connection))) continue
    if (compress !== undefined) connection.checkSending({ compress })
    const name = codecs.has(connection.subprotocol) ? connection.subprotocol : ''
    let data = encodings.get(name)
    if (data === undefined) encodings.set(name, (data = connection.encode(message)))
    deliveries.push([connection, data])
  }
  const counts = { sent: 0, buffered: 0, replaced: 0, dropped: 0, closed: 0 }
  for (const [connection, data] of deliveries) counts[connection.sendEncoded(data, compress)]++
  const { sent, buffered, replaced, dropped } = counts
  return { sent, buffered, replaced, dropped }
}
