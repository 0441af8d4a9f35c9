import type * as Http2 from 'node:http2'
import { process } from './process.ts'

let loaded: typeof Http2 | undefined

/** `node:http2`, loaded when a program first uses HTTP/2: it took 6 ms of an import of 52. */
export function http2(): typeof Http2 {
  return (loaded ??= process.getBuiltinModule('node:http2'))
}

/** The flag of a HEADERS frame that ends the stream (RFC 9113 section 6.2). */
export const END_STREAM = 0x1

/**
 * Sets the window of a whole session. Bun updates the window of a stream (RFC 9113 section 6.9) once half of the session's window was read on it, so there the
 * session has at most twice the window of a stream.
 * @param streamWindow the initial window of each stream
 */
export function setSessionWindow(session: Http2.Http2Session, sessionWindow: number, streamWindow: number): void {
  session.setLocalWindowSize('bun' in process.versions ? Math.min(sessionWindow, 2 * streamWindow) : sessionWindow)
}
