/**
 * How a hostile client hits each limit: the bytes that it writes at once, and what it waits for. Values of limits are the defaults, where a default can be hit
 * in less than a second.
 */
import { deflateRawSync } from 'node:zlib'
import { permessageDeflate } from 'hawser'
import type { ServeOptions } from 'hawser'
import { frame, headers, http2, http2Frame, opening } from './bytes.ts'

export interface Hit {
  readonly limit: string
  /** What the client does, for the table. */
  readonly what: string
  readonly options?: ServeOptions<any, any, any, any, any>
  readonly bytes: Uint8Array
  /** What ends the hit: the end of the connection, or bytes that have arrived. Default: the end. */
  readonly until?: string | Uint8Array
  /** Hits that take their time run beside as many others. */
  readonly isSlow?: boolean
  /** Hits that take seconds in all are a tenth as many. */
  readonly isHeavy?: boolean
  /** Connections that stay open during all hits. */
  readonly beside?: number
}

const repeat = (count: number, bytes: Uint8Array): Buffer => Buffer.concat(Array<Uint8Array>(count).fill(bytes))
const open = (...frames: readonly Uint8Array[]): Buffer => Buffer.concat([opening(), ...frames])
const close = frame(8, Buffer.from([3, 0xe8]))
const never = (): Promise<void> => new Promise<void>(() => undefined)
const deflated = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }
const compressed = (content: Uint8Array): Uint8Array => frame(1, deflateRawSync(content), { rsv: 0x40 })
const withDeflate = { extensions: [permessageDeflate()], message: () => undefined }
const reset = http2Frame(3, 0, 1, Buffer.from([0, 0, 0, 8]))

const connection: readonly Hit[] = [
  { limit: 'no limit', what: 'opens a connection, sends a message, closes', bytes: open(frame(1, Buffer.from('hello')), close) },
  {
    limit: 'message',
    what: 'two fragments of 0.6 MiB',
    bytes: open(frame(2, Buffer.alloc(629_146), { fin: false }), frame(0, Buffer.alloc(629_146))),
  },
  { limit: 'frame', what: 'a header that claims 2 MiB', bytes: open(frame(2, Buffer.alloc(2_097_152)).subarray(0, 14)) },
  {
    limit: 'fragments',
    what: '16,385 empty fragments',
    bytes: open(frame(2, Buffer.alloc(0), { fin: false }), repeat(16_384, frame(0, Buffer.alloc(0), { fin: false }))),
  },
  {
    limit: 'incompleteBytes',
    what: '64 KiB of a message (limit 32,768)',
    options: { limits: { incompleteBytes: 32_768 } },
    bytes: open(frame(2, Buffer.alloc(200_000)).subarray(0, 65_536)),
  },
  {
    limit: 'incompleteMs',
    what: 'three bytes of a frame, and silence (limit 500)',
    options: { limits: { incompleteMs: 500 } },
    bytes: open(frame(1, Buffer.alloc(200)).subarray(0, 3)),
    isSlow: true,
  },
  { limit: 'controlFramesPerSecond', what: '1,001 Pings', bytes: open(repeat(1_001, frame(9, Buffer.alloc(4)))) },
  {
    limit: 'sendBuffer',
    what: 'reads nothing of 2 MiB (limit 1 MiB)',
    options: {
      limits: { sendBuffer: 1_048_576 },
      closeTimeoutMs: 300,
      open: (socket) => void Array.from({ length: 64 }, () => socket.send(Buffer.alloc(131_072))),
    },
    bytes: open(),
    until: 'nothing',
    isSlow: true,
  },
  {
    limit: 'receiveBuffer',
    what: '200 KiB of messages while the handler is busy',
    options: { message: () => never() },
    bytes: open(repeat(200, frame(2, Buffer.alloc(1_024)))),
    until: 'HTTP/1.1 101',
  },
  {
    limit: 'messagesPerSecond',
    what: '1,100 messages (limit 1,000)',
    options: { limits: { messagesPerSecond: 1_000 }, message: () => undefined },
    bytes: open(repeat(1_100, frame(1, Buffer.from('hello'))), close),
    isSlow: true,
  },
  {
    limit: 'bytesPerSecond',
    what: '1.1 MiB (limit 1 MiB)',
    options: { limits: { bytesPerSecond: 1_048_576 }, message: () => undefined },
    bytes: open(repeat(18, frame(2, Buffer.alloc(65_536))), close),
    isSlow: true,
  },
  {
    limit: 'expandedPerSecond',
    what: '18 messages of 1 KiB that become 1 MiB; a tenth as often',
    isHeavy: true,
    options: withDeflate,
    bytes: Buffer.concat([opening('/', deflated), repeat(18, compressed(Buffer.alloc(1_048_576))), close]),
    isSlow: true,
  },
  {
    limit: 'maxRatio',
    what: 'a message of 4 KiB that becomes 4 MiB (`message` 8 MiB)',
    options: { ...withDeflate, limits: { message: 8_388_608 } },
    bytes: Buffer.concat([opening('/', deflated), compressed(Buffer.alloc(4_194_304))]),
  },
  {
    limit: 'maxStreams',
    what: 'a message of 32 DEFLATE streams',
    options: withDeflate,
    bytes: Buffer.concat([opening('/', deflated), frame(1, repeat(32, Buffer.from([0x03, 0x00])), { rsv: 0x40 })]),
  },
]

