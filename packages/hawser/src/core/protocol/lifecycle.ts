import { ConnectionError } from '../errors.ts'
import type { TextCodec } from '../platform.ts'
import { ABNORMAL_CLOSURE, TRY_AGAIN_LATER } from './close-code.ts'
import { beginClosing, type Closing, closeInfo, failureFrame, serializeCloseBody } from './closing.ts'
import { type ConnectionState, type StateAction, type StateEvent, transition } from './connection-state.ts'
import type { CloseFrame, CloseInitiator, ConnectionHandler } from './events.ts'
import type { ExtensionSession } from './extension.ts'
import type { Input } from './input.ts'
import { CLOSE } from './opcode.ts'
import type { Output } from './output.ts'
import * as rules from './rules.ts'
import type { Sender, SenderOwner } from './sender.ts'

/**
 * What is read and thrown away after the end has begun, before the transport is dropped. Dropping it with unread input resets it, and a
 * peer in the middle of a large message would never see why.
 */
const MAX_DISCARDED = 16 * 1024 * 1024

/**
 * Section 7.1.7: after _Fail the WebSocket Connection_ an endpoint waits for no Close frame. This long the transport stays so that ours
 * arrives, for the reason that MAX_DISCARDED gives.
 */
const FAILURE_LINGER_MS = 1000

/**
 * Section 7.1.1: a client whose closing handshake is complete leaves the first FIN to the server, for this long (as Chromium does). A server
 * waits longer: what it sent before its Close frame may still be on its way.
 */
const SERVER_FIN_MS = 2000

export interface LifecycleOptions {
  readonly role: 'client' | 'server'
  readonly text: TextCodec
  readonly extensions: readonly ExtensionSession[]
  readonly closeTimeoutMs?: number
}

/** From OPEN to CLOSED (RFC 6455 section 7): does what the table in connection-state.ts says. */
export class Lifecycle implements SenderOwner {
  state: ConnectionState = 'open'
  /** NaN in calls that are not told the time. */
  now: number
  readonly handler: ConnectionHandler
  input!: Input
  sender!: Sender
  private readonly options: LifecycleOptions
  private readonly output: Output
  private closing: Closing | undefined
  /** What the transport said while input was held; acted on once that is used up. */
  private heldEnd: 'end' | 'gone' | undefined

  constructor(options: LifecycleOptions, handler: ConnectionHandler, output: Output, now: number) {
    this.options = options
    this.handler = handler
    this.output = output
    this.now = now
  }

  close(frame: CloseFrame): void {
    this.begin('local').intended = frame
    this.apply('localClose')
  }

  remoteClose(frame: CloseFrame): void {
    const closing = this.begin('remote')
    closing.received = frame
    // Section 5.5.1: the answer typically echoes the close code.
    closing.intended ??= { code: frame.code, reason: '' }
    this.apply('remoteClose')
  }

  fail(error: ConnectionError): void {
    if (this.state === 'closed' || this.state === 'ending') return
    this.begin('local').error ??= error
    this.apply('fail')
  }

  /** The transport ended, in one direction or both, in order. */
  transportSaid(event: 'end' | 'gone'): void {
    if (this.state === 'closed') return
    this.heldEnd = event
    if (!this.input.busy) {
      this.begin('network')
      this.apply(event)
    } else if (event === 'gone') {
      this.begin('network')
      this.apply('lost')
    }
  }

  transportFailed(cause: Error): void {
    if (this.state === 'closed') return
    const closing = this.begin('network')
    if (closing.sent === undefined || closing.received === undefined) {
      closing.error ??= new ConnectionError(`the transport failed: ${cause.message}`, { fault: 'network', closeCode: ABNORMAL_CLOSURE, cause })
    }
    this.apply('gone')
  }

  /** All input that was held is used up. */
  inputUsed(): void {
    if (this.heldEnd === undefined) return
    this.begin('network')
    this.apply(this.heldEnd)
  }

