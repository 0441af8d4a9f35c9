import { hideUserinfo } from '../client/address.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { CloseCode } from '../core/registry/close-codes.ts'
import { isCloseCodeOnWire } from '../core/protocol/close-code.ts'
import type { CliSocket, ClientSession } from './client-session.ts'
import type { ConnectOutput } from './connect-output.ts'
import { exitCodes } from './exit-codes.ts'
import { closeExitCode } from './failure.ts'
import type { CliIo } from './io.ts'
import { bytesToText } from './payload.ts'
import type { RecordedEvent } from './recording.ts'
import type { ReplaySettings } from './replay-options.ts'

type RecordedMessage = Extract<RecordedEvent, { readonly message: unknown }>

/** Sends what was sent, and with --check compares what is received with what was received. */
export class ReplaySession implements ClientSession {
  readonly #settings: ReplaySettings
  readonly #io: CliIo
  readonly #output: ConnectOutput
  readonly #expected: readonly RecordedMessage[]
  #socket: CliSocket | undefined
  #received = 0
  #verdict: number | undefined
  /** Ends a pause. */
  #wake: () => void = () => {}
  /** Nothing is left to send. */
  #isSent = false
  /** The code that we close with: an answer with the same one is no error. */
  #closeCode = 1000
  #isOver = false

  constructor(settings: ReplaySettings, io: CliIo, output: ConnectOutput) {
    this.#settings = settings
    this.#io = io
    this.#output = output
    this.#expected = settings.events.filter((event): event is RecordedMessage => event.event === 'received')
  }

  open(socket: CliSocket): void {
    this.#socket = socket
    const { subprotocol, extensions, transport } = socket
    this.#output.open({ url: hideUserinfo(this.#settings.url), httpVersion: transport.httpVersion, subprotocol, extensions })
    void this.#output.broken.then(() => this.#close(1000, '', exitCodes.brokenPipe))
    if (this.#verdict !== undefined) this.#close(1001, '', this.#verdict)
    void this.#replay(socket)
  }

  message(message: string | Uint8Array): Promise<void> | undefined {
    if (this.#isOver) return undefined
    if (this.#settings.check) this.#check(message)
    this.#received += 1
    if (this.#isSent && this.#received >= this.#expected.length) this.#wake()
    const more = this.#output.message(message)
    return more || this.#socket?.readyState !== 'OPEN' ? undefined : new Promise((resolve) => void this.#io.stdout.once('drain', resolve))
  }

  close(info: CloseInfo): number {
    this.#isOver = true
    this.#wake()
    const isOurs = info.wasClean && info.received?.code === this.#closeCode
    if (this.#settings.check && this.#verdict === undefined && this.#received < this.#expected.length) {
      this.#verdict = exitCodes.abnormal
      this.#output.problem(`received ${this.#received} of the ${this.#expected.length} messages of the recording`)
    }
    const code = this.#verdict ?? (isOurs ? exitCodes.clean : closeExitCode(info))
    this.#output.close(info, code === exitCodes.clean || this.#verdict !== undefined)
    return code
  }

  interrupt(verdict: number): void {
    if (this.#verdict === verdict) this.#socket?.terminate()
    else this.#close(1001, '', verdict)
    this.#verdict = verdict
  }

  async #replay(socket: CliSocket): Promise<void> {
    const started = performance.now()
    for (const event of this.#settings.events) {
      if (event.event !== 'sent') continue
      if (!this.#settings.fast) await this.#pause(event.t - (performance.now() - started))
      if (this.#isOver) return
      if (socket.send(event.message) === 'buffered') await socket.drained
    }
    this.#isSent = true
    const end = this.#settings.events.find((event) => event.event === 'close')
    if (this.#received < this.#expected.length) await this.#pause(this.#settings.waitMs)
    // The server ended the recorded session, and may end this one
    if (end?.initiator === 'remote' && !this.#isOver) await this.#pause(this.#settings.waitMs)
    const isOurs = end?.initiator === 'local' && isCloseCodeOnWire(end.code)
    this.#close(isOurs ? end.code : 1000, isOurs ? end.reason : '', undefined)
  }

  #check(message: string | Uint8Array): void {
    const expected = this.#expected[this.#received]?.message
    if (expected !== undefined && isSame(message, expected)) return
    const what = expected === undefined ? 'nothing more' : preview(expected)
    this.#output.problem(`message ${this.#received + 1} is ${preview(message)}, and was ${what}`)
    this.#close(1000, '', exitCodes.abnormal)
  }

  #close(code: number, reason: string, verdict: number | undefined): void {
    this.#verdict ??= verdict
    if (this.#isOver) return
    this.#isOver = true
    this.#closeCode = code
    this.#wake()
    void this.#socket?.close(code as CloseCode, reason)
  }

  /** Ends early when the session is over, and the last ones when nothing more is expected. */
  #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#isOver) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function isSame(one: string | Uint8Array, other: string | Uint8Array): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}

function preview(message: string | Uint8Array): string {
  const text = typeof message === 'string' ? JSON.stringify(message) : bytesToText(message, 'hex')
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