const handshake: readonly Hit[] = [
  { limit: 'startLine', what: 'a target of 9,000 bytes', bytes: opening(`/${'a'.repeat(9_000)}`) },
  { limit: 'fieldSection', what: 'a field of 17,000 bytes', bytes: opening('/', { 'X-A': 'a'.repeat(17_000) }) },
  { limit: 'fields', what: '200 fields', bytes: opening('/', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`X-${i}`, 'a']))) },
  {
    limit: 'handshakeMs',
    what: 'half a request, and silence (limit 500)',
    options: { limits: { handshakeMs: 500 } },
    bytes: opening().subarray(0, 40),
    isSlow: true,
  },
  {
    limit: 'requestMs',
    what: 'a POST without its content (limit 500)',
    options: { limits: { requestMs: 500 }, request: (incoming) => void incoming.resume() },
    bytes: Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n'),
    isSlow: true,
  },
  {
    limit: 'earlyData',
    what: '128 KiB of frames before the hook answers',
    options: { upgrade: () => new Promise((resolve) => setTimeout(resolve, 50, {})), message: () => undefined },
    bytes: open(repeat(128, frame(2, Buffer.alloc(1_024))), close),
  },
  { limit: 'connections', what: 'one more than the limit', options: { limits: { connections: 1 } }, bytes: opening(), beside: 1 },
  { limit: 'connectionsPerAddress', what: 'one more than the limit', options: { limits: { connectionsPerAddress: 1 } }, bytes: opening(), beside: 1 },
  { limit: 'handshakesPerSecond', what: 'one more than the limit', options: { limits: { handshakesPerSecond: 1 } }, bytes: opening(), beside: 1 },
]

const overHttp2: readonly Hit[] = [
  {
    limit: 'no limit over HTTP/2',
    what: 'a session with one stream, which closes',
    bytes: http2(headers(1), http2Frame(0, 1, 1, close)),
    until: http2Frame(0, 1, 1).subarray(3),
  },
  {
    limit: 'http2.maxConcurrentStreams',
    what: 'a second stream (limit 1)',
    options: { http2: { maxConcurrentStreams: 1 } },
    bytes: http2(headers(1), headers(3)),
    until: http2Frame(3, 0, 3, Buffer.from([0, 0, 0, 7])),
  },
  {
    limit: 'http2.streamWindow',
    what: '640 KiB to a stream that is not read',
    options: { message: () => never() },
    bytes: http2(headers(1), repeat(40, http2Frame(0, 0, 1, frame(2, Buffer.alloc(16_300))))),
    until: http2Frame(3, 0, 1, Buffer.from([0, 0, 0, 3])),
  },
  {
    limit: 'http2.resetsPerSecond',
    what: '300 streams, each reset; a tenth as often',
    isHeavy: true,
    bytes: http2(...Array.from({ length: 300 }, (_, i) => [headers(2 * i + 1), withStream(reset, 2 * i + 1)]).flat()),
  },
  { limit: 'http2.controlFramesPerSecond', what: '1,100 PING frames', bytes: http2(repeat(1_100, http2Frame(6, 0, 0, Buffer.alloc(8)))) },
  { limit: 'http2.tinyFramesPerSecond', what: '1,100 DATA frames of one byte', bytes: http2(headers(1), tiny(1_100)) },
  {
    limit: 'http2.overheadPerSecond',
    what: '8 MiB of WINDOW_UPDATE frames; a tenth as often',
    isHeavy: true,
    bytes: http2(headers(1), repeat(645_000, http2Frame(8, 0, 1, Buffer.from([0, 0, 0, 1])))),
  },
  {
    limit: 'http2.idleMs',
    what: 'a session without a stream (limit 500)',
    options: { http2: { idleMs: 500 }, limits: { handshakeMs: 500 } },
    bytes: http2(),
    isSlow: true,
  },
]

/** Every hit; `no limit` shows what a connection costs anyway. */
export const hits: readonly Hit[] = [...connection, ...handshake, ...overHttp2]

function withStream(bytes: Uint8Array, stream: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(stream, 5)
  return copy
}

function tiny(count: number): Buffer {
  const message = frame(2, Buffer.alloc(count))
  return Buffer.concat(Array.from({ length: count }, (_, i) => http2Frame(0, 0, 1, message.subarray(i, i + 1))))
}
