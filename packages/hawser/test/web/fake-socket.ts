import type { CloseInfo } from '../../src/core/protocol/events.ts'
import type { AgreedExtension, SendResult } from '../../src/connection/socket.ts'
import type { EstablishedConnection, EstablishHandler } from '../../src/web/index.ts'

/** A connection that records what the class does with it. */
export class FakeSocket implements EstablishedConnection {
  static readonly cleanClose: CloseInfo = {
    code: 1000,
    reason: 'bye',
    wasClean: true,
    initiator: 'remote',
    sent: undefined,
    received: undefined,
    error: undefined,
  }
  readonly sent: (string | Uint8Array)[] = []
  readonly closes: [number | undefined, string][] = []
  readonly closeCalled: Promise<void>
  readonly handler: EstablishHandler
  /** What `send` returns. */
  result: SendResult = 'sent'
  readyState: 'OPEN' | 'CLOSING' | 'CLOSED' = 'OPEN'
  bufferedAmount = 0
  /** By how much a message grows `bufferedAmount`. */
  growth = 0
  subprotocol = ''
  extensions: readonly AgreedExtension[] = []
  terminated = false
  paused = false
  #resolve!: () => void
  readonly #drained: (() => void)[] = []

  constructor(handler: EstablishHandler) {
    this.handler = handler
    this.closeCalled = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  send(message: string | Uint8Array): SendResult {
    this.sent.push(message)
    this.bufferedAmount += this.growth
    return this.result
  }

  get drained(): Promise<void> {
    return this.bufferedAmount === 0 ? Promise.resolve() : new Promise((resolve) => this.#drained.push(resolve))
  }

  /** The transport has taken everything. */
  drain(): void {
    this.bufferedAmount = 0
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  startClosing(code: number | undefined, reason: string): void {
    this.closes.push([code, reason])
    this.#resolve()
  }

  terminate(): void {
    this.terminated = true
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }
}
