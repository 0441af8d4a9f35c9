import type { ServerHttp2Stream } from 'node:http2'
import type { FieldLine } from '../../core/handshake/fields.ts'
import { ERROR_CODES } from '../../core/http2/error-codes.ts'
import type { ClientStream } from '../../client/http2/session.ts'
import type { Runtime } from '../../connection/runtime.ts'
import { readStreamRequest } from '../../server/http2/requests.ts'
import type { Http2Request, ServerStream } from '../../server/http2/responder.ts'
import { toNodeHeaders } from './http2-headers.ts'
import { END_STREAM } from './http2-module.ts'
import { Http2StreamTransport } from './http2-transport.ts'

/** @param raw and `flags` as the 'stream' event gives them */
export function readNodeStream(stream: ServerHttp2Stream, raw: readonly string[], flags: number): Http2Request {
  return readStreamRequest(raw, (flags & END_STREAM) !== 0 || stream.endAfterHeaders)
}

export class NodeServerStream extends Http2StreamTransport implements ServerStream {
  readonly #stream: ServerHttp2Stream

  constructor(stream: ServerHttp2Stream, runtime: Runtime) {
    super(stream, runtime)
    this.#stream = stream
  }

  respond(status: number, fields: readonly FieldLine[]): void {
    const stream = this.#stream
    if (!stream.destroyed && !stream.closed && !stream.headersSent) stream.respond(toNodeHeaders([[':status', String(status)], ...fields]))
  }
}

export class NodeClientStream extends Http2StreamTransport implements ClientStream {
  get resetCode(): number {
    return this.stream.rstCode ?? ERROR_CODES.NO_ERROR
  }

  onResponse(callback: (status: number, lines: readonly string[]) => void): void {
    this.stream.once('response', (headers: { readonly ':status'?: number }, _flags: number, raw?: readonly string[]) =>
      callback(headers[':status'] ?? 0, raw ?? []),
    )
  }

  onClosed(callback: () => void): void {
    this.stream.once('close', callback)
  }
}
