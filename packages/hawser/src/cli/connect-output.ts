import type { Interface } from 'node:readline'
import type { HandshakeError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { AgreedExtension } from '../connection/socket.ts'
import { closeText, explainHandshake } from './failure.ts'
import type { CliIo } from './io.ts'
import { bytesToText, renderPayload } from './payload.ts'
import type { PayloadForm } from './payload.ts'
import { hasColor, jsonLine, painter, printable } from './terminal.ts'
import type { Paint } from './terminal.ts'

export interface OpenedSocket {
  readonly url: string
  readonly httpVersion: string
  readonly subprotocol: string
  readonly extensions: readonly AgreedExtension[]
}

/**
 * The output of `hawser connect`. In a pipe it is the messages as received and nothing else; on a terminal, messages are marked and
 * escaped; with `--json`, it is one object per line.
 */
export class ConnectOutput {
  readonly #io: CliIo
  readonly #form: PayloadForm
  readonly #json: boolean
  readonly #quiet: boolean
  readonly #paint: Paint
  /** Cleared before each line and shown again after it. */
  prompt: Interface | undefined
  /** Resolves when the reader of standard output goes away. */
  readonly broken: Promise<void>

  constructor(io: CliIo, settings: { readonly form: PayloadForm; readonly json: boolean; readonly quiet: boolean }) {
    this.#io = io
    this.#form = settings.form
    this.#json = settings.json
    this.#quiet = settings.quiet
    this.#paint = painter(hasColor(io.stderr, io.env))
    this.broken = new Promise((resolve) => {
      io.stdout.on('error', () => resolve())
    })
  }

  get #isTerminal(): boolean {
    return this.#io.stdout.isTTY === true && !this.#json
  }

  /** The first line of --listen. */
  listening(address: string): void {
    if (this.#json) this.#event({ event: 'listening', address })
    else this.#line(`listening ${address}`)
  }

  open(socket: OpenedSocket): void {
    if (this.#json) {
      this.#event({
        event: 'open',
        url: socket.url,
        httpVersion: socket.httpVersion,
        subprotocol: socket.subprotocol,
        extensions: socket.extensions.map(extensionText),
      })
    } else if (this.#isTerminal) {
      const over = socket.httpVersion === '1.1' ? '' : ` over HTTP/${socket.httpVersion}`
      const subprotocol = socket.subprotocol === '' ? '' : `, subprotocol ${socket.subprotocol}`
      const extensions = socket.extensions.length === 0 ? '' : `, ${socket.extensions.map(extensionText).join(', ')}`
      this.#status(this.#paint('green', `connected to ${socket.url}${over}${subprotocol}${extensions}`))
    }
  }

  /** @returns false when standard output is full: wait for its `drain` */
  message(message: string | Uint8Array): boolean {
    if (this.#json) return this.#event(messageEvent(message, this.#form))
    if (!this.#isTerminal) return this.#io.stdout.write(renderPayload(message, this.#form))
    const text = typeof message === 'string' ? message : bytesToText(message, this.#form === 'base64' ? 'base64' : 'hex')
    // Indented, so that no line of a message looks like one of ours
    const lines = printable(text, true).replaceAll('\n', '\n  ')
    return this.#line(`${this.#paint('cyan', typeof message === 'string' ? '<' : '< binary')} ${lines}`)
  }

  /** The answer to `/ping`. */
  pong(roundTripMs: number): void {
    if (this.#json) this.#event({ event: 'pong', roundTripMs })
    else this.#status(this.#paint('dim', `pong in ${roundTripMs.toFixed(1)} ms`))
  }

  /** A line of --verbose. */
  note(text: string): void {
    this.#status(this.#paint('dim', text))
  }

  help(rows: readonly (readonly [label: string, text: string])[]): void {
    for (const [label, text] of rows) this.#status(`  ${label.padEnd(24)}${text}`)
  }

  close(info: CloseInfo, clean: boolean): void {
    if (this.#json) {
      const { code, reason, wasClean, initiator } = info
      this.#event({
        event: 'close',
        code,
        reason,
        wasClean,
        initiator,
        ...(info.error === undefined ? {} : { error: info.error.message, condition: info.error.condition }),
      })
    }
    if (clean && !this.#isTerminal) return
    this.#status(clean ? this.#paint('dim', closeText(info)) : `hawser: ${this.#paint('red', closeText(info))}`)
  }

  /** @param url what to give to `hawser doctor`; undefined where it cannot try the same */
  handshakeFailed(error: HandshakeError, doctorArguments?: readonly string[]): void {
    if (this.#json) this.#event(errorEvent(error))
    if (this.#quiet) return
    this.#io.stderr.write(this.#json ? `hawser: ${printable(error.message)}\n` : explainHandshake(error, this.#paint, doctorArguments))
  }

  problem(text: string): void {
    if (this.#json) this.#event({ event: 'error', message: text })
    this.#status(`hawser: ${this.#paint('red', text)}`)
  }

  #event(event: object): boolean {
    return this.#io.stdout.write(jsonLine(event))
  }

  #status(text: string): void {
    if (this.#quiet) return
    this.#clearPrompt()
    this.#io.stderr.write(`${text}\n`)
    this.prompt?.prompt(true)
  }

  #line(text: string): boolean {
    this.#clearPrompt()
    const more = this.#io.stdout.write(`${text}\n`)
    this.prompt?.prompt(true)
    return more
  }

  #clearPrompt(): void {
    // Carriage return, then erase to the end of the screen (ECMA-48)
    if (this.prompt !== undefined) this.#io.stdout.write('\r\u001b[J')
  }
}

function messageEvent(message: string | Uint8Array, form: PayloadForm): object {
  if (typeof message === 'string') return { event: 'message', type: 'text', data: message }
  const encoding = form === 'hex' ? 'hex' : 'base64'
  return { event: 'message', type: 'binary', encoding, data: bytesToText(message, encoding) }
}

function errorEvent(error: HandshakeError): object {
  const { stage, condition, message, response, rule, supportedVersions, hint, url } = error
  return {
    event: 'error',
    stage,
    condition,
    message,
    ...(response === undefined
      ? {}
      : {
          status: response.status,
          statusText: response.statusText,
          fields: response.fields,
          body: new TextDecoder().decode(response.body),
          bodyTruncated: response.bodyTruncated,
        }),
    ...(rule === undefined ? {} : { rule }),
    ...(supportedVersions.length === 0 ? {} : { supportedVersions }),
    ...(hint === undefined ? {} : { hint }),
    url,
  }
}

function extensionText(extension: AgreedExtension): string {
  return [extension.name, ...extension.parameters.map(([name, value]) => (value === true ? name : `${name}=${value}`))].join('; ')
}
