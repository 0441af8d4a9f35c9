import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders, Settings } from 'node:http2'
import type { TestContext } from 'node:test'
import { authority } from '../certificates/index.ts'
import type { RawFrame } from './raw-client.ts'

type Answer = IncomingHttpHeaders & { ':status'?: number | undefined }

/** One stream that asked for a WebSocket, by hand over node:http2: it keeps what arrives and how the stream ended. */
export class StreamPeer {
  readonly stream: ClientHttp2Stream
  buffer: Buffer = Buffer.alloc(0)
  ended = false
  closed = false
  headers: Answer | undefined
  #wake: (() => void)[] = []

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream
    const wake = (): void => {
      for (const callback of this.#wake.splice(0)) callback()
    }
    stream.on('response', (headers) => {
      this.headers = headers
      wake()
    })
    stream.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk])
      wake()
    })
    stream.on('end', () => {
      this.ended = true
      wake()
    })
    stream.on('error', () => undefined)
    stream.on('close', () => {
      this.closed = true
      wake()
    })
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.closed)
        throw new Error(
          `the stream closed (${this.stream.rstCode}) while waiting for ${what}; buffered: ${this.buffer.toString('latin1').slice(0, 200)}`,
        )
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async response(): Promise<Answer> {
    await this.until(() => this.headers !== undefined, 'a response')
    return this.headers as Answer
  }

  async status(): Promise<number | undefined> {
    return (await this.response())[':status']
  }

  /** The content of a refusal. */
  async body(): Promise<string> {
    await this.until(() => this.ended, 'the end of the content')
    return this.buffer.toString()
  }

  async frame(): Promise<RawFrame> {
    await this.until(() => this.buffer.length >= 2, 'a frame')
    let start = 2
    let length = (this.buffer[1] as number) & 0x7f
    if (length === 126) {
      await this.until(() => this.buffer.length >= 4, 'a length')
      length = this.buffer.readUInt16BE(2)
      start = 4
    } else if (length === 127) {
      await this.until(() => this.buffer.length >= 10, 'a length')
      length = Number(this.buffer.readBigUInt64BE(2))
      start = 10
    }
    await this.until(() => this.buffer.length >= start + length, 'a payload')
    const first = this.buffer[0] as number
    const payload = this.buffer.subarray(start, start + length)
    this.buffer = this.buffer.subarray(start + length)
    return { fin: (first & 0x80) !== 0, rsv: first & 0x70, opcode: first & 0x0f, payload }
  }

  async closeFrame(): Promise<{ code: number; reason: string }> {
    const { opcode, payload } = await this.frame()
    if (opcode !== 8) throw new Error(`expected a Close frame, received opcode ${opcode}`)
    return { code: payload.length === 0 ? 1005 : payload.readUInt16BE(0), reason: payload.subarray(2).toString() }
  }

  async end(): Promise<void> {
    while (!this.ended && !this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }

  async gone(): Promise<number | undefined> {
    while (!this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
    return this.stream.rstCode
  }
}

export function connectHeaders(path = '/', fields: OutgoingHttpHeaders = {}, scheme = 'https'): OutgoingHttpHeaders {
  return {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': scheme,
    ':path': path,
    ':authority': 'localhost',
    'sec-websocket-version': '13',
    ...fields,
  }
}

/** A session of node:http2 whose SETTINGS have arrived; it ends with the test. */
export async function http2Session(t: TestContext, url: string, settings?: Settings): Promise<ClientHttp2Session> {
  const session = http2.connect(url.replace(/^ws/, 'http'), {
    ca: authority,
    servername: 'localhost',
    ...(settings === undefined ? {} : { settings }),
  })
  t.after(() => session.destroy())
  session.on('error', () => undefined)
  await once(session, 'remoteSettings')
  return session
}

export function openStream(session: ClientHttp2Session, path = '/', fields: OutgoingHttpHeaders = {}): StreamPeer {
  return new StreamPeer(session.request(connectHeaders(path, fields), { endStream: false }))
}
