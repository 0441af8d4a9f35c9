import { createInterface } from 'node:readline'
import type { Socket } from '../connection/socket.ts'
import { UsageError } from './command.ts'
import type { ConnectSettings } from './connect-options.ts'
import type { ConnectOutput } from './connect-output.ts'
import { exitCodes } from './exit-codes.ts'
import { closeExitCode } from './failure.ts'
import type { CliIo } from './io.ts'
import { readWhole, splitLines } from './lines.ts'
import { parsePayload } from './payload.ts'

export type CliSocket = Socket<string, string | Uint8Array, string | Uint8Array, unknown>

/** An open connection between standard input and standard output; sending and receiving go on at once. */
export class ConnectSession {
  readonly #socket: CliSocket
  readonly #settings: ConnectSettings
  readonly #io: CliIo
  readonly #output: ConnectOutput
  /** Why this end closed, where that decides the exit code. */
  #verdict: number | undefined
  #received = 0
  #interrupted = false
  #announceClosing: () => void = () => {}
  /** From then on nobody waits for standard output: what the peer sends before its Close frame must not be lost. */
  readonly #closing: Promise<void>

  constructor(socket: CliSocket, settings: ConnectSettings, io: CliIo, output: ConnectOutput) {
    this.#socket = socket
    this.#settings = settings
    this.#io = io
    this.#output = output
    this.#closing = new Promise((resolve) => {
      this.#announceClosing = resolve
    })
  }

  /** @returns the exit code */
  async run(): Promise<number> {
    void this.#output.broken.then(() => this.#close(1000, exitCodes.brokenPipe))
    const receiving = this.#receive()
    void this.#send()
    const info = await this.#socket.closed
    this.#announceClosing()
    await receiving
    const code = this.#verdict ?? closeExitCode(info)
    const endedBeforeMessage = this.#settings.one && this.#received === 0 && code === exitCodes.clean
    this.#output.prompt?.close()
    this.#output.prompt = undefined
    this.#output.close(info, (code === exitCodes.clean || this.#verdict !== undefined) && !endedBeforeMessage)
    return endedBeforeMessage ? exitCodes.abnormal : code
  }

  /** The first time starts the closing handshake, the second drops the connection. */
  interrupt(verdict: number): void {
    if (this.#interrupted) this.#socket.terminate()
    else this.#close(1001, verdict)
    this.#interrupted = true
  }

  async #receive(): Promise<void> {
    for await (const message of this.#socket) {
      this.#received += 1
      const more = this.#output.message(message)
      if (this.#settings.one) {
        this.#close(1000, exitCodes.clean)
        return
      }
      if (!more && this.#socket.readyState === 'OPEN') await Promise.race([this.#outputDrained(), this.#closing])
    }
  }

  async #send(): Promise<void> {
    try {
      const encoder = new TextEncoder()
      for (const [index, text] of this.#settings.messages.entries()) await this.#sendOne(encoder.encode(text), `option --message ${index + 1}`)
      if (this.#settings.whole) await this.#sendOne(await readWhole(this.#io.stdin), 'standard input')
      else await this.#sendLines()
    } catch (error) {
      const problem = error instanceof UsageError ? error.message : `standard input: ${error instanceof Error ? error.message : String(error)}`
      this.#output.problem(problem)
      this.#close(1000, exitCodes.usage)
      return
    }
    this.#inputEnded()
  }

  async #sendLines(): Promise<void> {
    let number = 0
    for await (const line of this.#lines()) {
      number += 1
      await this.#sendOne(line, `line ${number} of standard input`)
      this.#output.prompt?.prompt()
      if (this.#socket.readyState !== 'OPEN') return
    }
  }

  #lines(): AsyncIterable<Uint8Array> {
    const { stdin, stdout } = this.#io
    if (stdin.isTTY !== true || stdout.isTTY !== true || this.#settings.json) return splitLines(stdin)
    const prompt = createInterface({ input: stdin, output: stdout, prompt: '> ', historySize: 500 })
    // In raw mode the terminal sends Ctrl-C as a byte and no signal
    prompt.on('SIGINT', () => this.interrupt(exitCodes.interrupted))
    this.#output.prompt = prompt
    prompt.prompt()
    return encodedLines(prompt)
  }

  async #sendOne(line: Uint8Array, where: string): Promise<void> {
    if (this.#socket.send(parsePayload(line, this.#settings.form, where)) === 'buffered') await this.#socket.drained
  }

  #inputEnded(): void {
    const { one, stay, waitMs } = this.#settings
    if (stay || (one && waitMs === undefined)) return
    const timer = setTimeout(() => this.#close(1000, one ? exitCodes.timeout : undefined), waitMs ?? 0)
    void this.#socket.closed.then(() => clearTimeout(timer))
  }

  #close(closeCode: number, verdict: number | undefined): void {
    this.#verdict ??= verdict
    this.#announceClosing()
    void this.#socket.close(closeCode)
  }

  #outputDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#io.stdout.once('drain', () => resolve())
    })
  }
}

async function* encodedLines(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  for await (const line of lines) yield encoder.encode(line)
}
