import { ConnectionError } from '../core/errors.ts'
import { Idle } from '../core/protocol/idle.ts'
import { countUtf8 } from '../core/protocol/frame-serializer.ts'
import { GOING_AWAY, MESSAGE_TOO_BIG, TRY_AGAIN_LATER } from '../core/protocol/close-code.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { droppable } from '../connection/application-code.ts'
import type { ScheduledTask } from '../connection/clock.ts'
import type { DropReport } from '../connection/drops.ts'
import { endError } from '../connection/end-error.ts'
import type { ConnectionOwner, SocketHandlers } from '../connection/handlers.ts'
import { Inbox } from '../connection/inbox.ts'
import type { InboxSocket } from '../connection/delivery.ts'
import { showAs } from '../connection/inspect.ts'
import type { Member } from '../connection/members.ts'
import { checkControlPayload } from '../connection/option-checks.ts'
import { Pings } from '../connection/pings.ts'
import { ReceiveRate } from '../connection/receive-rate.ts'
import type { SendResult, Socket } from '../connection/socket.ts'
import type { TransportInfo } from '../connection/transport.ts'
import { FetchClosing } from './fetch-closing.ts'
import type { SendingParts } from './fetch-sending.ts'
import type { PlatformEvents, PlatformSocket } from './platform-socket.ts'
import { unsupported } from './unsupported.ts'

/** Everything a connection needs once its opening handshake is accepted. */
export interface FetchConnectionParts extends SendingParts {
  readonly handlers: SocketHandlers
  readonly owner: FetchOwner
  readonly context: unknown
  readonly transport: TransportInfo
}

/** The server of a connection. */
export interface FetchOwner extends ConnectionOwner {
  /** The platform has opened its socket; the `open` handler comes afterwards. @returns false where the server has ended meanwhile */
  connectionOpened(connection: FetchConnection): boolean
  /** The platform closed the socket before it opened it. */
  connectionAbandoned(connection: FetchConnection): void
}

const nothing: readonly never[] = Object.freeze([])
const noFragments = 'it sends a message as a whole; give `send` the whole message'
const wholeMessages = 'it delivers a message when it is complete; use `receive`'
const noControlFrames = 'it does not let a program send control frames'

/** One connection over the socket of a platform, from the acceptance of its opening handshake on. */
export class FetchConnection extends FetchClosing implements Socket<string, unknown, unknown>, InboxSocket, PlatformEvents, Member {
  memberIndex: number = -1
  readonly context: unknown
  readonly transport: TransportInfo
  readonly extensions: readonly never[] = nothing
  readonly declinedExtensions: readonly never[] = nothing
  readonly #owner: FetchOwner
  readonly #inbox: Inbox
  /** Undefined without a limit for each second. */
  readonly #rate: ReceiveRate | undefined
  #receivedCount = 0
  #roundTripMs: number | undefined
  #pings: Pings | undefined
  #idleTask: ScheduledTask | undefined

  constructor(parts: FetchConnectionParts) {
    super(parts)
    this.context = parts.context
    this.transport = parts.transport
    this.#owner = parts.owner
    this.#inbox = new Inbox(this, parts)
    const { limits } = this.settings
    if (ReceiveRate.isLimited(limits, [])) {
      const owner = { pauseInput: () => undefined, fail: (error: ConnectionError) => this.fail(error) }
      this.#rate = new ReceiveRate(this.#inbox, limits, 'close', [], this.clock, owner)
    }
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs
  }

  platformOpened(socket: PlatformSocket): void {
    if (this.platform !== undefined) return
    if (this.readyState === 'CLOSED' || !this.#owner.connectionOpened(this)) {
      this.abandon()
      try {
        socket.close(GOING_AWAY, 'the server is shutting down')
      } catch {
        // The platform has lost it meanwhile.
      }
      return
    }
    this.platform = socket
    const { idleTimeoutMs } = this.settings
    if (idleTimeoutMs > 0) this.#lookForIdle(new Idle(idleTimeoutMs, this.clock.now()))
    this.#inbox.open(true)
  }

  platformMessage(data: string | Uint8Array): void {
    if (this.readyState === 'CLOSED' || this.hasFailed) return
    const { message } = this.settings.limits
    // A text has at least as many bytes as code units, and at most three times as many.
    if (data.length > message || (typeof data === 'string' && data.length * 3 > message && countUtf8(data) > message)) {
      const text = `a message is longer than limits.message, ${message} bytes`
      this.fail(new ConnectionError(text, { fault: 'peer', closeCode: MESSAGE_TOO_BIG, limit: 'message' }))
      return
    }
    this.#receivedCount++
    const rate = this.#rate
    rate?.received(data.length)
    if (this.hasFailed) return
    if (rate === undefined) this.#inbox.message(data)
    else rate.message(data, typeof data === 'string')
  }

