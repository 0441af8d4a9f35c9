import { ConnectionError } from '../errors.ts'
import type { BufferPool, RandomSource, TextCodec } from '../platform.ts'
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, MAX_CONTROL_PAYLOAD, NO_STATUS_RECEIVED, POLICY_VIOLATION } from './close-code.ts'
import { beginClosing, type Closing, closeInfo, failureFrame, parseCloseBody, serializeCloseBody } from './closing.ts'
import { type ConnectionState, readyStateOf, type StateAction, type StateEvent, transition } from './connection-state.ts'
import type { CloseFrame, ConnectionHandler } from './events.ts'
import type { EncodeOptions, ExtensionSession } from './extension.ts'
import type { FrameHeader } from './frame.ts'
import { FrameParser, type FrameSink, HOLD_DECODING, HOLD_FINISHED, HOLD_PAUSED } from './frame-parser.ts'
import { serializeFrame } from './frame-serializer.ts'
import { Keepalive } from './keepalive.ts'
import type { ConnectionLimits } from './limits.ts'
import { MessageAssembler } from './message-assembler.ts'
import { CLOSE, PING, PONG } from './opcode.ts'
import { Output } from './output.ts'
import * as rules from './rules.ts'
import { Sender } from './sender.ts'

export interface ConnectionOptions {
  readonly role: 'client' | 'server'
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly random: RandomSource
  readonly buffers: BufferPool
  /** `bytes` hands validated UTF-8 over undecoded. Default `string`. */
  readonly textAs?: 'string' | 'bytes'
  /** How long the peer may take for its Close frame, and then for the end of the transport, each. Default 10 000 ms. */
  readonly closeTimeoutMs?: number
  /** Ping after this long without a received byte; 0 turns keepalive off. Default 20 000 ms. */
  readonly keepaliveIntervalMs?: number
  /** Fail the connection when nothing is received for this long after that Ping. Default 20 000 ms. */
  readonly keepaliveTimeoutMs?: number
}

/**
 * What is read and thrown away after the end has begun, before the transport is dropped. Dropping it with unread input resets it, and a
 * peer in the middle of a large message would never see why.
 */
const MAX_DISCARDED = 16 * 1024 * 1024

const NOTHING: Uint8Array = new Uint8Array(0)

/** RFC 6455 sections 5 to 8 for one connection of either role, without I/O: it is told bytes and time. */
export class Connection {
  /** What is to be written; whoever calls `receive`, `send*` or `close` takes it and flushes. */
  readonly output: Output
  private readonly options: ConnectionOptions
  private readonly handler: ConnectionHandler
  private readonly parser: FrameParser
  private readonly assembler: MessageAssembler
  private readonly sender: Sender
  private readonly keepalive: Keepalive
  private state: ConnectionState = 'open'
  private closing: Closing | undefined
  /** NaN in calls that are not told the time. */
  private now: number
  private receiving = false
  /** The output of before this chunk has not been taken: the transport does not keep up. */
  private backlogged = false
  /** Received and not used yet; the first from `restStart` on. */
  private rest: Uint8Array[] | undefined
  private restStart = 0
  /** What the transport said while input was held; acted on once that is used up. */
  private heldEnd: 'end' | 'gone' | undefined
  private controlFrames = 0
  private controlFramesSince: number

  constructor(options: ConnectionOptions, handler: ConnectionHandler, now: number) {
    this.options = options
    this.handler = handler
    this.output = new Output(options.buffers)
    this.now = now
    this.controlFramesSince = now
    this.keepalive = new Keepalive(options.keepaliveIntervalMs ?? 20_000, options.keepaliveTimeoutMs ?? 20_000, now)
    this.assembler = new MessageAssembler(options, handler, (settled) => this.suspend(settled))
    this.sender = new Sender(
      options,
      this.output,
      (error) => this.failNow(error),
      () => this.announceOutput(),
    )
    const { limits } = options
    let rsv = 0
    for (const extension of options.extensions) rsv |= extension.rsv
    const maxPayload = limits.frame
    const maxWhole = options.extensions.length === 0 ? Math.min(limits.frame, limits.message) : -1
    this.parser = new FrameParser({ masked: options.role === 'server', rsv, maxPayload, maxWhole }, this.sink())
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return readyStateOf(this.state)
  }

  /** Bytes given to `send*` that are still in an extension (asynchronous compression) or in `output`. */
  get queuedBytes(): number {
    return this.sender.waitingBytes + this.output.byteLength
  }

