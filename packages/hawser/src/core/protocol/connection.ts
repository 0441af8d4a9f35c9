import { ConnectionError } from '../errors.ts'
import type { Assembler } from './assembler.ts'
import { NO_STATUS_RECEIVED, TRY_AGAIN_LATER } from './close-code.ts'
import { parseCloseBody } from './close-frame.ts'
import { type ClosingEvent, readyStateOf } from './closing-handshake.ts'
import { ClosingProcedure } from './closing-procedure.ts'
import { type ConnectionOptions, frameRules } from './connection-options.ts'
import type { Deadlines, KeepaliveTimes } from './deadlines.ts'
import type { CloseInitiator, ConnectionTransport, MessageSink } from './events.ts'
import type { ExtensionFrame } from './extension.ts'
import { type ControlSink, type FrameOutcome, FrameParser, HOLD_FINISHED, HOLD_PAUSED, HOLD_PENDING } from './frame-parser.ts'
import { HeldInput } from './held-input.ts'
import { CLOSE, PONG } from './opcode.ts'
import { receiving } from './receiving.ts'
import { Sending } from './sending.ts'

/**
 * RFC 6455 sections 5 to 8 for one connection of either role, without I/O: it is told bytes and time, and owns everything below it.
 * `FrameParser` feeds `MessageAssembler`, which feeds the sink; `FrameWriter` fills `output`; `closing-handshake.ts` decides every end,
 * and `ClosingProcedure` performs it. Sending is in the base class, `Sending`.
 */
export class Connection extends Sending implements ControlSink {
  readonly #sink: MessageSink
  readonly #transport: ConnectionTransport
  readonly #parser: FrameParser
  readonly #assembler: Assembler
  readonly #deadlines: Deadlines
  #now: number
  /** Undefined while the connection is OPEN and nothing has begun to end it. */
  #closing: ClosingProcedure | undefined
  /** Inside `receive` or `resume`: output leaves when they return. */
  #receiving = false
  /** Received and not parsed yet. */
  #held: HeldInput | undefined
  /** The end of the transport, reported while input was held; applied once that is used. */
  #heldEnd: 'inputEnd' | 'gone' | undefined
  /** The output of before this chunk has not been taken: the transport does not keep up. */
  #backlogged = false

  /** `now` is the time in milliseconds, of any clock that never goes back. */
  constructor(options: ConnectionOptions, sink: MessageSink, transport: ConnectionTransport, now: number) {
    super(options, transport)
    this.#sink = sink
    this.#transport = transport
    this.#now = now
    const { assembler, deadlines } = receiving(options, sink, transport, this, now)
    this.#assembler = assembler
    this.#deadlines = deadlines
    this.#parser = new FrameParser(options.frameRules ?? frameRules(options), this.#assembler, this)
  }

