import { citeRule } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ObservedHandshake } from '../server/observer.ts'
import { closeText } from './failure.ts'
import type { CliIo } from './io.ts'
import { bytesToText } from './payload.ts'
import { printable } from './terminal.ts'

export interface OpenedConnection {
  readonly number: number
  /** Without the query, which may hold a token. */
  readonly path: string
  readonly httpVersion: string
  readonly subprotocol: string
  readonly extensions: readonly string[]
  readonly remote: string
}

const previewLength = 200

/**
 * What `hawser serve` says on standard output: lines for a person or JSON lines. Nothing that clients use as a
 * credential is written: no query, no field, no offered subprotocol.
 */
export class ServeLog {
  readonly #io: CliIo
  readonly #json: boolean
  readonly #quiet: boolean
  readonly #verbose: boolean
  #broken = false

  constructor(io: CliIo, mode: { readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean }) {
    this.#io = io
    this.#json = mode.json
    this.#quiet = mode.quiet
    this.#verbose = mode.verbose
    // The reader may go away after the first line; the server goes on
    io.stdout.on('error', () => {
      this.#broken = true
    })
  }

  get wantsMessages(): boolean {
    return (this.#json || this.#verbose) && !this.#quiet && !this.#broken
  }

  get wantsEvents(): boolean {
    return !this.#quiet
  }

  listening(url: string, page: string | undefined): void {
    this.#write(true, { event: 'listening', url, ...(page === undefined ? {} : { page }) }, () => `listening ${url}`)
    if (page !== undefined && !this.#json) this.#write(false, {}, () => `page ${page}`)
  }

  open(connection: OpenedConnection): void {
    const { number, ...rest } = connection
    this.#write(false, { event: 'open', connection: number, ...rest }, () => {
      const over = connection.httpVersion === '1.1' ? '' : ` over HTTP/${connection.httpVersion}`
      const subprotocol = connection.subprotocol === '' ? '' : ` subprotocol ${connection.subprotocol}`
      return `open ${number} ${connection.path}${subprotocol}${over} from ${connection.remote}`
    })
  }

  refused(event: ObservedHandshake, path: string): void {
    const rule = event.rule === undefined ? {} : { rule: event.rule }
    this.#write(false, { event: 'refused', status: event.status, path, ...rule }, () => {
      return `refused ${event.status} ${path}${event.rule === undefined ? '' : `: ${event.rule.text} (${citeRule(event.rule)})`}`
    })
  }

  message(number: number, message: string | Uint8Array): void {
    const [type, data] = typeof message === 'string' ? ['text', message] : ['binary', bytesToText(message, 'base64')]
    this.#write(false, { event: 'message', connection: number, type, data }, () => {
      const shown = typeof message === 'string' ? message.slice(0, previewLength) : bytesToText(message.subarray(0, previewLength / 2), 'hex')
      return `message ${number} ${type} ${shown}${message.length > previewLength ? '…' : ''}`
    })
  }

  close(number: number, info: CloseInfo): void {
    const { code, reason, wasClean, initiator } = info
    const error = info.error === undefined ? {} : { error: info.error.message }
    this.#write(
      false,
      { event: 'close', connection: number, code, reason, wasClean, initiator, ...error },
      () => `close ${number}: ${closeText(info)}`,
    )
  }

  draining(signal: string, connections: number): void {
    this.#write(false, { event: 'draining', signal, connections }, () => `draining ${connections} connections after ${signal}`)
  }

  #write(first: boolean, event: object, text: () => string): void {
    if (this.#broken || (this.#quiet && !first)) return
    this.#io.stdout.write(this.#json ? `${JSON.stringify(event)}\n` : `${printable(text())}\n`)
  }
}
