import type { TextCodec } from '../core/platform.ts'
import { serializeMessage } from '../core/protocol/frame-serializer.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import type { WebSocketConnection } from '../connection/websocket-connection.ts'

export interface BroadcastOptions<Connection = any> {
  /** One connection, or several, that do not get the message. */
  readonly except?: Connection | ReadonlySet<Connection>
  readonly filter?: (socket: Connection) => boolean
}

/** How many connections got it, by what their `send` said. */
export interface BroadcastResult {
  readonly sent: number
  readonly buffered: number
  readonly dropped: number
}

type Encoded = string | Uint8Array

/**
 * Encodes the message once for each subprotocol and serializes it once for all connections without extensions.
 * @throws MessageError when the codec of a chosen connection refuses the message; then nobody got it
 */
export function broadcast(
  connections: ReadonlySet<WebSocketConnection>,
  message: unknown,
  codecs: ReadonlyMap<string, SubprotocolCodec<any, any>>,
  text: TextCodec,
  options: BroadcastOptions = {},
): BroadcastResult {
  const { except, filter } = options
  const isExcepted = except instanceof Set ? (socket: unknown) => except.has(socket) : (socket: unknown) => socket === except
  const encoded = new Map<string, Encoded>()
  const chosen: WebSocketConnection[] = []
  for (const connection of connections) {
    if (isExcepted(connection) || (filter !== undefined && !filter(connection))) continue
    const name = codecs.has(connection.subprotocol) ? connection.subprotocol : ''
    if (!encoded.has(name)) encoded.set(name, connection.encode(message))
    chosen.push(connection)
  }
  const frames = new Map<string, Uint8Array>()
  const counts = { sent: 0, buffered: 0, dropped: 0, closed: 0 }
  for (const connection of chosen) {
    const name = codecs.has(connection.subprotocol) ? connection.subprotocol : ''
    const data = encoded.get(name) as Encoded
    if (!connection.takesPrepared) {
      counts[connection.sendEncoded(data)]++
      continue
    }
    let frame = frames.get(name)
    if (frame === undefined) frames.set(name, (frame = serializeMessage(data, text)))
    counts[connection.sendPrepared(frame)]++
  }
  return { sent: counts.sent, buffered: counts.buffered, dropped: counts.dropped }
}
