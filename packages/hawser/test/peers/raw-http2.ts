import { once } from 'node:events'
import * as net from 'node:net'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { authority } from '../certificates/index.ts'

export const DATA = 0
export const HEADERS = 1
export const RST_STREAM = 3
export const SETTINGS = 4
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9
export const END_STREAM = 1
export const END_HEADERS = 4
export const ENABLE_CONNECT_PROTOCOL = 8
export const PROTOCOL_ERROR = 1

export interface Http2Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export function settingsFrame(...entries: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(entries.length * 6)
  entries.forEach(([id, value], index) => {
    payload.writeUInt16BE(id, index * 6)
    payload.writeUInt32BE(value, index * 6 + 2)
  })
  return http2Frame(SETTINGS, 0, 0, payload)
}

function integer(value: number, prefixBits: number, first: number): Buffer {
  const max = (1 << prefixBits) - 1
  if (value < max) return Buffer.from([first | value])
  const bytes = [first | max]
  let rest = value - max
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** RFC 7541 section 6.2.2: literal lines that are not indexed, without Huffman coding: every octet as it was written. */
export function headerBlock(lines: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    lines.flatMap(([name, value]) => [
      Buffer.from([0]),
      integer(name.length, 7, 0),
      Buffer.from(name, 'latin1'),
      integer(value.length, 7, 0),
      Buffer.from(value, 'latin1'),
    ]),
  )
}

export type Lines = readonly (readonly [string, string])[]

export function connectLines(changes: Record<string, string | undefined> = {}, extra: Lines = []): Lines {
  const all: Record<string, string | undefined> = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':path': '/',
    ':authority': 'localhost',
    'sec-websocket-version': '13',
    ...changes,
  }
  return [...Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined), ...extra]
}

/** Writes frames of HTTP/2 that no client would, and keeps the server's. It reads and acknowledges nothing by itself unless told. */
export class RawHttp2 {
  readonly socket: net.Socket
  readonly frames: Http2Frame[] = []
  closed = false
  #buffer: Buffer = Buffer.alloc(0)
  #wake: (() => void)[] = []

  constructor(socket: net.Socket) {
    this.socket = socket
    const wake = (): void => {
      for (const callback of this.#wake.splice(0)) callback()
    }
    socket.on('data', (chunk) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk])
      while (this.#buffer.length >= 9) {
        const length = this.#buffer.readUIntBE(0, 3)
        if (this.#buffer.length < 9 + length) break
        this.frames.push({
          type: this.#buffer[3] as number,
          flags: this.#buffer[4] as number,
          stream: this.#buffer.readUInt32BE(5) & 0x7fff_ffff,
          payload: this.#buffer.subarray(9, 9 + length),
        })
        this.#buffer = this.#buffer.subarray(9 + length)
      }
      wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.closed = true
      wake()
    })
  }

  static async to(
    t: TestContext,
    target: { port: number; secure?: boolean; settings?: readonly (readonly [id: number, value: number])[] },
  ): Promise<RawHttp2> {
    const { port, secure = true, settings = [] } = target
    const socket = secure
      ? tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority, ALPNProtocols: ['h2'] })
      : net.connect({ port, host: '127.0.0.1' })
    t.after(() => socket.destroy())
    const raw = new RawHttp2(socket)
    await once(socket, secure ? 'secureConnect' : 'connect')
    raw.write(preface, settingsFrame(...settings))
    return raw
  }

  write(...frames: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames))
  }

  request(stream: number, lines: Lines, flags = END_HEADERS): void {
    this.write(http2Frame(HEADERS, flags, stream, headerBlock(lines)))
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.closed)
        throw new Error(
          `the connection closed while waiting for ${what}; frames: ${JSON.stringify(this.frames.map(({ type, stream }) => [type, stream]))}`,
        )
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** The next frame of this type (and stream), which is taken out. */
  async next(type: number, stream?: number): Promise<Http2Frame> {
    const match = (frame: Http2Frame): boolean => frame.type === type && (stream === undefined || frame.stream === stream)
    await this.until(() => this.frames.some(match), `a frame of type ${type}`)
    return this.frames.splice(this.frames.findIndex(match), 1)[0] as Http2Frame
  }

  /** The error code of the RST_STREAM that answers this stream. */
  async reset(stream: number): Promise<number> {
    return (await this.next(RST_STREAM, stream)).payload.readUInt32BE(0)
  }

  /** HEADERS of the answer; its block is Huffman-coded, and 200 alone is one octet of the static table. */
  async answer(stream: number): Promise<{ is200: boolean; frame: Http2Frame }> {
    const frame = await this.next(HEADERS, stream)
    return { is200: frame.payload[0] === 0x88, frame }
  }

  /** The next chunk, or the end. */
  event(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }

  async gone(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }
}