  platformDrained(): void {
    this.checkDrained()
  }

  platformPong(payload: Uint8Array): void {
    this.#roundTripMs = this.#pings?.pongReceived(payload, this.clock.now()) ?? this.#roundTripMs
  }

  protected closingBegins(): void {
    // A peer that is not read cannot be heard to close.
    this.platform?.setReading?.(true)
    this.#inbox.closing()
  }

  protected neverOpened(): void {
    this.#owner.connectionAbandoned(this)
  }

  protected ended(info: CloseInfo, wasOpen: boolean): void {
    this.#idleTask?.cancel()
    this.endSending()
    if (wasOpen) this.#inbox.closing()
    this.#inbox.closed(info)
  }

  /** Called by the inbox. */
  connectionClosed(info: CloseInfo): void {
    this.resolveClosed(info)
    this.#pings?.reject(endError('the connection ended before the Pong came', info))
  }

  /** Called by the inbox: the receive buffer is full, or has room again. */
  setReading(reading: boolean): void {
    const { platform } = this
    if (platform === undefined || this.readyState !== 'OPEN') return
    if (platform.setReading !== undefined) {
      platform.setReading(reading)
      return
    }
    if (reading) return
    const { receiveBuffer } = this.settings.limits
    const message = `messages of more than limits.receiveBuffer, ${receiveBuffer} bytes, wait for the application, and ${this.capabilities.platform} cannot stop reading`
    this.fail(new ConnectionError(message, { fault: 'application', closeCode: TRY_AGAIN_LATER, limit: 'receiveBuffer', condition: 'receive-rate' }))
  }

  applicationIdle(): void {}

  pongReceived(): void {}

  ping(payload?: Uint8Array): Promise<number> {
    checkControlPayload(payload)
    const { platform } = this
    if (!this.capabilities.ping) return droppable(Promise.reject(unsupported('ping', noControlFrames, this.capabilities)))
    if (platform?.ping === undefined || !this.isOpen) return droppable(Promise.reject(endError('the connection is not OPEN', this.info)))
    const content = payload === undefined ? crypto.getRandomValues(new Uint8Array(8)) : new Uint8Array(payload)
    const answered = (this.#pings ??= new Pings()).add(content, this.clock.now())
    try {
      platform.ping(content)
    } catch (error) {
      this.sendingFailed(error)
    }
    return answered
  }

  pong(payload?: Uint8Array): SendResult {
    checkControlPayload(payload)
    if (!this.capabilities.ping) throw unsupported('pong', noControlFrames, this.capabilities)
    if (this.platform?.pong === undefined || !this.isOpen) return 'closed'
    try {
      this.platform.pong(payload ?? new Uint8Array(0))
    } catch (error) {
      this.sendingFailed(error)
    }
    return this.isOpen ? 'sent' : 'closed'
  }

  setKeepalive(): void {
    throw unsupported('setKeepalive', 'it sends its own Pings', this.capabilities)
  }

  sendStream(): Promise<SendResult> {
    return droppable(Promise.reject(unsupported('sendStream', noFragments, this.capabilities)))
  }

  receiveStream(): Promise<never> {
    return droppable(Promise.reject(unsupported('receiveStream', wholeMessages, this.capabilities)))
  }

  streams(): never {
    throw unsupported('streams', wholeMessages, this.capabilities)
  }

  receive(): Promise<unknown> {
    return droppable(new Promise((resolve, reject) => this.#inbox.receive(resolve, reject)))
  }

  discard(): void {
    this.#inbox.discard()
  }

  pause(): void {
    this.#inbox.pause()
  }

  resume(): void {
    this.#inbox.resume()
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    return this.#inbox.iterate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #lookForIdle(idle: Idle): void {
    const look = (): void => {
      const frame = idle.handleTimeout(this.clock.now(), this.sentCount + this.#receivedCount, this.#inbox.isWorking || this.bufferedAmount > 0)
      if (frame === undefined) this.#idleTask = this.clock.schedule(look, Math.max(1, idle.deadline - this.clock.now()))
      else this.startClosing(frame.code, frame.reason)
    }
    this.#idleTask = this.clock.schedule(look, Math.max(1, idle.deadline - this.clock.now()))
  }

  protected reportDrained(): void {
    this.#inbox.drained()
  }

  protected override get dropReporter(): ((report: DropReport) => void) | undefined {
    return this.#inbox.dropReporter
  }

  static {
    showAs(FetchConnection, 'Socket', ({ subprotocol, readyState, bufferedAmount, context, transport }) => {
      const { remoteAddress, remotePort } = transport
      return { subprotocol, readyState, bufferedAmount, context, remoteAddress, remotePort }
    })
  }
}
