import { ConnectionError } from '../core/errors.ts'
import { ABNORMAL_CLOSURE, GOING_AWAY, MAX_REASON_BYTES } from '../core/protocol/close-code.ts'
import { failureFrame } from '../core/protocol/close-frame.ts'
import type { CloseFrame, CloseInfo } from '../core/protocol/events.ts'
import type { ScheduledTask } from '../connection/clock.ts'
import { Deferred } from '../connection/deferred.ts'
import { checkClose } from '../connection/option-checks.ts'
import { readPlatformEnd } from './close-info.ts'
import { FetchSending } from './fetch-sending.ts'
import type { PlatformSocket } from './platform-socket.ts'

/** How long a failed connection waits for the peer's Close frame. */
const failedTimeoutMs = 1_000

/** The end of a connection over a platform's socket: closing, failing and dropping it, and what is told about it. */
export abstract class FetchClosing extends FetchSending {
  #readyState: 'OPEN' | 'CLOSING' | 'CLOSED' = 'OPEN'
  /** The Close frame of this end, where the peer had not sent one. */
  #sent: CloseFrame | undefined
  #error: ConnectionError | undefined
  #cause: unknown
  protected info: CloseInfo | undefined
  #closed: Deferred<CloseInfo> | undefined
  #deadline: ScheduledTask | undefined

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return this.#readyState
  }

  get isOpen(): boolean {
    return this.#readyState === 'OPEN'
  }

  protected get hasFailed(): boolean {
    return this.#error !== undefined
  }

  /** The state is CLOSING; the Close frame has not been given to the platform. */
  protected abstract closingBegins(): void

  /** The platform closed the socket before it opened it. */
  protected abstract neverOpened(): void

  /** The state is CLOSED. */
  protected abstract ended(info: CloseInfo, wasOpen: boolean): void

  get closed(): Promise<CloseInfo> {
    if (this.info !== undefined) return Promise.resolve(this.info)
    return (this.#closed ??= new Deferred<CloseInfo>()).promise
  }

  protected resolveClosed(info: CloseInfo): void {
    this.info = info
    this.#closed?.resolve(info)
    this.#closed = undefined
  }

  platformFailed(error: unknown): void {
    this.#cause ??= error
  }

  /** The platform has told of an error. */
  get hasPlatformFailed(): boolean {
    return this.#cause !== undefined
  }

  /** CLOSED at once: the platform may never report the end of a socket that it has lost. */
  protected sendingFailed(cause: unknown): void {
    const message = `${this.capabilities.platform} could not send`
    this.fail(new ConnectionError(message, { fault: 'network', closeCode: ABNORMAL_CLOSURE, cause }))
  }

  platformClosed(code: number, reason: string): void {
    if (this.#readyState === 'CLOSED') return
    if (this.platform === undefined) {
      this.abandon()
      this.neverOpened()
      return
    }
    const wasOpen = this.isOpen
    this.#readyState = 'CLOSED'
    this.#deadline?.cancel()
    const end = { code, reason, sent: this.#sent, error: this.#error, cause: this.#cause }
    this.ended(readPlatformEnd(end, this.capabilities.peerClose), wasOpen)
  }

  /** CLOSED before it was open: no handler is called. */
  abandon(): void {
    this.#readyState = 'CLOSED'
  }

  close(code: number = 1000, reason: string = ''): Promise<CloseInfo> {
    this.startClosing(code, reason)
    return this.closed
  }

  /** As `close`, without waiting. @throws OptionError */
  startClosing(code: number, reason: string): void {
    checkClose(code, reason)
    if (!this.isOpen) return
    this.#beginClosing({ code, reason }, this.settings.closeTimeoutMs)
  }

  /** _Fail the WebSocket Connection_ (RFC 6455 section 7.1.7), as far as the platform can. */
  fail(error: ConnectionError): void {
    if (this.#readyState === 'CLOSED' || this.#error !== undefined) return
    this.#error = error
    const frame = this.isOpen ? failureFrame(error) : undefined
    if (frame === undefined) this.#drop()
    else this.#beginClosing({ code: frame.code, reason: frame.reason.slice(0, MAX_REASON_BYTES) }, failedTimeoutMs)
  }

  terminate(): void {
    this.fail(new ConnectionError('terminate() was called', { fault: 'application', closeCode: ABNORMAL_CLOSURE, condition: 'terminated' }))
    // A connection that had failed before still waits for the peer.
    if (this.#readyState !== 'CLOSED') this.#drop()
  }

  #beginClosing(frame: CloseFrame, timeoutMs: number): void {
    this.#readyState = 'CLOSING'
    this.#sent = frame
    this.#deadline = this.clock.schedule(() => this.#expire(timeoutMs), timeoutMs)
    this.closingBegins()
    this.#attempt((platform) => platform.close(frame.code, frame.reason))
  }

  #expire(timeoutMs: number): void {
    this.#error ??= new ConnectionError(`no Close frame came within ${timeoutMs} ms`, {
      fault: 'timeout',
      closeCode: ABNORMAL_CLOSURE,
      condition: 'closing-timeout',
    })
    this.#drop()
  }

  /** CLOSED now, whatever the platform reports later. */
  #drop(): void {
    this.#attempt((platform) => (platform.terminate === undefined ? platform.close(GOING_AWAY, '') : platform.terminate()))
    this.platformClosed(ABNORMAL_CLOSURE, '')
  }

  /** A platform may throw for a socket that it has closed already. */
  #attempt(call: (platform: PlatformSocket) => void): void {
    try {
      if (this.platform !== undefined) call(this.platform)
    } catch (error) {
      this.#cause ??= error
    }
  }
}