  /** Bytes that an incomplete message and input that is held cost now. */
  get heldBytes(): number {
    let bytes = this.assembler.heldBytes
    if (this.rest !== undefined) for (const chunk of this.rest) bytes += chunk.length
    return bytes
  }

  get paused(): boolean {
    return (this.parser.hold & HOLD_PAUSED) !== 0
  }

  /** True while an extension works on a received frame, or `pause` is in force, or a chunk's rest waits: read no more. */
  get holdsInput(): boolean {
    const { hold } = this.parser
    return (hold & HOLD_FINISHED) === 0 && (hold !== 0 || this.rest !== undefined)
  }

  /** Stops after the current message and keeps the rest of the chunk; the layer above pauses the transport too. */
  pause(): void {
    this.parser.hold |= HOLD_PAUSED
  }

  /** Goes on with the rest of the chunk, then calls `outputReady` if there is output. */
  resume(): void {
    if (!this.paused) return
    this.parser.hold &= ~HOLD_PAUSED
    this.goOn()
  }

  /** `chunk` is unmasked in place, and messages may refer to it. */
  receive(chunk: Uint8Array, now: number): void {
    if (this.state === 'closed') return
    this.keepalive.received(now)
    this.now = now
    if ((this.parser.hold & HOLD_FINISHED) !== 0) {
      this.discard(chunk.length)
      return
    }
    if (this.receiving || this.rest !== undefined || this.parser.hold !== 0) {
      this.rest ??= []
      this.rest.push(chunk)
      if (!this.receiving) this.useRest()
      return
    }
    this.backlogged = this.output.byteLength !== 0
    this.receiving = true
    try {
      this.parser.push(chunk, 0)
    } finally {
      this.receiving = false
      if (this.parser.position < chunk.length) this.keepRest(chunk)
      if (this.rest !== undefined) this.useRest()
    }
  }

  /** The peer ended its writing side. */
  receiveEnd(now: number): void {
    this.now = now
    this.transportSaid('end')
    this.announceOutput()
  }

  /** The transport is gone, in order (`undefined`) or not. */
  transportClosed(error: Error | undefined): void {
    if (this.state === 'closed') return
    this.timeless()
    if (error === undefined) {
      this.transportSaid('gone')
      return
    }
    const closing = this.begin('network')
    if (closing.sent === undefined || closing.received === undefined) {
      const message = `the transport failed: ${error.message}`
      closing.error ??= new ConnectionError(message, { fault: 'network', closeCode: ABNORMAL_CLOSURE, cause: error })
    }
    this.apply('gone')
  }

  /** @returns false when the connection is not OPEN */
  sendText(text: string, options?: EncodeOptions): boolean {
    if (this.state !== 'open') return false
    this.sender.text(text, options)
    return true
  }

  /** `payload` must not be changed before the output is flushed; a client copies it to mask it. */
  sendBinary(payload: Uint8Array, options?: EncodeOptions): boolean {
    if (this.state !== 'open') return false
    this.sender.binary(payload, options)
    return true
  }

  /**
   * One fragment of a message (section 5.4). `first` carries the opcode; pieces of text are whole strings.
   * @throws TypeError when the fragments do not follow each other; so do the other `send*` of messages before the last one
   */
  sendFragment(piece: string | Uint8Array, position: { first: boolean; fin: boolean }, options?: EncodeOptions): boolean {
    if (this.state !== 'open') return false
    this.sender.fragment(piece, position, options)
    return true
  }

  /** A frame that is already serialized for this role and these extensions (one message for many connections). */
  sendPrepared(frame: Uint8Array): boolean {
    if (this.state !== 'open') return false
    this.sender.prepared(frame)
    return true
  }

  /** @throws RangeError above 125 bytes */
  sendPing(payload: Uint8Array = NOTHING): boolean {
    return this.sendControl(PING, payload)
  }

  /** @throws RangeError above 125 bytes */
  sendPong(payload: Uint8Array = NOTHING): boolean {
    return this.sendControl(PONG, payload)
  }

