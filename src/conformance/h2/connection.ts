import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Exchange } from '../exchange.ts'
import { Link } from '../link.ts'
import { Unmet } from '../result.ts'
import { describeFrame, parseFrame, serializeFrame } from '../wire.ts'
import type { WireFrame } from '../wire.ts'
import { decodeFields, encodeFields } from './hpack.ts'

const types = ['DATA', 'HEADERS', 'PRIORITY', 'RST_STREAM', 'SETTINGS', 'PUSH_PROMISE', 'PING', 'GOAWAY', 'WINDOW_UPDATE', 'CONTINUATION']
const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4

export interface H2Response {
  readonly status: number
  readonly fields: readonly (readonly [string, string])[]
  readonly endStream: boolean
}

/** One HTTP/2 connection of the suite, from raw frames: it can send what no HTTP/2 library would. */
export class H2Connection {
  readonly settings: Map<number, number> = new Map()
  /** Every value that SETTINGS_ENABLE_CONNECT_PROTOCOL had. */
  readonly connectProtocol: number[] = []
  goneAway: boolean = false
  #link: Link
  #streams = new Map<number, { response?: H2Response; data: Buffer; ended: boolean; reset: number | undefined }>()
  #nextStream = 1
  #windows = new Map<number, number>()
  #random: () => Uint8Array

  constructor(link: Link, random: () => Uint8Array) {
    this.#link = link
    this.#random = random
  }

