import { once } from 'node:events'
import * as net from 'node:net'
import { serializeFrame } from '../../src/core/protocol/index.ts'

export const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ=='
export const sampleAccept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

/** A valid opening handshake; a field given as undefined is left out, others replace or follow the usual ones. */
export function openingRequest(path = '/', fields: Record<string, string | undefined> = {}, method = 'GET'): string {
  const all: Record<string, string | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': sampleKey,
    'Sec-WebSocket-Version': '13',
    ...fields,
  }
  let text = `${method} ${path} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries(all)) if (value !== undefined) text += `${name}: ${value}\r\n`
  return `${text}\r\n`
}

export function clientFrame(
  opcode: number,
  payload: string | Uint8Array = '',
  extra: { rsv?: number; masked?: boolean; fin?: boolean } = {},
): Uint8Array {
  return serializeFrame({
    opcode,
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
    ...(extra.masked === false ? {} : { maskingKey: 0x1234_5678 }),
    ...(extra.rsv === undefined ? {} : { rsv: extra.rsv }),
    ...(extra.fin === undefined ? {} : { fin: extra.fin }),
  })
}

export interface RawResponse {
  readonly status: number
  /** Lower-case names; a field that appears twice has two entries. */
  readonly fields: readonly (readonly [string, string])[]
  readonly head: string
  readonly body: string
  get(name: string): string | undefined
}

export interface RawFrame {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly payload: Buffer
}

/** A client that writes whatever bytes it is told to, and keeps what arrives. */
export class RawClient {
  readonly socket: net.Socket
  buffer: Buffer = Buffer.alloc(0)
  ended = false
  closed = false
  error: Error | undefined
  #wake: (() => void)[] = []

  constructor(target: { port: number } | { path: string } | net.Socket) {
    this.socket = target instanceof net.Socket ? target : net.connect({ ...target, host: '127.0.0.1', allowHalfOpen: true } as net.NetConnectOpts)
    const wake = (): void => {
      for (const callback of this.#wake.splice(0)) callback()
    }
    this.socket.on('data', (chunk) => {
      this.buffer = Buffer.concat([this.buffer, chunk])
      wake()
    })
    this.socket.on('end', () => {
      this.ended = true
      wake()
    })
    this.socket.on('error', (error) => {
      this.error = error
    })
    this.socket.on('close', () => {
      this.closed = true
      wake()
    })
  }

  static async to(target: { port: number } | { path: string }): Promise<RawClient> {
    const client = new RawClient(target)
    await once(client.socket, 'connect')
    client.socket.setNoDelay(true)
    return client
  }

  write(...pieces: (string | Uint8Array)[]): void {
    this.socket.write(Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece))))
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.closed) throw new Error(`the connection closed while waiting for ${what}; buffered: ${this.buffer.toString('latin1').slice(0, 400)}`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async response(isHead = false): Promise<RawResponse> {
    await this.until(() => this.buffer.includes('\r\n\r\n'), 'a response')
    const end = this.buffer.indexOf('\r\n\r\n') + 4
    const head = this.buffer.subarray(0, end).toString('latin1')
    const [statusLine = '', ...lines] = head.slice(0, -4).split('\r\n')
    const fields = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()] as const)
    const get = (name: string): string | undefined => fields.find(([found]) => found === name)?.[1]
    const length = isHead ? 0 : Number(get('content-length') ?? 0)
    await this.until(() => this.buffer.length >= end + length, 'the content')
    const body = this.buffer.subarray(end, end + length).toString()
    this.buffer = this.buffer.subarray(end + length)
    return { status: Number(statusLine.split(' ')[1]), fields, head, body, get }
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

  /** The next frame, which must be a Close frame. */
  async closeFrame(): Promise<{ code: number; reason: string }> {
    const { opcode, payload } = await this.frame()
    if (opcode !== 8) throw new Error(`expected a Close frame, received opcode ${opcode}`)
    return { code: payload.length === 0 ? 1005 : payload.readUInt16BE(0), reason: payload.subarray(2).toString() }
  }

  /** The server has ended its side. */
  async end(): Promise<void> {
    while (!this.ended && !this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }

  async gone(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => this.#wake.push(resolve))
  }

  destroy(): void {
    this.socket.destroy()
  }
}
