import { ConnectionError } from '../errors.ts'
import { INTERNAL_ERROR, MAX_CONTROL_PAYLOAD, NO_STATUS_RECEIVED, POLICY_VIOLATION, TRY_AGAIN_LATER } from './close-code.ts'
import { failureFrame, parseCloseBody, serializeCloseBody } from './close-frame.ts'
import { closeInfo } from './close-info.ts'
import { Closing, type ClosingOutput } from './closing.ts'
import { ChunkQueue } from './chunk-queue.ts'
import { type ClosingAction, type ClosingEvent, type ClosingState, readyStateOf, step } from './closing-handshake.ts'
import type { CloseFrame, CloseInitiator, ConnectionTransport, MessageSink } from './events.ts'
import type { ExtensionFrame } from './extension.ts'
import { type ControlSink, type FrameOutcome, FrameParser, HOLD_FINISHED, HOLD_PAUSED, HOLD_PENDING } from './frame-parser.ts'
import { FrameWriter, type MessageOptions } from './frame-writer.ts'
import { CLOSE_TIMEOUT_MS, type ConnectionOptions, frameRules } from './connection-options.ts'
import { IncompleteMessage } from './incomplete-message.ts'
import { Keepalive } from './keepalive.ts'
import { MessageAssembler } from './message-assembler.ts'
import { CLOSE, PING, PONG } from './opcode.ts'
import { Output } from './output.ts'
import { PreparedFrame } from './prepared-frame.ts'
import * as rules from './rules.ts'
import type { SharedMessage } from './shared-message.ts'

/** Whether a message was taken: false when the connection is not OPEN; an error when an extension failed, with which the caller calls `fail`. */
export type SendOutcome = boolean | ConnectionError

const NOTHING: Uint8Array = new Uint8Array(0)

/**
 * Bytes read and thrown away after the end has begun, before the transport is dropped. Dropping it with unread input resets it, and a
 * peer in the middle of a large message would never see our Close frame.
 */
const MAX_DISCARDED = 16 * 1024 * 1024

/**
 * RFC 6455 sections 5 to 8 for one connection of either role, without I/O: it is told bytes and time, and owns everything below it.
 * `FrameParser` feeds `MessageAssembler`, which feeds the sink; `FrameWriter` fills `output`; `closing-handshake.ts` decides every end.
 */
export class Connection implements ControlSink, ClosingOutput {
  /** Waits to be written; the caller of `receive`, `send*`, `close`, … takes it and flushes. */
  readonly output: Output
  readonly #options: ConnectionOptions
  readonly #sink: MessageSink
  readonly #transport: ConnectionTransport
  readonly #parser: FrameParser
  readonly #assembler: MessageAssembler
  readonly #writer: FrameWriter
  readonly #keepalive: Keepalive
  #state: ClosingState = 'open'
  /** The latest time that was given. */
  #now: number
  #closing: Closing | undefined
  /** Events raised while the actions of another run. */
  #events: ClosingEvent[] | undefined
  /** Inside `receive` or `resume`: output leaves when they return. */
  #receiving = false
  /** Received and not parsed yet. */
  #held: ChunkQueue | undefined
  /** The end of the transport, reported while input was held; applied once that is used. */
  #heldEnd: 'inputEnd' | 'gone' | undefined
  #peerEnded = false
  /** The output of before this chunk has not been taken: the transport does not keep up. */
  #backlogged = false
  #controlFrames = 0
  #controlFramesSince: number
  readonly #incomplete: IncompleteMessage

