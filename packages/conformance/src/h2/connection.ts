import { deadlineIn } from '../deadline.ts'
import { Link } from '../link.ts'
import { Unmet } from '../result.ts'
import { generalCauses } from '../root-causes.ts'
import type { OnFrame } from '../peer.ts'
import { describeFrame, opcodes, parseFrame, serializeFrame } from '../wire.ts'
import type { WireFrame } from '../wire.ts'
import { ACK, END_STREAM, settingsOf, shownFields, types } from './frames.ts'
import { H2Fault, most } from './fault.ts'
import { FrameReader } from './frame-reader.ts'
import type { ReceivedFrame } from './frame-reader.ts'
import { decodeFields } from './hpack.ts'
import { H2Sender } from './sender.ts'
import { H2Stream } from './stream.ts'
import type { H2Request, H2Response, StreamCarrier, StreamState } from './stream.ts'
import { Windows } from './windows.ts'

const faulted = Symbol('faulted')

/** Bytes of payload that RST_STREAM, GOAWAY and WINDOW_UPDATE have, RFC 9113 sections 6.4, 6.8 and 6.9. */
const leastLength: ReadonlyMap<number, number> = new Map([
  [3, 4],
  [7, 8],
  [8, 4],
])

/** One HTTP/2 connection of the suite, from raw frames: it can send what no HTTP/2 library would. */
export class H2Connection extends H2Sender implements StreamCarrier {
  readonly settings: Map<number, number> = new Map()
  /** Every value that SETTINGS_ENABLE_CONNECT_PROTOCOL had. */
  readonly connectProtocol: number[] = []
  sawSettings: boolean = false
  goneAway: boolean = false
  /** Called with every frame that is read from a stream. */
  onFrame: OnFrame | undefined
  /** Whether windows are given back as DATA comes. */
  givesWindowBack: boolean = true
  /** What a client asked for, in order. */
  readonly requests: H2Request[] = []
  #streams = new Map<number, StreamState>()
  #reader: FrameReader
  #nextStream = 1
  #windows = new Windows()
  #random: () => Uint8Array
  #masks: boolean
  #pingAcks = 0
  #answered = 0
  #settingsTaken = 0
  /** What the peer sent that ended the connection. */
  #fault: string | undefined
  #webSocketPings = 0
  #received = new Map<number, number>()

  constructor(link: Link, random: () => Uint8Array, role: 'client' | 'server' = 'client') {
    super(link)
    this.#random = random
    this.#reader = new FrameReader(link, role === 'server')
    this.#masks = role === 'client'
    link.onArrival(() => {
      this.#read()
      if (link.state !== 'open') this.#failStreams('the HTTP/2 connection ended')
    })
  }

  /** @returns the stream's id */
  async request(fields: readonly (readonly [string, string])[], endStream = false): Promise<number> {
    const stream = this.#nextStream
    this.#nextStream += 2
    this.#streams.set(stream, { data: Buffer.alloc(0), ended: false, reset: undefined })
    await this.sendFields(stream, fields, endStream)
    return stream
  }

  /** The bytes of one stream from here on, as a link of its own. */
  linkOf(stream: number): Link {
    const state = this.#streams.get(stream)!
    const sink = new H2Stream(stream, this)
    // Link turns what fails the stream into its state.
    const link = new Link(sink, this.link.exchange, false)
    state.sink = sink
    if (state.data.length > 0 || state.ended) sink.receive(state.data, 0, state.ended)
    if (state.reset !== undefined) sink.fail('RST_STREAM')
    return link
  }

  takeWindow(stream: number, most: number): number {
    return this.#windows.take(stream, most)
  }

  /** The response, or `reset` where the stream (or the connection) ended without one. */
  async response(stream: number, ms: number): Promise<H2Response | 'reset'> {
    return this.until(
      () => {
        const state = this.#streams.get(stream)
        if (state?.response !== undefined) return state.response
        return state?.reset !== undefined || this.goneAway || this.link.state !== 'open' ? 'reset' : undefined
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

  /** A round trip. */
  async ping(ms: number): Promise<void> {
    const before = this.#pingAcks
    await this.send(6, 0, 0, Buffer.alloc(8, 'hawser'))
    await this.until(() => (this.#pingAcks > before || this.closed ? true : undefined), ms, 'a PING of HTTP/2 was not answered')
  }

  /** Lets the time pass, or the connection end. */
  async settle(ms: number): Promise<void> {
    await this.link.until(() => (this.closed ? true : undefined), ms)
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
    const left = deadlineIn(ms)
    for (let count = 0; ; count++) {
      if (count > most.frames) throw new Unmet(`the peer sent more than ${most.frames} frames and no message`, undefined, generalCauses.broken)
      const found = await this.#anyFrame(stream, left())
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
          if (!this.link.exchange.isFull) this.link.exchange.add('peer', 'decoded', describeFrame(found))
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
    return state === undefined || state.ended || state.reset !== undefined || this.link.state !== 'open'
  }

  get closed(): boolean {
    return this.goneAway || this.link.state !== 'open'
  }

  /** @throws Unmet when the time is up, or the peer sent what ends the connection */
  async until<T>(look: () => T | undefined, ms: number, otherwise: string): Promise<T> {
    const found = await this.link.until(() => (this.#fault === undefined ? look() : faulted), ms)
    if (found === faulted) throw new Unmet(`the peer sent ${this.#fault}`, undefined, generalCauses.broken)
    if (found === undefined) throw new Unmet(otherwise)
    return found as T
  }

  destroy(): void {
    this.link.destroy()
  }

  /** Runs in a callback of the socket: whatever the peer sends may end this connection and nothing else. */
  #read(): void {
    if (this.#fault !== undefined) return
    try {
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) this.#take(frame)
    } catch (error) {
      this.#fault = error instanceof H2Fault ? error.message : `what is no HTTP/2: ${(error as Error).message}`
      this.#failStreams(this.#fault)
      this.link.destroy()
    }
  }

  #failStreams(reason: string): void {
    for (const state of this.#streams.values()) state.sink?.fail(reason)
  }

  #take(frame: ReceivedFrame): void {
    const { type, flags, stream, payload } = frame
    const note = (text: string): void => this.link.exchange.add('peer', 'decoded', `${types[type] ?? type}, stream ${stream}${text}`)
    const state = this.#streams.get(stream)
    if ((type === 4 || type === 6) && (flags & ACK) === 0 && ++this.#answered > most.answered)
      throw new H2Fault(`more than ${most.answered} PING and SETTINGS frames`)
    if (payload.length < (leastLength.get(type) ?? 0)) throw new H2Fault(`a ${types[type]} frame of ${payload.length} bytes`)
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
      if (state.data.length + payload.length > most.unread) throw new H2Fault(`more than ${most.unread} bytes of DATA that nothing asked for`)
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
      if (stream === 0 || state !== undefined) this.#windows.add(stream, payload.readUInt32BE(0))
      for (const one of this.#streams.values()) one.sink?.flush()
    }
  }

  #takeSettings(payload: Buffer): void {
    this.sawSettings = true
    this.#settingsTaken += payload.length / 6
    if (this.#settingsTaken > most.settings) throw new H2Fault(`more than ${most.settings} settings`)
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
      if (this.#streams.size >= most.streams) throw new H2Fault(`more than ${most.streams} streams`)
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
