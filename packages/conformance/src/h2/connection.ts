import type { Socket } from 'node:net'
import type { Exchange } from '../exchange.ts'
import { Link } from '../link.ts'
import { Unmet } from '../result.ts'
import { describeFrame, parseFrame, serializeFrame } from '../wire.ts'
import type { WireFrame } from '../wire.ts'
import { ACK, dialHttp2, END_HEADERS, END_STREAM, frameOf, preface, shownFields, types } from './frames.ts'
import { decodeFields, encodeFields } from './hpack.ts'
import { H2Stream } from './stream.ts'
import type { StreamCarrier } from './stream.ts'

export interface H2Response {
  readonly status: number
  readonly fields: readonly (readonly [string, string])[]
  readonly endStream: boolean
}

/** What a client under test asked for. */
export interface H2Request {
  readonly stream: number
  readonly fields: readonly (readonly [string, string])[]
  readonly endStream: boolean
}

interface StreamState {
  response?: H2Response
  data: Buffer
  ended: boolean
  reset: number | undefined
  /** Where its DATA goes once it is read as a connection of its own. */
  sink?: H2Stream
}

/** One HTTP/2 connection of the suite, from raw frames: it can send what no HTTP/2 library would. */
export class H2Connection implements StreamCarrier {
  readonly settings: Map<number, number> = new Map()
  /** Every value that SETTINGS_ENABLE_CONNECT_PROTOCOL had. */
  readonly connectProtocol: number[] = []
  goneAway: boolean = false
  /** The client began with something else than HTTP/2's preface. */
  notHttp2: boolean = false
  /** Whether windows are given back as DATA comes. */
  givesWindowBack: boolean = true
  #link: Link
  /** What a client asked for, in order. */
  readonly requests: H2Request[] = []
  #streams = new Map<number, StreamState>()
  /** A header block that goes on in CONTINUATION. */
  #block: { stream: number; flags: number; parts: Buffer[] } | undefined
  #prefaced: boolean
  #nextStream = 1
  #windows = new Map<number, number>()
  #random: () => Uint8Array
  #masks: boolean
  #pingAcks = 0
  #received = new Map<number, number>()

  constructor(link: Link, random: () => Uint8Array, role: 'client' | 'server' = 'client') {
    this.#link = link
    this.#random = random
    this.#prefaced = role === 'client'
    this.#masks = role === 'client'
    link.onArrival(() => {
      this.#read()
      if (link.state !== 'open') for (const state of this.#streams.values()) state.sink?.fail('the HTTP/2 connection ended')
    })
  }

  /** The suite's end towards a client under test. @param settings id and value of each; the header table is always 0 */
  static async accept(socket: Socket, settings: readonly (readonly [number, number])[], exchange: Exchange): Promise<H2Connection> {
    const connection = new H2Connection(new Link(socket, exchange), () => Uint8Array.of(0x11, 0x22, 0x33, 0x44), 'server')
    await connection.sendSettings([[1, 0], ...settings])
    return connection
  }

  async sendSettings(settings: readonly (readonly [number, number])[]): Promise<void> {
    const payload = Buffer.alloc(6 * settings.length)
    for (const [index, [id, value]] of settings.entries()) {
      payload.writeUInt16BE(id, 6 * index)
      payload.writeUInt32BE(value, 6 * index + 2)
    }
    await this.send(4, 0, 0, payload)
  }

  static async open(target: URL, insecure: boolean, ms: number, exchange: Exchange): Promise<H2Connection> {
    const socket = await dialHttp2(target, insecure, ms)
    exchange.add('suite', 'connected', `${target.host}, HTTP/2`)
    const connection = new H2Connection(new Link(socket, exchange), () => Uint8Array.of(0x11, 0x22, 0x33, 0x44))
    await connection.#link.write(Buffer.from(preface))
    // SETTINGS_HEADER_TABLE_SIZE 0: header blocks of the peer refer to the static table alone.
    await connection.sendSettings([[1, 0]])
    await connection.until(() => (connection.settings.size > 0 || connection.sawSettings ? true : undefined), ms, 'no SETTINGS frame came')
    return connection
  }

  sawSettings: boolean = false

  async send(type: number, flags: number, stream: number, payload: Uint8Array): Promise<void> {
    this.#link.exchange.add(
      'suite',
      'decoded',
      `${types[type] ?? type}, stream ${stream}${flags === 0 ? '' : `, flags ${flags}`}, ${payload.length} bytes`,
    )
    await this.#link.write(frameOf(type, flags, stream, payload))
  }

