import type { FieldLine } from '../../core/handshake/fields.ts'
import type { Runtime } from '../../connection/runtime.ts'
import type { SessionHandle } from '../../connection/session-watch.ts'
import type { Transport } from '../../connection/transport.ts'

/** A session at the client, whose server's SETTINGS have arrived. */
export interface ClientSession extends SessionHandle {
  /** SETTINGS_ENABLE_CONNECT_PROTOCOL is 1 (RFC 8441 section 3). */
  readonly allowsConnect: boolean
  readonly maxConcurrentStreams: number
  /** @throws Error where the session takes no new stream */
  request(fields: readonly FieldLine[], runtime: Runtime): ClientStream
  /** A session without a stream does not. */
  keepsProcessAlive(keeps: boolean): void
  onClosed(callback: () => void): void
}

/** The stream of one Extended CONNECT, at the client. */
export interface ClientStream extends Transport {
  /** The error code of the RST_STREAM that closed it (RFC 9113 section 7); NO_ERROR before. */
  readonly resetCode: number
  /** @param callback given the final response: names and values in turn, pseudo-header fields too */
  onResponse(callback: (status: number, lines: readonly string[]) => void): void
  onClosed(callback: () => void): void
}