  /** Starts the closing handshake; `code` undefined sends an empty Close frame. The caller has validated both. */
  close(code: number | undefined, reason: string, now: number): void {
    if (this.state !== 'open') return
    this.now = now
    this.begin('local').intended = { code: code ?? NO_STATUS_RECEIVED, reason: code === undefined ? '' : reason }
    this.apply('localClose')
  }

  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError, now: number): void {
    this.now = now
    this.failNow(error)
    this.announceOutput()
  }

  /** The next moment `handleTimeout` must be called at, in the clock of `now`; Infinity where there is none. */
  nextTimeout(): number {
    if (this.state === 'closed') return Infinity
    if (this.state === 'open') return this.keepalive.nextTimeout()
    const deadline = this.closing!.deadline
    return Number.isNaN(deadline) ? this.keepalive.lastReceived : deadline
  }

  handleTimeout(now: number): void {
    if (this.state === 'closed') return
    this.now = now
    if (this.state === 'open') this.handleKeepalive(now)
    else if (Number.isNaN(this.closing!.deadline)) this.startTimer()
    else if (now >= this.closing!.deadline) this.apply('timeout')
    this.announceOutput()
  }

  private handleKeepalive(now: number): void {
    const due = this.keepalive.handleTimeout(now, this.holdsInput)
    if (due === 'ping') this.sender.control(PING, NOTHING)
    if (due === 'gone') {
      const silence = Math.round(now - this.keepalive.lastReceived)
      const message = `nothing was received for ${silence} ms, not even an answer to a Ping`
      this.failNow(new ConnectionError(message, { fault: 'timeout', closeCode: INTERNAL_ERROR, rule: rules.KEEPALIVE }))
    }
  }

  private sendControl(opcode: number, payload: Uint8Array): boolean {
    if (payload.length > MAX_CONTROL_PAYLOAD) throw new RangeError(`a control frame has at most 125 bytes, not ${payload.length} (RFC 6455 section 5.5)`)
    if (this.state !== 'open') return false
    this.sender.control(opcode, payload)
    return true
  }

  private sink(): FrameSink {
    const { assembler } = this
    return {
      whole: (chunk, start, end, isText, seen) => {
        const error = assembler.whole(chunk, start, end, isText, seen)
        if (error !== undefined) this.failNow(error)
      },
      begin: (header: FrameHeader) => assembler.begin(header),
      piece: (bytes, start, end, seen, header, last) => assembler.piece(bytes, start, end, seen, header, last),
      control: (opcode, payload) => this.controlFrame(opcode, payload),
      violation: (error) => this.failNow(error),
    }
  }

  private controlFrame(opcode: number, payload: Uint8Array): void {
    if (opcode === CLOSE) {
      const close = parseCloseBody(payload, this.options.text)
      if (close instanceof ConnectionError) {
        this.failNow(close)
        return
      }
      const closing = this.begin('remote')
      closing.received = close
      // Section 5.5.1: the answer typically echoes the close code.
      closing.intended ??= { code: close.code, reason: '' }
      this.apply('remoteClose')
      return
    }
    if (this.isFlood()) {
      const message = `more than ${this.options.limits.controlFramesPerSecond} Ping and Pong frames came within a second`
      this.failNow(new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: rules.CONTROL_FLOOD }))
      return
    }
    if (opcode === PONG) {
      this.handler.pong(payload)
      return
    }
    // Section 5.5.3: when a Pong still waits for the transport, only the most recent Ping is answered.
    if (this.backlogged) {
      const maskingKey = this.options.role === 'client' ? this.options.random.uint32() : undefined
      this.output.replaceLatest(serializeFrame({ opcode: PONG, payload, maskingKey }))
    } else if (this.state !== 'lost') this.sender.control(PONG, payload)
    this.handler.ping(payload)
  }

  private isFlood(): boolean {
    if (this.now - this.controlFramesSince >= 1000) {
      this.controlFramesSince = this.now
      this.controlFrames = 0
    }
    return ++this.controlFrames > this.options.limits.controlFramesPerSecond
  }

  private suspend(settled: Promise<() => ConnectionError | undefined>): void {
    this.parser.hold |= HOLD_DECODING
    void settled.then((step) => {
      if ((this.parser.hold & HOLD_FINISHED) !== 0) return
      this.parser.hold &= ~HOLD_DECODING
      this.timeless()
      this.receiving = true
      try {
        const error = step()
        if (error !== undefined) this.failNow(error)
      } finally {
        this.receiving = false
        this.goOn()
        this.handler.inputReady?.()
      }
    })
  }

  private goOn(): void {
    if (this.receiving) return
    this.timeless()
    this.useRest()
    this.announceOutput()
  }

  private useRest(): void {
    this.backlogged = this.output.byteLength !== 0
    this.receiving = true
    try {
      while (this.rest !== undefined && this.parser.hold === 0) {
        const chunk = this.rest.shift()!
        const start = this.restStart
        if (this.rest.length === 0) this.rest = undefined
        this.restStart = 0
        this.parser.position = start
        try {
          this.parser.push(chunk, start)
        } finally {
          if (this.parser.position < chunk.length) this.keepRest(chunk)
        }
      }
    } finally {
      this.receiving = false
    }
    if (this.heldEnd !== undefined && !this.holdsInput) this.apply(this.heldEnd)
  }

  /** Keeps what the parser has not used; a small rest does not keep a large chunk alive. */
  private keepRest(chunk: Uint8Array): void {
    if ((this.parser.hold & HOLD_FINISHED) !== 0) {
      this.rest = undefined
      return
    }
    const left = chunk.length - this.parser.position
    const small = left * 4 < chunk.buffer.byteLength
    this.restStart = small ? 0 : this.parser.position
    this.rest ??= []
    this.rest.unshift(small ? chunk.slice(this.parser.position) : chunk)
  }

  private transportSaid(event: 'end' | 'gone'): void {
    if (this.state === 'closed') return
    if (this.holdsInput || this.receiving) {
      this.heldEnd = event
      if (event === 'end') return
      this.begin('network')
      this.apply('lost')
      return
    }
    this.heldEnd = event
    this.begin('network')
    this.apply(event)
  }

  private discard(length: number): void {
    const closing = this.closing!
    closing.discarded += length
    if (closing.discarded > MAX_DISCARDED) this.apply('timeout')
  }

  private begin(initiator: 'local' | 'remote' | 'network'): Closing {
    return (this.closing ??= beginClosing(initiator))
  }

  private failNow(error: ConnectionError): void {
    if (this.state === 'closed' || this.state === 'ending') return
    const closing = this.begin('local')
    closing.error ??= error
    this.apply('fail')
  }

  private apply(event: StateEvent): void {
    const found = transition(this.options.role, this.state, event)
    if (found === undefined) return
    if (event === 'end') this.begin('network')
    this.state = found.next
    for (const action of found.actions) {
      this.act(action)
      // A handler may have called back, and the table may have gone on from there.
      if (this.state !== found.next) return
    }
    // The peer's end may have come before we got here.
    if (this.state === 'bothClosed' && this.heldEnd === 'end') this.apply('end')
  }

  private act(action: StateAction): void {
    const { handler, closing } = this
    switch (action) {
      case 'notifyClosing':
        handler.closing()
        break
      case 'queueClose':
        this.sender.inOrder(0, () => this.writeClose(closing!.intended!))
        break
      case 'writeFailure': {
        const frame = failureFrame(closing!.error!)
        this.sender.clear()
        if (frame !== undefined) this.writeClose(frame)
        break
      }
      case 'startTimer':
        this.startTimer()
        break
      case 'timedOut':
        this.explainTimeout()
        break
      case 'discard':
        this.parser.hold |= HOLD_FINISHED
        this.assembler.clear()
        this.rest = undefined
        break
      case 'endTransport':
        this.sender.clear()
        handler.endTransport()
        break
      case 'abortTransport':
        handler.abortTransport()
        break
      case 'report':
        this.report()
    }
  }

  private writeClose(frame: CloseFrame): void {
    const closing = this.closing!
    if (closing.sent !== undefined) return
    const { text } = this.options
    const body = serializeCloseBody(frame, text)
    const reason = body.length < 3 ? '' : text.decodeUtf8(body, 2, body.length)
    closing.sent = { code: frame.code, reason }
    this.output.settleLatest()
    this.sender.control(CLOSE, body)
    this.apply('closeWritten')
  }

  private startTimer(): void {
    this.closing!.deadline = this.now + (this.options.closeTimeoutMs ?? 10_000)
  }

  private explainTimeout(): void {
    const closing = this.closing!
    if (closing.error !== undefined || (closing.sent !== undefined && closing.received !== undefined)) return
    const missing = closing.received === undefined ? 'its Close frame' : 'what our Close frame waits for'
    const message = `the peer did not send ${missing} within ${this.options.closeTimeoutMs ?? 10_000} ms`
    closing.error = new ConnectionError(message, { fault: 'timeout', closeCode: ABNORMAL_CLOSURE, rule: rules.CLOSING_TIMEOUT })
  }

  private report(): void {
    this.parser.hold |= HOLD_FINISHED
    this.assembler.clear()
    this.sender.clear()
    this.output.clear()
    this.rest = undefined
    for (const extension of this.options.extensions) extension.dispose()
    this.handler.closed(closeInfo(this.begin('network')))
  }

  private timeless(): void {
    if (!this.receiving) this.now = NaN
  }

  private announceOutput(): void {
    if (!this.receiving && this.state !== 'closed' && this.output.byteLength !== 0) this.handler.outputReady()
  }
}
