import type { Assembler } from './assembler.ts'
import { failureFrame, serializeCloseBody } from './close-frame.ts'
import { closeInfo } from './close-info.ts'
import { Closing, type ClosingOutput } from './closing.ts'
import { type ClosingAction, type ClosingEvent, type ClosingState, step } from './closing-handshake.ts'
import { CLOSE_TIMEOUT_MS, type ConnectionOptions } from './connection-options.ts'
import type { CloseFrame, CloseInitiator, ConnectionTransport, MessageSink } from './events.ts'
import { type FrameParser, HOLD_FINISHED } from './frame-parser.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { Output } from './output.ts'

/** The parts of a connection that its end acts upon. */
export interface ClosingParts {
  readonly options: ConnectionOptions
  readonly sink: MessageSink
  readonly transport: ConnectionTransport
  readonly parser: FrameParser
  readonly assembler: Assembler
  readonly writer: FrameWriter
  readonly output: Output
}

/**
 * The end of one connection: applies events to the table of `closing-handshake.ts` and performs the actions of each step. Made when the end
 * begins, so that an open connection holds nothing of it.
 */
export class ClosingProcedure implements ClosingOutput {
  readonly facts: Closing
  state: ClosingState = 'open'
  readonly #parts: ClosingParts
  readonly #timeoutMs: number
  /** The latest time that was given. */
  #now = 0
  /** Bytes that were queued and never reached the transport. */
  droppedBytes = 0
  #inputEnded = false
  /** Events raised while the actions of another run. */
  #events: ClosingEvent[] | undefined
  #applying = false

  constructor(initiator: CloseInitiator, parts: ClosingParts) {
    this.#parts = parts
    this.#timeoutMs = parts.options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS
    this.facts = new Closing(initiator, this, this.#timeoutMs)
  }

  get sentBytes(): number {
    return this.#parts.transport.sentBytes
  }

  get unsentBytes(): number {
    const { transport, writer, output } = this.#parts
    return transport.unsentBytes + writer.waitingBytes + output.byteLength
  }

  /** False once the transport is being ended: the reason of the end is known. */
  get canFail(): boolean {
    return step(this.#parts.options.role, this.state, 'fail', this.#now, this.#timeoutMs) !== undefined
  }

  apply(first: ClosingEvent, now: number): void {
    this.#now = now
    if (this.#applying) {
      ;(this.#events ??= []).push(first)
      return
    }
    this.#applying = true
    try {
      for (let event: ClosingEvent | undefined = first; event !== undefined; event = this.#events?.shift()) {
        if (event === 'inputEnd') this.#inputEnded = true
        const found = step(this.#parts.options.role, this.state, event, this.#now, this.#timeoutMs)
        if (found === undefined) continue
        this.state = found.state
        if (found.deadline !== undefined) this.facts.setDeadline(found.deadline)
        for (const action of found.actions) this.#perform(action)
      }
    } finally {
      this.#applying = false
      this.#events = undefined
    }
  }

  #perform(action: ClosingAction): void {
    const { facts } = this
    const { sink, transport, writer } = this.#parts
    switch (action) {
      case 'notifyClosing':
        sink.closing()
        break
      case 'queueClose':
        writer.inOrder(0, () => this.#writeClose(facts.intended!))
        break
      case 'writeFailure': {
        const frame = failureFrame(facts.error!)
        this.#dropWaiting()
        if (frame !== undefined) this.#writeClose(frame)
        break
      }
      case 'discardInput':
        this.#discardInput()
        break
      case 'recallInputEnd':
        if (this.#inputEnded) this.apply('inputEnd', this.#now)
        break
      case 'explainTimeout':
        facts.explainTimeout()
        break
      case 'endTransport':
        this.#dropWaiting()
        facts.markQueued()
        transport.endTransport()
        break
      case 'abortTransport':
        transport.abortTransport()
        break
      case 'report':
        this.#report()
    }
  }

  #writeClose(frame: CloseFrame): undefined {
    const { facts } = this
    const { options, writer } = this.#parts
    const body = serializeCloseBody(frame, options.text)
    facts.sent = { code: frame.code, reason: body.length < 3 ? '' : options.text.decodeUtf8(body, 2, body.length) }
    writer.closeFrame(body)
    facts.markQueued()
    this.apply('closeWritten', this.#now)
  }

  /** Drops the messages that an extension still has. */
  #dropWaiting(): void {
    const { writer } = this.#parts
    this.droppedBytes += writer.waitingBytes
    writer.clear()
  }

  #discardInput(): void {
    this.#parts.parser.hold |= HOLD_FINISHED
    this.#parts.assembler.clear(this.facts.error)
  }

  /** CLOSED: nothing is held any more. */
  #report(): void {
    const { options, sink, output } = this.#parts
    this.facts.explainUnsent()
    this.#discardInput()
    this.#dropWaiting()
    this.droppedBytes += output.byteLength
    output.clear()
    for (const extension of options.extensions) extension.dispose()
    sink.closed(closeInfo(this.facts, options.disconnectionErrors !== false))
  }
}
