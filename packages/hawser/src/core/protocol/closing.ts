import { ConnectionError } from '../errors.ts'
import { ABNORMAL_CLOSURE } from './close-code.ts'
import type { CloseFrame, CloseInitiator } from './events.ts'
import * as rules from './rules.ts'

/** A closing connection whose queued bytes leave at least this fast keeps its transport. */
const BYTES_PER_SECOND = 1024

/**
 * Bytes read and thrown away after the end has begun, before the transport is dropped. Dropping it with unread input resets it, and a
 * peer in the middle of a large message would never see our Close frame.
 */
const MAX_DISCARDED = 16 * 1024 * 1024

/** The output of a closing connection. */
export interface ClosingOutput {
  /** Bytes that have left for the network. */
  readonly sentBytes: number
  /** Bytes that have not, wherever they wait. */
  readonly unsentBytes: number
}

/** Facts about the end of one connection; made when the end begins. */
export class Closing {
  readonly initiator: CloseInitiator
  /** The Close frame we are going to send. */
  intended: CloseFrame | undefined
  sent: CloseFrame | undefined
  received: CloseFrame | undefined
  error: ConnectionError | undefined
  /** The error of the transport, where nothing ended the connection before it. */
  cause: Error | undefined
  /** When the current state times out. */
  deadline: number = Infinity
  /** Bytes received after input lost its meaning. */
  #discarded = 0
  /** `sentBytes` when the deadline was set. */
  #sentBytes: number
  /** The transport was full when it was last given bytes. */
  #blocked = false
  /** The `sentBytes` at which everything queued before the end, our Close frame included, will have left. */
  #queuedUpTo = 0
  readonly #output: ClosingOutput
  readonly #timeoutMs: number

  constructor(initiator: CloseInitiator, output: ClosingOutput, timeoutMs: number) {
    this.initiator = initiator
    this.#output = output
    this.#timeoutMs = timeoutMs
    this.#sentBytes = output.sentBytes
  }

  setDeadline(deadline: number): void {
    this.deadline = deadline
    this.#sentBytes = this.#output.sentBytes
  }

  /** Only what is queued now earns more time: a peer could keep us writing Pongs for ever. */
  markQueued(): void {
    this.#queuedUpTo = this.#output.sentBytes + this.#output.unsentBytes
  }

  /** @returns true when more was thrown away than an end may cost */
  discard(length: number): boolean {
    this.#discarded += length
    return this.#discarded > MAX_DISCARDED
  }

  outputBlocked(): void {
    this.#blocked = true
  }

  /** @returns whether queued bytes that had to wait have left now: the peer's time for its part starts then */
  outputSent(): boolean {
    const waited = this.#blocked && this.#sentBytes < this.#queuedUpTo
    this.#blocked = false
    return waited
  }

  /** Enough of the queued bytes have left since the deadline was set. */
  get hasProgressed(): boolean {
    const wanted = (BYTES_PER_SECOND * this.#timeoutMs) / 1000
    return this.#blocked && this.#sentBytes < this.#queuedUpTo && this.#output.sentBytes >= Math.min(this.#queuedUpTo, this.#sentBytes + wanted)
  }

  get isExchanged(): boolean {
    return this.sent !== undefined && this.received !== undefined
  }

  get #isExplained(): boolean {
    return this.error !== undefined || this.cause !== undefined
  }

  /** Gives the failure as the reason, where nothing else is. */
  explainFailure(error: ConnectionError): void {
    if (!this.#isExplained) this.error = error
  }

  /** Gives the timeout as the reason, where nothing else is. */
  explainTimeout(): void {
    const { unsentBytes } = this.#output
    if (this.#isExplained || (this.isExchanged && unsentBytes === 0)) return
    const missing = this.received === undefined ? 'no Close frame arrived from the peer' : 'our Close frame could not be sent'
    const message =
      unsentBytes > 0
        ? `${unsentBytes} bytes could not be sent: the peer took none for ${this.#timeoutMs} ms`
        : `${missing} within ${this.#timeoutMs} ms`
    this.error = new ConnectionError(message, {
      fault: 'timeout',
      closeCode: ABNORMAL_CLOSURE,
      rule: rules.CLOSING_TIMEOUT,
      condition: 'closing-timeout',
    })
  }

  /** Gives messages that never left as the reason, where nothing else is: such an end is not clean. */
  explainUnsent(): void {
    const { unsentBytes } = this.#output
    if (this.#isExplained || this.sent === undefined || unsentBytes === 0) return
    const message = `the transport ended before ${unsentBytes} bytes were sent`
    this.error = new ConnectionError(message, { fault: 'network', closeCode: ABNORMAL_CLOSURE, rule: rules.CLOSING_HANDSHAKE })
  }

  explainTransport(cause: Error): void {
    if (this.#isExplained || (this.isExchanged && this.#output.unsentBytes === 0)) return
    this.cause = cause
  }
}
