import { ConnectionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { droppable } from './application-code.ts'
import type { ConnectionParts } from './connection-parts.ts'
import { Deferred } from './deferred.ts'
import { Driver } from './driver.ts'
import type { DriverOwner } from './driver.ts'
import type { DropReport } from './drops.ts'
import type { InboxSocket } from './delivery.ts'
import { Inbox } from './inbox.ts'
import { endError } from './end-error.ts'
import { showAs } from './inspect.ts'
import type { MessageStream } from './message-stream.ts'
import type { Member } from './members.ts'
import type { MemoryHolder } from './memory-budget.ts'
import { checkControlPayload } from './option-checks.ts'
import { Pings } from './pings.ts'
import type { AgreedExtension, DeclinedExtension, KeepaliveOptions, Socket } from './socket.ts'
import { SocketSending } from './socket-sending.ts'
import { readKeepalive } from './socket-settings.ts'
import { StreamInbox } from './stream-inbox.ts'
import type { ReceivedStream } from './received-stream.ts'
import type { TransportInfo } from './transport.ts'

const nothingDeclined: readonly DeclinedExtension[] = Object.freeze([])

/** One connection, from the end of its opening handshake on. `open()` lets it begin. */
export class WebSocketConnection extends SocketSending implements Socket<string, unknown, unknown>, InboxSocket, DriverOwner, Member, MemoryHolder {
  memberIndex: number = -1
  readonly context: unknown
  readonly declinedExtensions: readonly DeclinedExtension[]
  readonly driver: Driver
  readonly #inbox: Inbox | StreamInbox
  #pings: Pings | undefined
  #info: CloseInfo | undefined
  #closed: Deferred<CloseInfo> | undefined

  constructor(parts: ConnectionParts) {
    super(parts)
    const { transport, runtime, core, early, settings } = parts
    this.context = parts.context
    this.declinedExtensions = parts.declined ?? nothingDeclined
    this.#inbox = settings.streams ? new StreamInbox(this, parts) : new Inbox(this, parts)
    this.driver = new Driver(transport, runtime, core, this.#inbox, this, early, settings)
    this.driver.account = parts.memory?.open(this)
  }

  /**
   * Calls the `open` handler, and reads.
   * @param unreachable only handlers can ever take messages of this connection: without one they are discarded
   */
  open(unreachable: boolean): void {
    this.#inbox.open(unreachable)
  }

  get extensions(): readonly AgreedExtension[] {
    return this.sessions.map(({ name, parameters, statistics }) => ({ name, parameters, ...(statistics === undefined ? {} : { statistics }) }))
  }

  get transport(): TransportInfo {
    return this.driver.transport.info
  }

  get roundTripMs(): number | undefined {
    return this.driver.core.roundTripMs
  }

  get closed(): Promise<CloseInfo> {
    if (this.#info !== undefined) return Promise.resolve(this.#info)
    return (this.#closed ??= new Deferred<CloseInfo>()).promise
  }

  setReading(reading: boolean): void {
    this.driver.setReading(reading)
  }

  applicationIdle(): void {
    this.driver.applicationIdle()
  }

  ping(payload?: Uint8Array): Promise<number> {
    const { driver } = this
    checkControlPayload(payload)
    const content = payload === undefined ? new Uint8Array(8) : new Uint8Array(payload)
    if (payload === undefined) driver.runtime.platform.random.fill(content)
    if (this.readyState !== 'OPEN' || !driver.core.sendPing(content))
      return droppable(Promise.reject(endError('the connection is not OPEN', this.#info)))
    driver.outputReady()
    return (this.#pings ??= new Pings()).add(content, driver.now)
  }

  setKeepalive(options: KeepaliveOptions | false): void {
    this.driver.setKeepalive(readKeepalive(options))
  }

  receive(): Promise<unknown> {
    return droppable(new Promise((resolve, reject) => this.#whole().receive(resolve, reject)))
  }

  receiveStream(): Promise<MessageStream> {
    return droppable(new Promise((resolve, reject) => this.#streams().receive(resolve as (message: ReceivedStream) => void, reject)))
  }

  streams(): AsyncIterator<MessageStream, undefined> & AsyncIterable<MessageStream> {
    return this.#streams().iterate() as AsyncIterator<any, undefined> & AsyncIterable<any>
  }

  #whole(): Inbox {
    if (this.#inbox instanceof StreamInbox) throw new TypeError('this connection takes messages as streams: call receiveStream() or streams()')
    return this.#inbox
  }

  #streams(): StreamInbox {
    if (this.#inbox instanceof Inbox) throw new TypeError("this connection takes whole messages: streams need the option messages: 'streams'")
    return this.#inbox
  }

  discard(): void {
    this.#inbox.discard()
  }

  close(code: number = 1000, reason: string = ''): Promise<CloseInfo> {
    this.startClosing(code, reason)
    return this.closed
  }

  static {
    showAs(WebSocketConnection, 'Socket', ({ subprotocol, readyState, extensions, bufferedAmount, context, transport }) => {
      const { remoteAddress, remotePort } = transport
      return { subprotocol, readyState, extensions, bufferedAmount, context, remoteAddress, remotePort }
    })
  }

  terminate(): void {
    if (this.#info !== undefined) return
    // 1006 never goes on the wire: there is no Close frame, only the reason in `closed`.
    // Dropped first: a transport that has ended its writing side can no longer be reset.
    this.driver.transport.abort()
    this.fail(new ConnectionError('terminate() was called', { fault: 'application', closeCode: 1006, condition: 'terminated' }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  pause(): void {
    this.#inbox.pause()
  }

  resume(): void {
    this.#inbox.resume()
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    return this.#whole().iterate()
  }

  pongReceived(payload: Uint8Array): void {
    const roundTripMs = this.#pings?.pongReceived(payload, this.driver.now)
    if (roundTripMs !== undefined) this.driver.core.noteRoundTrip(roundTripMs)
  }

  protected override get dropReporter(): ((report: DropReport) => void) | undefined {
    return this.#inbox.dropReporter
  }

  get heldBytes(): number {
    return this.driver.heldBytes + this.queuedMemory + this.#inbox.heldBytes
  }

  endForMemory(error: ConnectionError): void {
    // Behind bytes that nobody takes no Close frame would arrive.
    if (this.driver.bufferedBytes > 0) this.driver.transport.abort()
    this.fail(error)
  }

  bufferDrained(): void {
    if (!this.sendWaiting()) return
    this.resolveDrained()
    this.#inbox.drained()
  }

  connectionClosed(info: CloseInfo): void {
    this.#info = info
    this.driver.account?.close()
    this.endSending()
    this.#closed?.resolve(info)
    this.#closed = undefined
    this.#pings?.reject(endError('the connection ended before the Pong came', info))
  }
}