  static async open(target: URL, insecure: boolean, ms: number, exchange: Exchange): Promise<H2Connection> {
    const secure = target.protocol === 'wss:'
    const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port)
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
    const socket = secure
      ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? '' : host, rejectUnauthorized: !insecure, ALPNProtocols: ['h2'] })
      : connectTcp({ host, port })
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Unmet(`no connection to ${target.host} within ${ms} ms`, 'must')), ms)
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        resolve()
      })
      socket.once('error', (error) => {
        clearTimeout(timer)
        reject(new Unmet(`no connection to ${target.host}: ${error.message}`, 'must'))
      })
    })
    exchange.add('suite', 'connected', `${target.host}, HTTP/2`)
    const connection = new H2Connection(new Link(socket, exchange), () => Uint8Array.of(0x11, 0x22, 0x33, 0x44))
    await connection.#link.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
    // SETTINGS_HEADER_TABLE_SIZE 0: header blocks of the peer refer to the static table alone.
    await connection.send(4, 0, 0, Buffer.from([0, 1, 0, 0, 0, 0]))
    await connection.until(() => (connection.settings.size > 0 || connection.sawSettings ? true : undefined), ms, 'no SETTINGS frame came')
    return connection
  }

  sawSettings: boolean = false

  async send(type: number, flags: number, stream: number, payload: Uint8Array): Promise<void> {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head[3] = type
    head[4] = flags
    head.writeUInt32BE(stream, 5)
    this.#link.exchange.add(
      'suite',
      'decoded',
      `${types[type] ?? type}, stream ${stream}${flags === 0 ? '' : `, flags ${flags}`}, ${payload.length} bytes`,
    )
    await this.#link.write(Buffer.concat([head, payload]))
  }

  /** @returns the stream's id */
  async request(fields: readonly (readonly [string, string])[], endStream = false): Promise<number> {
    const stream = this.#nextStream
    this.#nextStream += 2
    this.#streams.set(stream, { data: Buffer.alloc(0), ended: false, reset: undefined })
    this.#link.exchange.add(
      'suite',
      'decoded',
      fields
        .map(([name, value]) => `${name}: ${value}`)
        .join('; ')
        .slice(0, 300),
    )
    await this.send(1, END_HEADERS | (endStream ? END_STREAM : 0), stream, encodeFields(fields))
    return stream
  }

  /** The response, or `reset` where the stream (or the connection) ended without one. */
  async response(stream: number, ms: number): Promise<H2Response | 'reset'> {
    return this.until(
      () => {
        const state = this.#streams.get(stream)
        if (state?.response !== undefined) return state.response
        return state?.reset !== undefined || this.goneAway || this.#link.state !== 'open' ? 'reset' : undefined
      },
      ms,
      'no answer came in time',
    )
  }

  /** WebSocket frames in DATA, within the peer's flow-control window. */
  async sendFrame(stream: number, opcode: number, payload: Uint8Array, ms: number): Promise<void> {
    const bytes = serializeFrame({ fin: true, rsv: 0, opcode, maskingKey: this.#random(), payload })
    for (let from = 0; from < bytes.length; ) {
      const window = await this.until(
        () => {
          const most = Math.min(this.#window(0), this.#window(stream), 16_384, bytes.length - from)
          return most > 0 ? most : undefined
        },
        ms,
        'the flow-control window does not open',
      )
      this.#windows.set(0, this.#window(0) - window)
      this.#windows.set(stream, this.#window(stream) - window)
      await this.send(0, 0, stream, bytes.subarray(from, from + window))
      from += window
    }
  }

  async endStream(stream: number): Promise<void> {
    await this.send(0, END_STREAM, stream, Buffer.alloc(0))
  }

  async resetStream(stream: number): Promise<void> {
    await this.send(3, 0, stream, Buffer.from([0, 0, 0, 8]))
  }

  async frame(stream: number, ms: number): Promise<WireFrame | 'ended'> {
    return this.until(
      () => {
        const state = this.#streams.get(stream)!
        const found = parseFrame(state.data)
        if (typeof found === 'string') throw new Unmet(`the peer sent ${found}`)
        if (found !== undefined) {
          state.data = state.data.subarray(found.byteLength)
          this.#link.exchange.add('peer', 'decoded', describeFrame(found))
          return found
        }
        return this.over(stream) ? 'ended' : undefined
      },
      ms,
      'nothing came on the stream',
    )
  }

  over(stream: number): boolean {
    const state = this.#streams.get(stream)
    return state === undefined || state.ended || state.reset !== undefined || this.#link.state !== 'open'
  }

  get closed(): boolean {
    return this.goneAway || this.#link.state !== 'open'
  }

  async until<T>(look: () => T | undefined, ms: number, otherwise: string): Promise<T> {
    const found = await this.#link.until(() => {
      this.#read()
      return look()
    }, ms)
    if (found === undefined) throw new Unmet(otherwise)
    return found
  }

  destroy(): void {
    this.#link.destroy()
  }

  #window(stream: number): number {
    return this.#windows.get(stream) ?? (stream === 0 ? 65_535 : (this.settings.get(4) ?? 65_535))
  }

  #read(): void {
    for (;;) {
      const bytes = this.#link.unread
      if (bytes.length < 9) return
      const length = bytes.readUIntBE(0, 3)
      if (bytes.length < 9 + length) return
      const [type, flags, stream] = [bytes[3]!, bytes[4]!, bytes.readUInt32BE(5) & 0x7fff_ffff]
      const payload = Buffer.from(bytes.subarray(9, 9 + length))
      this.#link.consume(9 + length)
      this.#take(type, flags, stream, payload)
    }
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    const note = (text: string): void => this.#link.exchange.add('peer', 'decoded', `${types[type] ?? type}, stream ${stream}${text}`)
    const state = this.#streams.get(stream)
    if (type === 4 && (flags & ACK) === 0) {
      this.sawSettings = true
      for (let at = 0; at + 6 <= payload.length; at += 6) {
        const [id, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)]
        if (id === 8) this.connectProtocol.push(value)
        if (id === 4) {
          const change = value - (this.settings.get(4) ?? 65_535)
          for (const [open, window] of this.#windows) if (open !== 0) this.#windows.set(open, window + change)
        }
        this.settings.set(id, value)
      }
      note(`: ${[...this.settings].map(([id, value]) => `${id}=${value}`).join(', ')}`)
      void this.send(4, ACK, 0, Buffer.alloc(0))
    } else if (type === 1 && state !== undefined) {
      const padded = (flags & 8) !== 0 ? payload[0]! : 0
      const from = ((flags & 8) !== 0 ? 1 : 0) + ((flags & 32) !== 0 ? 5 : 0)
      const fields = decodeFields(payload.subarray(from, payload.length - padded))
      note(
        `: ${fields
          .map(([name, value]) => `${name}: ${value}`)
          .join('; ')
          .slice(0, 300)}`,
      )
      const status = Number(fields.find(([name]) => name === ':status')?.[1] ?? 0)
      const endStream = (flags & END_STREAM) !== 0
      if (status >= 200 || status === 101) state.response ??= { status, fields, endStream }
      if (endStream) state.ended = true
    } else if (type === 0 && state !== undefined) {
      const padded = (flags & 8) !== 0 ? payload[0]! + 1 : 0
      state.data = Buffer.concat([state.data, payload.subarray(padded === 0 ? 0 : 1, payload.length - Math.max(0, padded - 1))])
      note(`, ${payload.length} bytes${(flags & END_STREAM) === 0 ? '' : ', END_STREAM'}`)
      if ((flags & END_STREAM) !== 0) state.ended = true
      if (payload.length > 0) {
        const increment = Buffer.alloc(4)
        increment.writeUInt32BE(payload.length)
        void this.send(8, 0, 0, increment)
        if (!state.ended) void this.send(8, 0, stream, increment)
      }
    } else if (type === 3 && state !== undefined) {
      state.reset = payload.readUInt32BE(0)
      note(`: error ${state.reset}`)
    } else if (type === 6 && (flags & ACK) === 0) void this.send(6, ACK, 0, payload)
    else if (type === 7) {
      this.goneAway = true
      note(`: error ${payload.readUInt32BE(4)}`)
    } else if (type === 8) this.#windows.set(stream, this.#window(stream) + payload.readUInt32BE(0))
  }
}