  /** The state (RFC 6455 section 4.1 and 7.1); a connection is made OPEN. */
  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return this.#closing === undefined ? 'OPEN' : readyStateOf(this.#closing.state)
  }

  protected override get isBlocked(): boolean {
    return this.#transport.unsentBytes > 0
  }

  /** Bytes of memory that an incomplete message, held input and queued output cost now. */
  get heldBytes(): number {
    return this.#assembler.heldBytes + (this.#held?.bytes ?? 0) + this.queuedMemory
  }

  /** Whether `pause` is in force. */
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
    this.#deadlines.resumed(now)
    if (this.#receiving) return
    if (this.#assembler.waitsForRoom) this.#decodeOn(() => this.#assembler.resume())
    else this.#useHeld()
  }

  /** `chunk` is unmasked in place, and messages may refer to it. */
  receive(chunk: Uint8Array, now: number): void {
    if (this.readyState === 'CLOSED') return
    const parser = this.#parser
    this.#deadlines.keepalive.received(now)
    this.#now = now
    if ((parser.hold & HOLD_FINISHED) !== 0) {
      if (this.#begin('network').facts.discard(chunk.length)) this.#apply('timeout')
      return
    }
    if (this.#receiving || this.#held !== undefined || parser.hold !== 0) {
      ;(this.#held ??= new HeldInput()).push(chunk)
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
      if (parser.position < chunk.length && (parser.hold & HOLD_FINISHED) === 0) (this.#held ??= new HeldInput()).pushFirst(chunk, parser.position)
    }
    this.#deadlines.note(parser.incomplete, parser.messages, chunk.length, now)
    if (violation !== undefined) this.fail(violation, now)
    if (this.#held !== undefined) this.#useHeld()
    else if (this.#heldEnd !== undefined) this.#inputUsed()
  }

  /** The peer ended its writing side. */
  receiveEnd(now: number): void {
    this.#now = now
    this.#transportSaid('inputEnd')
  }

  /** The transport is gone; `error` when it did not end in order. */
  transportClosed(error: Error | undefined, now: number): void {
    if (this.readyState === 'CLOSED') return
    this.#now = now
    if (error !== undefined) this.#begin('network').facts.explainTransport(error)
    if (error === undefined) this.#transportSaid('gone')
    else this.#apply('gone')
  }

  /** The transport is full: bytes taken from `output` have not left. */
  outputBlocked(): void {
    this.#closing?.facts.outputBlocked()
  }

  /** Everything taken from `output` has left. */
  outputSent(now: number): void {
    if (this.#closing === undefined) return
    this.#now = now
    if (this.#closing.facts.outputSent()) this.#apply('progress')
  }

  /** Bytes given to `send*` that the end of the connection dropped, with their overhead. */
  get droppedBytes(): number {
    return this.#closing?.droppedBytes ?? 0
  }

  /** The peer's Close frame is answered only after `applicationIdle`. */
  get defersAnswer(): boolean {
    return this.#closing?.state === 'answerDeferred'
  }

  /** The application has finished the messages it was given. */
  applicationIdle(now: number): void {
    this.#now = now
    this.#apply('applicationIdle')
  }

  /** The result of an extension that answered PENDING. */
  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error | undefined, now: number): void {
    if (this.readyState === 'CLOSED') return
    this.#now = now
    if (direction === 'decode') this.#decodeOn(() => this.#assembler.decoded(result))
    else if (result !== undefined) {
      const error = this.writer.encoded(result)
      if (error !== undefined) this.fail(error, now)
    }
  }

  /** Continues where the assembler answered PENDING. */
  #decodeOn(step: () => FrameOutcome): void {
    const parser = this.#parser
    if ((parser.hold & HOLD_PENDING) === 0 || (parser.hold & HOLD_FINISHED) !== 0) return
    this.#receiving = true
    let outcome: FrameOutcome
    try {
      parser.hold &= ~HOLD_PENDING
      outcome = step()
      if (outcome !== undefined) parser.stop(outcome)
    } finally {
      this.#receiving = false
    }
    if (outcome instanceof ConnectionError) this.fail(outcome, this.#now)
    else this.#useHeld()
  }

  /** Starts the closing handshake; `code` undefined sends an empty Close frame. The caller has validated both. */
  close(code: number | undefined, reason: string, now: number): void {
    if (this.readyState !== 'OPEN') return
    this.#now = now
    this.#begin('local').facts.intended = code === undefined ? { code: NO_STATUS_RECEIVED, reason: '' } : { code, reason }
    this.#apply('localClose')
  }

  /** _Fail the WebSocket Connection_ (section 7.1.7). */
  fail(error: ConnectionError, now: number): void {
    this.#now = now
    const closing = this.#begin('local')
    if (!closing.canFail) return
    closing.facts.explainFailure(error)
    this.#apply(error.closeCode === TRY_AGAIN_LATER ? 'failSlow' : 'fail')
    this.#sink.failed?.(error)
  }

  /** Replaces the times of keepalive; silence counts from now on. */
  setKeepalive(times: KeepaliveTimes, now: number): void {
    this.#deadlines.setKeepalive(times, now)
  }

  /** The next moment to call `handleTimeout` at, in the clock of `now`; Infinity where there is none. */
  nextTimeout(): number {
    return this.#closing === undefined ? this.#deadlines.nextTimeout() : this.readyState === 'CLOSED' ? Infinity : this.#closing.facts.deadline
  }

  /** Performs what is due at `now`: a Ping, the end of a dead or an idle connection, or the end of the closing handshake. */
  handleTimeout(now: number): void {
    if (this.readyState === 'CLOSED') return
    this.#now = now
    const facts = this.#closing?.facts
    if (facts === undefined) {
      const due = this.#deadlines.handleTimeout(now, this.holdsInput, this.#transport, this.#parser.messages + this.writer.messages)
      if (due === 'ping') this.sendKeepalivePing(now)
      else if (due instanceof ConnectionError) this.fail(due, now)
      else if (due !== undefined) this.close(due.code, due.reason, now)
    } else if (now >= facts.deadline) this.#apply(facts.hasProgressed ? 'progress' : 'timeout')
    if (this.output.byteLength !== 0) this.#transport.outputReady()
  }

  /** Called by the parser. */
  control(opcode: number, payload: Uint8Array): FrameOutcome {
    if (opcode === CLOSE) {
      const close = parseCloseBody(payload, this.options.text)
      if (close instanceof ConnectionError) return close
      // Section 5.5.1: nothing follows a Close frame.
      this.#parser.hold |= HOLD_FINISHED
      this.#assembler.clear(close)
      const { facts } = this.#begin('remote')
      facts.received = close
      // Section 5.5.1: the response typically echoes the close code.
      facts.intended ??= close
      this.#apply(this.#sink.isWorking ? 'remoteCloseEarly' : 'remoteClose')
      return undefined
    }
    const flood = this.countControlFrame(this.#now)
    if (flood !== undefined) return flood
    if (opcode === PONG) {
      this.pongReceived(payload, this.#now)
      this.#sink.pong(payload)
    } else {
      // Section 5.5.3: while a Pong waits for the transport, only the most recent Ping is answered.
      if (this.#closing?.state !== 'lost' && this.options.autoPong !== false) this.writer.pong(payload, this.#backlogged)
      this.#sink.ping(payload)
    }
    return undefined
  }

  #transportSaid(event: 'inputEnd' | 'gone'): void {
    if (this.readyState === 'CLOSED') return
    this.#heldEnd = event
    if (!this.#receiving && !this.holdsInput) this.#inputUsed()
    else if (event === 'gone') {
      this.#begin('network')
      this.#apply('lost')
    }
  }

  /** All input received so far is used. */
  #inputUsed(): void {
    if (this.#heldEnd === undefined) return
    this.#begin('network')
    this.#apply(this.#heldEnd)
  }

  #begin(initiator: CloseInitiator): ClosingProcedure {
    if (this.#closing !== undefined) return this.#closing
    const { options, writer, output } = this
    // A spread of objects would cost ten times as much memory as this one.
    const above = { options, sink: this.#sink, transport: this.#transport, parser: this.#parser, assembler: this.#assembler, writer, output }
    return (this.#closing = new ClosingProcedure(initiator, above))
  }

  #apply(event: ClosingEvent): void {
    // Nothing ends an open connection before `#begin`: only `applicationIdle` comes here, which means nothing then.
    if (this.#closing === undefined) return
    this.#closing.apply(event, this.#now)
    if ((this.#parser.hold & HOLD_FINISHED) !== 0) this.#held = undefined
  }

  #useHeld(): void {
    const held = this.#held
    this.#backlogged = this.output.byteLength !== 0
    this.#receiving = true
    let violation: ConnectionError | undefined
    try {
      violation = held?.parse(this.#parser, this.#deadlines, this.#now)
    } finally {
      this.#receiving = false
      if (held?.isEmpty === true || (this.#parser.hold & HOLD_FINISHED) !== 0) this.#held = undefined
    }
    if (violation !== undefined) this.fail(violation, this.#now)
    if (!this.holdsInput) this.#inputUsed()
  }
}
