import { ConnectionError, OptionError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'
import type { SubprotocolCodec } from '../../core/subprotocols/codec.ts'
import { droppable } from '../../connection/application-code.ts'
import { Deferred } from '../../connection/deferred.ts'
import type { ConnectionOwner } from '../../connection/handlers.ts'
import { Inbox } from '../../connection/inbox.ts'
import type { InboxSocket } from '../../connection/delivery.ts'
import { checkOneOf, checkSendOptions } from '../../connection/option-checks.ts'
import { encodeMessage } from '../../connection/outgoing-message.ts'
import type { AgreedExtension, DeclinedExtension, SendOptions, SendResult, SlowConsumer } from '../../connection/socket.ts'
import type { SocketSettings } from '../../connection/socket-settings.ts'
import { closeInfo } from './carrier.ts'
import type { Carrier } from './carrier.ts'
import { checkBrowserClose, toPrivateCode } from './close-code.ts'
import type { BrowserSettings } from './connect-options.ts'
import type { BrowserSocket, BrowserTransportInfo } from './socket.ts'

const noPings = 'a page can neither send nor see Pings'
const wholeMessages = 'a page sends and receives whole messages'

/** One connection of a browser, with the members that every connection of hawser has. Those that a browser cannot offer throw an OptionError. */
export class BrowserConnection implements BrowserSocket<string, unknown, unknown>, InboxSocket {
  readonly context = undefined
  readonly roundTripMs = undefined
  readonly droppedMessages = 0
  readonly declinedExtensions: readonly DeclinedExtension[] = []
  readonly transport: BrowserTransportInfo
  readonly #carrier: Carrier
  readonly #settings: BrowserSettings
  readonly #codec: SubprotocolCodec<any, any> | undefined
  readonly #inbox: Inbox
  readonly #closed: Deferred<CloseInfo> = new Deferred()
  #slowConsumer: SlowConsumer
  #info: CloseInfo | undefined
  #error: ConnectionError | undefined
  #closing = false
  #closeTimer: ReturnType<typeof setTimeout> | undefined
  /** The carrier's promise is not enough: of a connection that was given up it may never resolve. */
  #draining: Deferred<void> | undefined
  /** `send` returned `buffered`, and not everything has left. */
  #isFull = false

  constructor(carrier: Carrier, settings: BrowserSettings, owner: ConnectionOwner, secure: boolean) {
    this.#carrier = carrier
    this.#settings = settings
    this.#slowConsumer = settings.slowConsumer
    this.#codec = settings.codecs.get(carrier.subprotocol)
    this.transport = { secure }
    this.#inbox = new Inbox(this, { handlers: settings.handlers, owner, codec: this.#codec, settings: inboxSettings(settings) })
  }

  /** Calls the `open` handler, and reads. */
  open(): void {
    this.#inbox.open(false)
  }

  get subprotocol(): string {
    return this.#carrier.subprotocol
  }

  get extensions(): readonly AgreedExtension[] {
    return this.#carrier.extensions
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return this.#info !== undefined ? 'CLOSED' : this.#closing ? 'CLOSING' : this.#carrier.readyState
  }

  get isOpen(): boolean {
    return this.readyState === 'OPEN'
  }

  get bufferedAmount(): number {
    return this.#carrier.bufferedAmount
  }

  get drained(): Promise<void> {
    if (this.#info !== undefined) return Promise.resolve()
    if (this.#draining === undefined) {
      const draining = (this.#draining = new Deferred<void>())
      void this.#carrier.drained.then(() => {
        draining.resolve()
        this.#draining = undefined
      })
    }
    return this.#draining.promise
  }

  get closed(): Promise<CloseInfo> {
    return this.#closed.promise
  }

  send(message: unknown, options?: SendOptions): SendResult {
    if (options !== undefined) checkSendOptions(options)
    if (!this.isOpen) return 'closed'
    const data = encodeMessage(message, this.#codec, this.subprotocol)
    const { sendBuffer, highWaterMark } = this.#settings.limits
    const buffered = this.bufferedAmount
    // A single message may exceed the limit; it applies only when other messages wait too.
    if (buffered > 0 && buffered + data.length > sendBuffer && this.#slowConsumer === 'close') {
      const why = `the peer reads too slowly: more than limits.sendBuffer, ${sendBuffer} bytes, would wait for it`
      this.fail(new ConnectionError(why, { fault: 'peer', closeCode: 1013 }))
      return 'dropped'
    }
    if (this.#carrier.send(data) === 'closed') return 'closed'
    if (!this.#isFull && this.bufferedAmount <= highWaterMark) return 'sent'
    if (!this.#isFull) void this.drained.then(() => this.#drained())
    this.#isFull = true
    return 'buffered'
  }

  #drained(): void {
    this.#isFull = false
    if (this.#info === undefined) this.#inbox.drained()
  }

  close(code: number = 1000, reason: string = ''): Promise<CloseInfo> {
    checkBrowserClose(code, reason)
    this.#startClosing(code, reason)
    return this.closed
  }

  #startClosing(code: number, reason: string): void {
    if (!this.isOpen) return
    this.#closing = true
    const { closeTimeoutMs } = this.#settings
    const late = `the peer sent no Close frame within closeTimeoutMs, ${closeTimeoutMs} ms`
    this.#closeTimer = setTimeout(
      () => this.#give(new ConnectionError(late, { fault: 'timeout', closeCode: 1006, condition: 'closing-timeout' })),
      closeTimeoutMs,
    )
    this.#carrier.startClosing(code, reason)
    this.#inbox.closing()
  }

  terminate(): void {
    this.#carrier.terminate()
    this.#give(new ConnectionError('terminate() was called', { fault: 'application', closeCode: 1006, condition: 'terminated' }))
  }

  /** A page cannot drop a connection: this one is left to the browser, and nothing more is heard of it. */
  #give(error: ConnectionError): void {
    this.#error ??= error
    this.ended(closeInfo({ code: 1006, reason: '', wasClean: false }, undefined))
  }

  fail(error: ConnectionError): void {
    if (!this.isOpen) return
    this.#error = error
    this.#startClosing(toPrivateCode(error.closeCode), '')
  }

  /** A message has arrived. */
  received(data: string | Uint8Array): void {
    if (this.#error !== undefined || this.#info !== undefined) return
    const { message, backlog } = this.#settings.limits
    if (data.length > message) {
      const why = `a message has ${data.length} bytes, more than limits.message, ${message}`
      this.fail(new ConnectionError(why, { fault: 'peer', closeCode: 1009, limit: 'message' }))
      return
    }
    this.#inbox.message(data)
    if (this.#carrier.canPause || this.#inbox.heldBytes <= backlog) return
    const why = `the application does not take its messages: more than limits.backlog, ${backlog} bytes, wait for it`
    this.fail(new ConnectionError(why, { fault: 'application', closeCode: 1008, limit: 'backlog' }))
  }

  /** The platform has ended the connection. */
  ended(info: CloseInfo): void {
    if (this.#info !== undefined) return
    clearTimeout(this.#closeTimer)
    this.#inbox.closed(this.#error === undefined ? info : { ...info, wasClean: false, initiator: 'local', error: this.#error })
  }

  connectionClosed(info: CloseInfo): void {
    this.#info = info
    this.#closed.resolve(info)
    this.#draining?.resolve()
  }

  setReading(reading: boolean): void {
    if (reading) this.#carrier.resume()
    else this.#carrier.pause()
  }

  applicationIdle(): void {}

  pongReceived(): void {}

  setSlowConsumer(slowConsumer: SlowConsumer): void {
    checkOneOf('slowConsumer', slowConsumer ?? null, ['close', 'wait'])
    this.#slowConsumer = slowConsumer
  }

  pause(): void {
    this.#inbox.pause()
  }

  resume(): void {
    this.#inbox.resume()
  }

  receive(): Promise<unknown> {
    return droppable(new Promise((resolve, reject) => this.#inbox.receive(resolve, reject)))
  }

  discard(): void {
    this.#inbox.discard()
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> & AsyncIterable<unknown> {
    return this.#inbox.iterate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  sendStream(): Promise<SendResult> {
    return droppable(Promise.reject(unavailableMember('sendStream', wholeMessages)))
  }

  receiveStream(): Promise<never> {
    return droppable(Promise.reject(unavailableMember('receiveStream', wholeMessages)))
  }

  streams(): never {
    throw unavailableMember('streams', wholeMessages)
  }

  ping(): Promise<number> {
    return droppable(Promise.reject(unavailableMember('ping', noPings)))
  }

  pong(): SendResult {
    throw unavailableMember('pong', noPings)
  }

  setKeepalive(): void {
    throw unavailableMember('setKeepalive', noPings)
  }
}

/** The part of the settings that an inbox reads. */
function inboxSettings({ limits, invalidMessage }: BrowserSettings): SocketSettings {
  return { limits: { receiveBuffer: limits.receiveBuffer }, invalidMessage } as unknown as SocketSettings
}

function unavailableMember(name: string, why: string): OptionError {
  return new OptionError(name, 'no call', undefined, `${name} is not for browsers: ${why}`)
}
