import { Link } from '../link.ts'
import { Unmet } from '../result.ts'
import type { OnFrame } from '../peer.ts'
import { describeFrame, opcodes, parseFrame, serializeFrame } from '../wire.ts'
import type { WireFrame } from '../wire.ts'
import { ACK, END_HEADERS, END_STREAM, frameOf, settingsOf, settingsPayload, shownFields, types } from './frames.ts'
import { FrameReader } from './frame-reader.ts'
import type { ReceivedFrame } from './frame-reader.ts'
import { decodeFields, encodeFields } from './hpack.ts'
import { H2Stream } from './stream.ts'
import type { H2Request, H2Response, StreamCarrier, StreamState } from './stream.ts'
import { Windows } from './windows.ts'

/** One HTTP/2 connection of the suite, from raw frames: it can send what no HTTP/2 library would. */
export class H2Connection implements StreamCarrier {
  readonly settings: Map<number, number> = new Map()
  /** Every value that SETTINGS_ENABLE_CONNECT_PROTOCOL had. */
  readonly connectProtocol: number[] = []
  sawSettings: boolean = false
  goneAway: boolean = false
  /** Called with every frame that is read from a stream. */
  onFrame: OnFrame | undefined
  /** Whether windows are given back as DATA comes. */
  givesWindowBack: boolean = true
  #link: Link
  /** What a client asked for, in order. */
  readonly requests: H2Request[] = []
  #streams = new Map<number, StreamState>()
  #reader: FrameReader
  #nextStream = 1
  #windows = new Windows()
  #random: () => Uint8Array
  #masks: boolean
  #pingAcks = 0
  #webSocketPings = 0
  #received = new Map<number, number>()

  constructor(link: Link, random: () => Uint8Array, role: 'client' | 'server' = 'client') {
    this.#link = link
    this.#random = random
    this.#reader = new FrameReader(link, role === 'server')
    this.#masks = role === 'client'
    link.onArrival(() => {
      this.#read()
      if (link.state !== 'open') for (const state of this.#streams.values()) state.sink?.fail('the HTTP/2 connection ended')
    })
  }

  async sendSettings(settings: readonly (readonly [number, number])[]): Promise<void> {
    await this.send(4, 0, 0, settingsPayload(settings))
  }

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
    return this.#windows.take(stream, most)
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
    if (opcode === opcodes.ping) this.#webSocketPings++
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
      () => this.requests.shift() ?? (this.#reader.notHttp2 ? 'no HTTP/2' : this.closed ? 'the end of the connection' : undefined),
      ms,
      'no request came',
    )
    if (typeof found === 'string') throw new Unmet(`${found} instead of a request over HTTP/2`)
    return found
  }

  /** A control frame, or a message whose fragments are joined. A Ping is answered, and an unsolicited Pong passed over: both may come at any time. */
  async frame(stream: number, ms: number): Promise<WireFrame | 'ended'> {
    let first: WireFrame | undefined
    const parts: Uint8Array[] = []
    for (;;) {
      const found = await this.#anyFrame(stream, ms)
      if (found === 'ended' || found.opcode === opcodes.close) return found
      if (found.opcode === opcodes.ping) await this.sendFrame(stream, opcodes.pong, found.payload, ms)
      else if (found.opcode === opcodes.pong) {
        if (this.#webSocketPings > 0) return found
      } else {
        first ??= found
        parts.push(found.payload)
        if (found.fin) return { ...first, fin: true, payload: Buffer.concat(parts) }
      }
    }
  }

  #anyFrame(stream: number, ms: number): Promise<WireFrame | 'ended'> {
    return this.until(
      () => {
        const state = this.#streams.get(stream)!
        const found = parseFrame(state.data)
        if (typeof found === 'string') throw new Unmet(`the peer sent ${found}`)
        if (found !== undefined) {
          state.data = state.data.subarray(found.byteLength)
          this.#link.exchange.add('peer', 'decoded', describeFrame(found))
          this.onFrame?.(found, state.closed === true)
          if (found.opcode === opcodes.close) state.closed = true
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

  #read(): void {
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.#take(frame)
  }

  #take(frame: ReceivedFrame): void {
    const { type, flags, stream, payload } = frame
    const note = (text: string): void => this.#link.exchange.add('peer', 'decoded', `${types[type] ?? type}, stream ${stream}${text}`)
    const state = this.#streams.get(stream)
    if (type === 4 && (flags & ACK) === 0) {
      this.#takeSettings(payload)
      note(`: ${[...this.settings].map(([id, value]) => `${id}=${value}`).join(', ')}`)
    } else if (type === 1) this.#takeFields(frame, note)
    else if (type === 0 && state !== undefined) {
      this.#received.set(stream, this.received(stream) + frame.byteLength)
      note(`, ${frame.byteLength} bytes${(flags & END_STREAM) === 0 ? '' : ', END_STREAM'}`)
      if ((flags & END_STREAM) !== 0) state.ended = true
      if (frame.byteLength > 0) this.sendWindowUpdate(0, frame.byteLength)
      if (state.sink !== undefined) {
        state.sink.receive(payload, frame.byteLength, state.ended)
        return
      }
      state.data = Buffer.concat([state.data, payload])
      if (frame.byteLength > 0 && !state.ended && this.givesWindowBack) this.sendWindowUpdate(stream, frame.byteLength)
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
      this.#windows.add(stream, payload.readUInt32BE(0))
      for (const one of this.#streams.values()) one.sink?.flush()
    }
  }

  #takeSettings(payload: Buffer): void {
    this.sawSettings = true
    for (const [id, value] of settingsOf(payload)) {
      if (id === 8) this.connectProtocol.push(value)
      if (id === 4) this.#windows.setInitial(value)
      this.settings.set(id, value)
    }
    for (const one of this.#streams.values()) one.sink?.flush()
    void this.send(4, ACK, 0, Buffer.alloc(0))
  }

  #takeFields({ stream, flags, payload }: ReceivedFrame, note: (text: string) => void): void {
    const fields = decodeFields(payload)
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