  /** Bytes came that do not matter any more. */
  discard(length: number): void {
    const closing = this.begin('network')
    closing.discarded += length
    if (closing.discarded > MAX_DISCARDED) this.apply('timeout')
  }

  /** @param overdue what is told when the time is to run from the next moment that is known */
  deadline(overdue: number): number {
    const { deadline } = this.closing!
    return Number.isNaN(deadline) ? overdue : deadline
  }

  handleTimeout(now: number): void {
    const { deadline } = this.closing!
    if (Number.isNaN(deadline)) this.startTimer()
    else if (now >= deadline) this.apply('timeout')
  }

  /** Output appeared without a call from above. */
  ready(): void {
    if (!this.input.receiving && this.state !== 'closed' && this.output.byteLength !== 0) this.handler.outputReady()
  }

  private begin(initiator: CloseInitiator): Closing {
    return (this.closing ??= beginClosing(initiator))
  }

  private apply(event: StateEvent): void {
    const found = transition(this.options.role, this.state, event)
    if (found === undefined) return
    this.state = found.next
    for (const action of found.actions) {
      this.act(action)
      // A handler may have called back, and the table may have gone on from there.
      if (this.state !== found.next) return
    }
    // The peer's end may have come before its Close frame was answered.
    if (this.state === 'bothClosed' && this.heldEnd === 'end') this.apply('end')
  }

  private act(action: StateAction): void {
    const { handler, sender } = this
    const closing = this.closing!
    switch (action) {
      case 'notifyClosing':
        handler.closing()
        break
      case 'queueClose':
        sender.inOrder(0, () => this.writeClose(closing.intended!))
        break
      case 'writeFailure': {
        const frame = failureFrame(closing.error!)
        sender.clear()
        if (frame !== undefined) this.writeClose(frame)
        break
      }
      case 'startTimer':
        this.startTimer()
        break
      case 'timedOut':
        this.explainTimeout(closing)
        break
      case 'discard':
        this.input.finish()
        break
      case 'endTransport':
        sender.clear()
        handler.endTransport()
        break
      case 'abortTransport':
        handler.abortTransport()
        break
      case 'report':
        this.report(closing)
    }
  }

  private writeClose(frame: CloseFrame): void {
    const closing = this.closing!
    const { text } = this.options
    const body = serializeCloseBody(frame, text)
    closing.sent = { code: frame.code, reason: body.length < 3 ? '' : text.decodeUtf8(body, 2, body.length) }
    this.output.settleLatest()
    this.sender.control(CLOSE, body)
    this.apply('closeWritten')
  }

  private get closeTimeoutMs(): number {
    return this.options.closeTimeoutMs ?? 10_000
  }

  private startTimer(): void {
    this.closing!.deadline = this.now + Math.min(this.patienceMs(this.closing!), this.closeTimeoutMs)
  }

  private patienceMs({ error, sent, received }: Closing): number {
    // A peer that was too slow for messages is slow to take the Close frame, too.
    if (error !== undefined && this.state === 'ending') return error.closeCode === TRY_AGAIN_LATER ? Infinity : FAILURE_LINGER_MS
    return this.options.role === 'client' && sent !== undefined && received !== undefined ? SERVER_FIN_MS : Infinity
  }

  private explainTimeout(closing: Closing): void {
    if (closing.error !== undefined || (closing.sent !== undefined && closing.received !== undefined)) return
    const missing = closing.received === undefined ? 'no Close frame came from the peer' : 'our Close frame could not be sent'
    const options = { fault: 'timeout', closeCode: ABNORMAL_CLOSURE, rule: rules.CLOSING_TIMEOUT } as const
    closing.error = new ConnectionError(`${missing} within ${this.closeTimeoutMs} ms`, options)
  }

  private report(closing: Closing): void {
    this.input.finish()
    this.sender.clear()
    this.output.clear()
    for (const extension of this.options.extensions) extension.dispose()
    this.handler.closed(closeInfo(closing))
  }
}
