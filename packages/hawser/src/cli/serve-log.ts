import { citeRule } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { TransportInfo } from '../connection/transport.ts'
import type { RefusedHandshake } from '../server/options.ts'
import { closeText } from './failure.ts'
import type { CliIo } from './io.ts'
import { LogWriter } from './log-writer.ts'
import { bytesToText } from './payload.ts'
import { jsonLine, printable } from './terminal.ts'

export interface OpenedConnection {
  readonly number: number
  /** Without the query, which may contain a token. */
  readonly path: string
  readonly httpVersion: string
  readonly subprotocol: string
  readonly extensions: readonly string[]
  readonly remote: string
}

const previewLength = 200

/**
 * The log of `hawser serve` on standard output: lines for a person, or JSON lines. It holds nothing that clients use as a
 * credential: no query, no field value, no offered subprotocol.
 */
export class ServeLog {
  readonly #writer: LogWriter
  readonly #json: boolean
  readonly #quiet: boolean
  readonly #verbose: boolean

  constructor(io: CliIo, mode: { readonly json: boolean; readonly quiet: boolean; readonly verbose: boolean }) {
    this.#json = mode.json
    this.#quiet = mode.quiet
    this.#verbose = mode.verbose
    this.#writer = new LogWriter(io.stdout, (lines) =>
      this.#format(
        () => ({ event: 'dropped', lines }),
        () => `dropped ${lines} ${lines === 1 ? 'line' : 'lines'}: the reader of standard output is too slow`,
      ),
    )
  }

  get wantsMessages(): boolean {
    return (this.#json || this.#verbose) && !this.#quiet && !this.#writer.isBroken
  }

  get wantsEvents(): boolean {
    return !this.#quiet
  }

  listening(url: string, page: string | undefined): void {
    this.#write(
      true,
      () => ({ event: 'listening', url, ...(page === undefined ? {} : { page }) }),
      () => `listening ${url}`,
    )
    if (page !== undefined && !this.#json)
      this.#write(
        false,
        () => ({}),
        () => `page ${page}`,
      )
  }

  open(connection: OpenedConnection): void {
    const { number, ...rest } = connection
    this.#write(
      false,
      () => ({ event: 'open', connection: number, ...rest }),
      () => {
        const over = connection.httpVersion === '1.1' ? '' : ` over HTTP/${connection.httpVersion}`
        const subprotocol = connection.subprotocol === '' ? '' : ` subprotocol ${connection.subprotocol}`
        return `open ${number} ${connection.path}${subprotocol}${over} from ${connection.remote}`
      },
    )
  }

  /** The reason is left out, because it may quote a field value. */
  refused({ status, condition, rule, transport, path = '?' }: Pick<RefusedHandshake, 'status' | 'condition' | 'rule' | 'transport' | 'path'>): void {
    const remote = remoteText(transport)
    this.#write(
      false,
      () => ({ event: 'refused', status, condition, path, remote, ...(rule === undefined ? {} : { rule }) }),
      () => `refused ${status} ${path} from ${remote}: ${rule === undefined ? condition : `${rule.text} (${citeRule(rule)})`}`,
    )
  }

  message(number: number, message: string | Uint8Array): void {
    const isText = typeof message === 'string'
    this.#write(
      false,
      () => ({ event: 'message', connection: number, type: isText ? 'text' : 'binary', data: isText ? message : bytesToText(message, 'base64') }),
      () => `message ${number} ${isText ? 'text' : 'binary'} ${preview(message)}`,
    )
  }

  close(number: number, info: CloseInfo): void {
    const { code, reason, wasClean, initiator, error } = info
    this.#write(
      false,
      () => ({ event: 'close', connection: number, code, reason, wasClean, initiator, ...(error === undefined ? {} : { error: error.message }) }),
      () => `close ${number}: ${closeText(info)}`,
    )
  }

  draining(signal: string, connections: number): void {
    this.#write(
      false,
      () => ({ event: 'draining', signal, connections }),
      () => `draining ${connections} ${connections === 1 ? 'connection' : 'connections'} after ${signal}`,
    )
  }

  #write(isFirst: boolean, event: () => object, text: () => string): void {
    if (this.#quiet && !isFirst) return
    this.#writer.write(() => this.#format(event, text))
  }

  #format(event: () => object, text: () => string): string {
    return this.#json ? jsonLine(event()) : `${printable(text())}\n`
  }
}

export function remoteText({ remoteAddress, remotePort }: TransportInfo): string {
  return remoteAddress === undefined ? 'a Unix domain socket' : `${remoteAddress}:${remotePort}`
}

/** The beginning of a message, cut between characters. */
function preview(message: string | Uint8Array): string {
  if (message.length <= previewLength) return typeof message === 'string' ? message : bytesToText(message, 'hex')
  if (typeof message !== 'string') return `${bytesToText(message.subarray(0, previewLength / 2), 'hex')}…`
  return `${message.slice(0, previewLength).replace(/[\ud800-\udbff]$/, '')}…`
}
