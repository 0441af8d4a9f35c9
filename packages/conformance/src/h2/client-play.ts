import { Unmet } from '../result.ts'
import type { WireFrame } from '../wire.ts'
import type { H2Connection } from './connection.ts'
import type { H2Request } from './stream.ts'

export type Fields = readonly (readonly [string, string])[]

export const enableConnectProtocol = 8
/** What one row does with the one connection that the client opens for it. */
export interface ClientPlay {
  readonly ms: number
  readonly silenceMs: number
  readonly authority: string
  readonly secure: boolean
  /** @param settings default: Extended CONNECT is allowed */
  accept(settings?: readonly (readonly [number, number])[]): Promise<H2Connection>
  /** Accepts the connection and reads its first request. */
  asked(settings?: readonly (readonly [number, number])[]): Promise<{ h2: H2Connection; request: H2Request }>
  /** The same, answered with 200 and these fields. */
  opened(fields?: Fields, settings?: readonly (readonly [number, number])[]): Promise<{ h2: H2Connection; stream: number }>
  echo(h2: H2Connection, stream: number, text: string): Promise<void>
  /** The client takes the stream for no WebSocket: no frame is answered, and it ends the stream or the connection. */
  givesUp(h2: H2Connection, stream: number): Promise<void>
}

export async function nextOf(h2: H2Connection, stream: number, opcode: number, ms: number, what: string): Promise<WireFrame> {
  const frame = await h2.frame(stream, ms)
  if (frame === 'ended' || frame.opcode !== opcode) throw new Unmet(`no ${what} came`)
  return frame
}