  constructor(options: ConnectionOptions, sink: MessageSink, transport: ConnectionTransport, now: number) {
    this.#options = options
    this.#sink = sink
    this.#transport = transport
    this.#now = now
    this.#controlFramesSince = now
    this.#incomplete = new IncompleteMessage(options.limits.incompleteMs)
    this.output = new Output(options.buffers)
    const done = options.extensions.length === 0 ? NEVER_DONE : undefined
    this.#assembler = new MessageAssembler(options, sink, done ?? ((result) => transport.extensionDone('decode', result)))
    this.#writer = new FrameWriter(options, this.output, done ?? ((result) => transport.extensionDone('encode', result)))
    this.#parser = new FrameParser(options.frameRules ?? frameRules(options), this.#assembler, this)
    this.#keepalive = new Keepalive(options.keepaliveIntervalMs ?? 20_000, options.keepaliveTimeoutMs ?? 20_000, now)
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return readyStateOf(this.#state)
  }

  /** Bytes given to `send*` that are still in an extension (asynchronous compression) or in `output`, with their overhead. */
  get queuedBytes(): number {
    return this.#writer.waitingBytes + this.output.byteLength
  }

  /** Bytes that have left for the network. */
  get sentBytes(): number {
    return this.#transport.sentBytes
  }

  /** Bytes that have not left, here or in the transport. */
  get unsentBytes(): number {
    return this.#transport.unsentBytes + this.queuedBytes
  }

  /** Bytes that an incomplete message and held input cost now. */
  get heldBytes(): number {
    return this.#assembler.heldBytes + (this.#held?.bytes ?? 0)
  }

  get paused(): boolean {
    return (this.#parser.hold & HOLD_PAUSED) !== 0
  }

  /** True while input waits for `resume` or for an extension: read no more. */
  get holdsInput(): boolean {
    const { hold } = this.#parser
    return (hold & HOLD_FINISHED) === 0 && (hold !== 0 || this.#held !== undefined)
  }

  /** Stops after the current message and keeps the rest of the chunk; the layer above pauses the transport too. */
  pause(): void {
    this.#parser.hold |= HOLD_PAUSED
  }

  /** Parses the held rest. */
  resume(now: number): void {
    if (!this.paused) return
    this.#now = now
    this.#parser.hold &= ~HOLD_PAUSED
    if (!this.#receiving) this.#useHeld()
  }

  /** `chunk` is unmasked in place, and messages may refer to it. */
  receive(chunk: Uint8Array, now: number): void {
    if (this.#state === 'closed') return
    const parser = this.#parser
    this.#keepalive.received(now)
    this.#now = now
    if ((parser.hold & HOLD_FINISHED) !== 0) {
      this.#discard(chunk.length)
      return
    }
    if (this.#receiving || this.#held !== undefined || parser.hold !== 0) {
      this.#hold(chunk)
      if (!this.#receiving) this.#useHeld()
      return
    }
    this.#backlogged = this.output.byteLength !== 0
    this.#receiving = true
    let violation: ConnectionError | undefined
    try {
      violation = parser.push(chunk, 0)
    } finally {
      this.#receiving = false
      if (parser.position < chunk.length && (parser.hold & HOLD_FINISHED) === 0) this.#holdFirst(chunk, parser.position)
    }
    this.#incomplete.note(parser.incomplete, parser.messages, chunk.length, now)
    if (violation !== undefined) this.#failNow(violation)
    if (this.#held !== undefined) this.#useHeld()
    else if (this.#heldEnd !== undefined) this.#inputUsed()
  }

  /** The peer ended its writing side. */
  receiveEnd(now: number): void {
    this.#now = now
    this.#peerEnded = true
    this.#transportSaid('inputEnd')
  }

  /** The transport is gone; `error` when it did not end in order. */
  transportClosed(error: Error | undefined, now: number): void {
    if (this.#state === 'closed') return
    this.#now = now
    if (error === undefined) {
      this.#transportSaid('gone')
      return
    }
    this.#beginClosing('network').explainTransport(error)
    this.#apply('gone')
  }

  /** The transport is full: bytes taken from `output` have not left. */
  outputBlocked(): void {
    this.#closing?.outputBlocked()
  }

  /** Everything taken from `output` has left. */
  outputSent(now: number): void {
    if (this.#closing === undefined) return
    this.#now = now
    if (this.#closing.outputSent()) this.#apply('progress')
  }

  /** The peer's Close frame is answered only after `applicationIdle`. */
  get defersAnswer(): boolean {
    return this.#state === 'answerDeferred'
  }

  /** The application has finished the messages it was given. */
  applicationIdle(now: number): void {
    this.#now = now
    this.#apply('applicationIdle')
  }

  /** The result of an extension that answered PENDING; see `ConnectionTransport.extensionDone`. */
  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error, now: number): void {
    if (this.#state === 'closed') return
    this.#now = now
    if (direction === 'encode') {
      const error = this.#writer.encoded(result)
      if (error !== undefined) this.#failNow(error)
      return
    }
    const parser = this.#parser
    if ((parser.hold & HOLD_PENDING) === 0 || (parser.hold & HOLD_FINISHED) !== 0) return
    this.#receiving = true
    let outcome: FrameOutcome
    try {
      parser.hold &= ~HOLD_PENDING
      outcome = this.#assembler.decoded(result)
      if (outcome instanceof ConnectionError) parser.hold |= HOLD_FINISHED
      else if (outcome !== undefined) parser.hold |= HOLD_PENDING
    } finally {
      this.#receiving = false
    }
    if (outcome instanceof ConnectionError) this.#failNow(outcome)
    else this.#useHeld()
  }

  /** @returns false when the connection is not OPEN; see {@link SendOutcome}. */
  sendText(text: string, options?: MessageOptions): SendOutcome {
    return this.#canSend && (this.#writer.text(text, options) ?? true)
  }

  /** `payload` is the caller's again when this returns, unless `options.immutable` promises that it never changes. */
  sendBinary(payload: Uint8Array, options?: MessageOptions): SendOutcome {
    return this.#canSend && (this.#writer.binary(payload, options) ?? true)
  }

  /**
   * One fragment of a message (section 5.4). `first` carries the opcode; pieces of text are whole strings.
   * @throws TypeError when the fragments do not follow each other; so do the other `send*` of messages before the last one
   */
  sendFragment(piece: string | Uint8Array, position: { first: boolean; fin: boolean }, options?: MessageOptions): SendOutcome {
    return this.#canSend && (this.#writer.fragment(piece, position, options) ?? true)
  }

  /** A frame that is already serialized for this role and these extensions (one message for many connections). */
  sendPrepared(frame: PreparedFrame | Uint8Array): SendOutcome {
    return this.#canSend && (this.#writer.prepared(frame instanceof PreparedFrame ? frame : new PreparedFrame(frame)) ?? true)
  }

  /** A message that a session with the `shareKey` of this server connection's only extension has encoded. */
  sendShared(message: SharedMessage): SendOutcome {
    return this.#canSend && (this.#writer.shared(message) ?? true)
  }

  /** @throws RangeError above 125 bytes */
  sendPing(payload: Uint8Array = NOTHING): boolean {
    return this.#sendControl(PING, payload)
  }

  /** @throws RangeError above 125 bytes */
  sendPong(payload: Uint8Array = NOTHING): boolean {
    return this.#sendControl(PONG, payload)
  }

  /** Starts the closing handshake; `code` undefined sends an empty Close frame. The caller has validated both. */
  close(code: number | undefined, reason: string, now: number): void {
    if (!this.#canSend) return
    this.#now = now
    this.#beginClosing('local').intended = code === undefined ? { code: NO_STATUS_RECEIVED, reason: '' } : { code, reason }
    this.#apply('localClose')
  }

  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError, now: number): void {
    this.#now = now
    this.#failNow(error)
  }

  /** The next moment to call `handleTimeout` at, in the clock of `now`; Infinity where there is none. */
  nextTimeout(): number {
    if (this.#state === 'closed') return Infinity
    if (this.#state !== 'open') return this.#closing!.deadline
    return Math.min(this.#keepalive.nextTimeout(), this.#incomplete.deadline)
  }

  /** Performs what is due at `now`: a Ping, the end of keepalive, or the end of the closing handshake. */
  handleTimeout(now: number): void {
    if (this.#state === 'closed') return
    this.#now = now
    if (this.#state === 'open') {
      const late = this.#incomplete.handleTimeout(now, this.holdsInput)
      if (late === undefined) this.#keepAlive()
      else this.#failNow(late)
    } else if (now >= this.#closing!.deadline) this.#apply(this.#closing!.hasProgressed ? 'progress' : 'timeout')
    if (this.output.byteLength !== 0) this.#transport.outputReady()
  }

  /** Called by the parser. */
  control(opcode: number, payload: Uint8Array): FrameOutcome {
    const options = this.#options
    const sink = this.#sink
    if (opcode === CLOSE) {
      const close = parseCloseBody(payload, options.text)
      if (close instanceof ConnectionError) return close
      // Section 5.5.1: nothing follows a Close frame.
      this.#parser.hold |= HOLD_FINISHED
      this.#remoteClose(close)
      return undefined
    }
    if (this.#isFlood()) {
      const message = `more than ${options.limits.controlFramesPerSecond} Ping and Pong frames within a second`
      return new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: rules.CONTROL_FLOOD })
    }
    if (opcode === PONG) {
      sink.pong(payload)
      return undefined
    }
    // Section 5.5.3: while a Pong waits for the transport, only the most recent Ping is answered.
    if (this.#state !== 'lost') this.#writer.pong(payload, this.#backlogged)
    sink.ping(payload)
    return undefined
  }

  get #canSend(): boolean {
    return this.#state === 'open' || this.#state === 'answerDeferred'
  }

  #sendControl(opcode: number, payload: Uint8Array): boolean {
    if (payload.length > MAX_CONTROL_PAYLOAD) {
      throw new RangeError(`a control frame has at most 125 bytes, not ${payload.length} (RFC 6455 section 5.5)`)
    }
    if (!this.#canSend) return false
    this.#writer.control(opcode, payload)
    return true
  }

  #remoteClose(frame: CloseFrame): void {
    const closing = this.#beginClosing('remote')
    closing.received = frame
    // Section 5.5.1: the response typically echoes the close code.
    closing.intended ??= frame
    this.#apply(this.#sink.isWorking ? 'remoteCloseEarly' : 'remoteClose')
  }

  #failNow(error: ConnectionError): void {
    const state = this.#state
    if (state === 'ending' || state === 'failing' || state === 'closeExchanged' || state === 'closed') return
    this.#beginClosing('local').error ??= error
    this.#apply(error.closeCode === TRY_AGAIN_LATER ? 'failSlow' : 'fail')
  }

  #transportSaid(event: 'inputEnd' | 'gone'): void {
    if (this.#state === 'closed') return
    this.#heldEnd = event
    if (!this.#receiving && !this.holdsInput) this.#inputUsed()
    else if (event === 'gone') {
      this.#beginClosing('network')
      this.#apply('lost')
    }
  }

  /** All input received so far is used. */
  #inputUsed(): void {
    const event = this.#heldEnd
    if (event === undefined) return
    this.#beginClosing('network')
    this.#apply(event)
  }

  #beginClosing(initiator: CloseInitiator): Closing {
    return (this.#closing ??= new Closing(initiator, this, this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS))
  }

  #apply(first: ClosingEvent): void {
    if (this.#events !== undefined) {
      this.#events.push(first)
      return
    }
    const events = (this.#events = [first])
    try {
      for (let i = 0; i < events.length; i++) {
        const found = step(this.#options.role, this.#state, events[i]!, this.#now, this.#options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS)
        if (found === undefined) continue
        this.#state = found.state
        if (found.deadline !== undefined) this.#closing!.setDeadline(found.deadline)
        for (const action of found.actions) this.#perform(action)
        // The peer may have ended its side before its Close frame was answered.
        if (this.#state === 'closeExchanged' && this.#peerEnded) events.push('inputEnd')
      }
    } finally {
      this.#events = undefined
    }
  }

  #perform(action: ClosingAction): void {
    const writer = this.#writer
    const transport = this.#transport
    const closing = this.#closing!
    switch (action) {
      case 'notifyClosing':
        this.#sink.closing()
        break
      case 'queueClose':
        writer.inOrder(0, () => this.#writeClose(closing.intended!))
        break
      case 'writeFailure': {
        const frame = failureFrame(closing.error!)
        writer.clear()
        if (frame !== undefined) this.#writeClose(frame)
        break
      }
      case 'discardInput':
        this.#discardInput()
        break
      case 'explainTimeout':
        closing.explainTimeout()
        break
      case 'endTransport':
        writer.clear()
        closing.markQueued()
        transport.endTransport()
        break
      case 'abortTransport':
        transport.abortTransport()
        break
      case 'report':
        this.#report(closing)
    }
  }

  #writeClose(frame: CloseFrame): undefined {
    const closing = this.#closing!
    const { text } = this.#options
    const body = serializeCloseBody(frame, text)
    closing.sent = { code: frame.code, reason: body.length < 3 ? '' : text.decodeUtf8(body, 2, body.length) }
    this.output.settleLatest()
    this.#writer.control(CLOSE, body)
    closing.markQueued()
    this.#apply('closeWritten')
  }

  #discardInput(): void {
    this.#parser.hold |= HOLD_FINISHED
    this.#assembler.clear()
    this.#held = undefined
  }

  #report(closing: Closing): void {
    closing.explainUnsent()
    this.#discardInput()
    this.#writer.clear()
    this.output.clear()
    for (const extension of this.#options.extensions) extension.dispose()
    this.#sink.closed(closeInfo(closing))
  }

  #keepAlive(): void {
    const transport = this.#transport
    const keepalive = this.#keepalive
    const now = this.#now
    const action = keepalive.handleTimeout(now, this.holdsInput, transport.sentBytes, transport.unsentBytes > 0)
    if (action === 'ping') this.#writer.control(PING, NOTHING)
    if (action !== 'gone') return
    const message = `no data for ${Math.round(now - keepalive.lastLife)} ms, including no Pong`
    this.#failNow(new ConnectionError(message, { fault: 'timeout', closeCode: INTERNAL_ERROR, rule: rules.KEEPALIVE }))
  }

  #isFlood(): boolean {
    if (this.#now - this.#controlFramesSince >= 1000) {
      this.#controlFramesSince = this.#now
      this.#controlFrames = 0
    }
    return ++this.#controlFrames > this.#options.limits.controlFramesPerSecond
  }

  #discard(length: number): void {
    const closing = this.#beginClosing('network')
    closing.discarded += length
    if (closing.discarded > MAX_DISCARDED) this.#apply('timeout')
  }

  #hold(chunk: Uint8Array): void {
    this.#held ??= new ChunkQueue()
    this.#held.push(chunk)
  }

  /** Queues the rest of a chunk before the chunks received while it was parsed. */
  #holdFirst(chunk: Uint8Array, position: number): void {
    const later = this.#held
    this.#held = new ChunkQueue()
    this.#held.push(chunk)
    this.#held.use(position)
    if (later !== undefined) for (const next of later.rest()) this.#held.push(next)
  }

  #useHeld(): void {
    const parser = this.#parser
    this.#backlogged = this.output.byteLength !== 0
    this.#receiving = true
    let violation: ConnectionError | undefined
    try {
      while (this.#held !== undefined && parser.hold === 0) {
        const held = this.#held
        const { chunk, start } = held.first()
        parser.position = start
        try {
          violation = parser.push(chunk, start)
        } finally {
          held.use(parser.position)
          this.#incomplete.note(parser.incomplete, parser.messages, 0, this.#now)
          if (held.isEmpty || (parser.hold & HOLD_FINISHED) !== 0) this.#held = undefined
        }
      }
    } finally {
      this.#receiving = false
    }
    if (violation !== undefined) this.#failNow(violation)
    if (!this.holdsInput) this.#inputUsed()
  }
}

/** No extension, nothing pending. */
const NEVER_DONE = (): void => undefined