  /** @returns the stream's id */
  async request(fields: readonly (readonly [string, string])[], endStream = false): Promise<number> {
    const stream = this.#nextStream
    this.#nextStream += 2
    this.#streams.set(stream, { data: Buffer.alloc(0), ended: false, reset: undefined })
    this.#link.exchange.add('suite', 'decoded', shownFields(fields))
    await this.send(1, END_HEADERS | (endStream ? END_STREAM : 0), stream, encodeFields(fields))
    return stream
  }

  /** Answers a client's request. */
  async respond(stream: number, fields: readonly (readonly [string, string])[], endStream = false): Promise<void> {
    this.#link.exchange.add('suite', 'decoded', shownFields(fields))
    await this.send(1, END_HEADERS | (endStream ? END_STREAM : 0), stream, encodeFields(fields))
  }

  /** The bytes of one stream from here on, as a link of its own. */
  linkOf(stream: number): Link {
    const state = this.#streams.get(stream)!
    const sink = new H2Stream(stream, this)
    // Link turns what fails the stream into its state.
    const link = new Link(sink, this.#link.exchange, false)
    state.sink = sink
    if (state.data.length > 0 || state.ended) sink.receive(state.data, 0, state.ended)
    if (state.reset !== undefined) sink.fail('RST_STREAM')
    return link
  }

  takeWindow(stream: number, most: number): number {
    const length = Math.max(0, Math.min(this.#window(0), this.#window(stream), 16_384, most))
    this.#windows.set(0, this.#window(0) - length)
    this.#windows.set(stream, this.#window(stream) - length)
    return length
  }

  sendData(stream: number, bytes: Uint8Array, endStream: boolean): void {
    void this.send(0, endStream ? END_STREAM : 0, stream, bytes)
  }

  sendReset(stream: number): void {
    void this.resetStream(stream)
  }

  sendWindowUpdate(stream: number, increment: number): void {
    const payload = Buffer.alloc(4)
    payload.writeUInt32BE(increment)
    void this.send(8, 0, stream, payload)
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
    const bytes = serializeFrame({ fin: true, rsv: 0, opcode, maskingKey: this.#masks ? this.#random() : undefined, payload })
    for (let from = 0; from < bytes.length; ) {
      const window = await this.until(() => this.takeWindow(stream, bytes.length - from) || undefined, ms, 'the flow-control window does not open')
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

  async goAway(lastStream: number, error: number): Promise<void> {
    const payload = Buffer.alloc(8)
    payload.writeUInt32BE(lastStream)
    payload.writeUInt32BE(error, 4)
    await this.send(7, 0, 0, payload)
  }

  /** A round trip. */
  async ping(ms: number): Promise<void> {
    const before = this.#pingAcks
    await this.send(6, 0, 0, Buffer.alloc(8, 'hawser'))
    await this.until(() => (this.#pingAcks > before || this.closed ? true : undefined), ms, 'a PING of HTTP/2 was not answered')
  }

  /** Lets the time pass, or the connection end. */
  async settle(ms: number): Promise<void> {
    await this.#link.until(() => (this.closed ? true : undefined), ms)
  }

  /** How many bytes of DATA came on a stream. */
  received(stream: number): number {
    return this.#received.get(stream) ?? 0
  }

  /** @throws Unmet when none comes */
  async nextRequest(ms: number): Promise<H2Request> {
    const found = await this.until(
      () => this.requests.shift() ?? (this.notHttp2 ? 'no HTTP/2' : this.closed ? 'the end of the connection' : undefined),
      ms,
      'no request came',
    )
    if (typeof found === 'string') throw new Unmet(`${found} instead of a request over HTTP/2`)
    return found
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
    const found = await this.#link.until(look, ms)
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
    if (!this.#prefaced) {
      const begun = this.#link.unread.subarray(0, preface.length).toString('latin1')
      if (!preface.startsWith(begun)) {
        this.notHttp2 = true
        return
      }
      if (begun.length < preface.length) return
      this.#link.consume(preface.length)
      this.#prefaced = true
    }
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
      for (const one of this.#streams.values()) one.sink?.flush()
      note(`: ${[...this.settings].map(([id, value]) => `${id}=${value}`).join(', ')}`)
      void this.send(4, ACK, 0, Buffer.alloc(0))
    } else if (type === 1) {
      const padded = (flags & 8) !== 0 ? payload[0]! : 0
      const from = ((flags & 8) !== 0 ? 1 : 0) + ((flags & 32) !== 0 ? 5 : 0)
      this.#block = { stream, flags, parts: [payload.subarray(from, payload.length - padded)] }
      if ((flags & END_HEADERS) !== 0) this.#takeFields(note)
    } else if (type === 9 && this.#block !== undefined) {
      this.#block.parts.push(payload)
      if ((flags & END_HEADERS) !== 0) this.#takeFields(note)
    } else if (type === 0 && state !== undefined) {
      this.#received.set(stream, this.received(stream) + payload.length)
      const padded = (flags & 8) !== 0 ? payload[0]! + 1 : 0
      const data = payload.subarray(padded === 0 ? 0 : 1, payload.length - Math.max(0, padded - 1))
      note(`, ${payload.length} bytes${(flags & END_STREAM) === 0 ? '' : ', END_STREAM'}`)
      if ((flags & END_STREAM) !== 0) state.ended = true
      if (payload.length > 0) this.sendWindowUpdate(0, payload.length)
      if (state.sink !== undefined) {
        state.sink.receive(data, payload.length, state.ended)
        return
      }
      state.data = Buffer.concat([state.data, data])
      if (payload.length > 0 && !state.ended && this.givesWindowBack) this.sendWindowUpdate(stream, payload.length)
    } else if (type === 3 && state !== undefined) {
      state.reset = payload.readUInt32BE(0)
      note(`: error ${state.reset}`)
      state.sink?.fail('RST_STREAM')
    } else if (type === 6) {
      if ((flags & ACK) === 0) void this.send(6, ACK, 0, payload)
      else this.#pingAcks++
    } else if (type === 7) {
      this.goneAway = true
      note(`: error ${payload.readUInt32BE(4)}`)
    } else if (type === 8) {
      this.#windows.set(stream, this.#window(stream) + payload.readUInt32BE(0))
      for (const one of this.#streams.values()) one.sink?.flush()
    }
  }

  #takeFields(note: (text: string) => void): void {
    const { stream, flags, parts } = this.#block!
    this.#block = undefined
    const fields = decodeFields(Buffer.concat(parts))
    note(`: ${shownFields(fields)}`)
    const endStream = (flags & END_STREAM) !== 0
    const state = this.#streams.get(stream)
    if (state === undefined) {
      this.#streams.set(stream, { data: Buffer.alloc(0), ended: endStream, reset: undefined })
      this.requests.push({ stream, fields, endStream })
      return
    }
    const status = Number(fields.find(([name]) => name === ':status')?.[1] ?? 0)
    if (status >= 200 || status === 101) state.response ??= { status, fields, endStream }
    if (!endStream) return
    state.ended = true
    state.sink?.receive(Buffer.alloc(0), 0, true)
  }
}
