import { Buffer } from 'node:buffer'
import type { EventEmitter } from 'node:events'
import { STATUS_CODES } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { UpgradeRequest } from './request.ts'

/** Why an opening handshake is refused. */
export interface Refusal {
  readonly status: number
  readonly message: string
  readonly fields?: Readonly<Record<string, string>>
}

/** Leaves the answer to a listener for `wsClientError`, if there is one. */
export function refuse(server: EventEmitter, request: UpgradeRequest, stream: Duplex, refusal: Refusal): void {
  if (server.listenerCount('wsClientError') === 0) respond(stream, refusal.status, refusal.message, refusal.fields)
  else server.emit('wsClientError', new Error(refusal.message), stream, request)
}

/** Answers with `status` and ends the stream. */
export function respond(stream: Duplex, status: number, message: string | undefined, fields: OutgoingHttpHeaders = {}): void {
  const reason = STATUS_CODES[status] ?? ''
  const body = message || reason
  const described = { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(body), ...fields }
  if ('respond' in stream) {
    const http2 = stream as ServerHttp2Stream
    http2.respond({ ':status': status, ...described })
    http2.end(body)
    return
  }
  const lines = Object.entries({ Connection: 'close', ...described }).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  stream.once('finish', () => stream.destroy())
  stream.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`)
}
