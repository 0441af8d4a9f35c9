import { createInterface } from 'node:readline'
import { hideUserinfo } from '../client/address.ts'
import { OptionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { CloseCode } from '../core/registry/close-codes.ts'
import type { ClientSession, CliSocket } from './client-session.ts'
import { UsageError } from './command.ts'
import type { ConnectSettings } from './connect-options.ts'
import type { ConnectOutput } from './connect-output.ts'
import { exitCodes } from './exit-codes.ts'
import { closeExitCode } from './failure.ts'
import type { CliIo } from './io.ts'
import { readWhole, splitLines } from './lines.ts'
import { parsePayload } from './payload.ts'
import type { Recorder } from './recording.ts'
import { commandHelpRows, parseCommand } from './session-commands.ts'
import type { SessionCommand } from './session-commands.ts'

/** Connects a socket to standard input and standard output, in both directions at once. */
export class ConnectSession implements ClientSession {
  readonly #settings: ConnectSettings
  readonly #io: CliIo
  readonly #output: ConnectOutput
  readonly #recorder: Recorder | undefined
  #socket: CliSocket | undefined
  /** The exit code, where our reason to close decides it. */
  #verdict: number | undefined
  /** The close code of `/close`: an answer with the same one is no error. */
  #commandedCode: number | undefined
  #received = 0
  #announceClosing: () => void = () => {}
  /** Resolves when we close. After that nothing waits for standard output, so that messages before the peer's Close frame are not lost. */
  readonly #closing: Promise<void>
  /** Pending while standard output is full. */
  #draining: Promise<void> | undefined

  constructor(settings: ConnectSettings, io: CliIo, output: ConnectOutput, recorder: Recorder | undefined) {
    this.#settings = settings
    this.#io = io
    this.#output = output
    this.#recorder = recorder
    // A session that is half recorded must not look like a whole one
    if (recorder !== undefined)
      recorder.failed = (why) => {
        output.problem(`the recording ends here: ${why}`)
        this.#close(1000, exitCodes.abnormal)
      }
    this.#closing = new Promise((resolve) => {
      this.#announceClosing = resolve
    })
  }

  /** Called before the first message. */
  open(socket: CliSocket): void {
    this.#socket = socket
    const url = hideUserinfo(this.#settings.url)
    const { subprotocol, extensions } = socket
    this.#output.open({ url, httpVersion: socket.transport.httpVersion, subprotocol, extensions })
    this.#recorder?.open({ url, subprotocols: this.#settings.subprotocols, subprotocol })
    void this.#output.broken.then(() => this.#close(1000, exitCodes.brokenPipe))
    if (this.#verdict !== undefined) this.#close(1001, this.#verdict)
    void this.#send(socket)
  }

  /** @returns a promise that holds back the next message while standard output is full */
  message(message: string | Uint8Array): Promise<void> | undefined {
    if (this.#settings.one && this.#received > 0) return undefined
    this.#received += 1
    this.#recorder?.message('received', message)
    const more = this.#output.message(message)
    if (this.#settings.one) this.#close(1000, exitCodes.clean)
    return more || this.#socket?.readyState !== 'OPEN' ? undefined : Promise.race([this.#outputDrained(), this.#closing])
  }

  /** Called after the last message. @returns the exit code */
  close(info: CloseInfo): number {
    this.#announceClosing()
    this.#recorder?.closed(info)
    const isCommanded = this.#commandedCode !== undefined && info.wasClean && info.received?.code === this.#commandedCode
    const code = this.#verdict ?? (isCommanded ? exitCodes.clean : closeExitCode(info))
    const endedBeforeMessage = this.#settings.one && this.#received === 0 && code === exitCodes.clean
    this.#output.prompt?.close()
    this.#output.prompt = undefined
    this.#output.close(info, (code === exitCodes.clean || this.#verdict !== undefined) && !endedBeforeMessage)
    return endedBeforeMessage ? exitCodes.abnormal : code
  }

  /** The first call starts the closing handshake, the second drops the connection. */
  interrupt(verdict: number): void {
    if (this.#verdict === verdict) this.#socket?.terminate()
    else this.#close(1001, verdict)
    this.#verdict = verdict
  }

  async #send(socket: CliSocket): Promise<void> {
    try {
      const encoder = new TextEncoder()
      for (const [index, text] of this.#settings.messages.entries())
        await this.#sendOne(socket, encoder.encode(text), `option --message ${index + 1}`)
      if (this.#settings.whole) await this.#sendOne(socket, await readWhole(this.#io.stdin), 'standard input')
      else await this.#sendLines(socket)
    } catch (error) {
      this.#output.problem(problemText(error))
      this.#close(1000, exitCodes.usage)
      return
    }
    this.#inputEnded(socket)
  }

  async #sendLines(socket: CliSocket): Promise<void> {
    let number = 0
    const takesCommands = this.#settings.commands || this.#isInteractive
    for await (const line of this.#lines()) {
      number += 1
      const where = `line ${number} of standard input`
      try {
        await (takesCommands ? this.#sendOrObey(socket, line, where) : this.#sendOne(socket, line, where))
      } catch (error) {
        // A person can type the line again; a script must not go on without it
        if (!this.#isInteractive || !(error instanceof UsageError)) throw error
        this.#output.problem(problemText(error))
      }
      this.#output.prompt?.prompt()
      if (socket.readyState !== 'OPEN') return
    }
  }

  get #isInteractive(): boolean {
    return this.#io.stdin.isTTY === true && this.#io.stdout.isTTY === true && !this.#settings.json
  }

  #lines(): AsyncIterable<Uint8Array> {
    const { stdin, stdout } = this.#io
    if (!this.#isInteractive) return splitLines(stdin)
    const prompt = createInterface({ input: stdin, output: stdout, prompt: '> ', historySize: 500 })
    // In raw mode the terminal sends Ctrl-C as a byte, not as a signal
    prompt.on('SIGINT', () => this.interrupt(exitCodes.interrupted))
    this.#output.prompt = prompt
    prompt.prompt()
    return encodedLines(prompt)
  }

  async #sendOne(socket: CliSocket, line: Uint8Array, where: string): Promise<void> {
    const message = parsePayload(line, this.#settings.form, where)
    const result = socket.send(message)
    if (result !== 'closed') this.#recorder?.message('sent', message)
    if (result === 'buffered') await socket.drained
  }

  async #sendOrObey(socket: CliSocket, line: Uint8Array, where: string): Promise<void> {
    const parsed = parseCommand(line, this.#settings.form, where)
    if (parsed.kind === 'message') await this.#sendOne(socket, parsed.line, where)
    else this.#obey(socket, parsed, where)
  }

  #obey(socket: CliSocket, command: SessionCommand, where: string): void {
    switch (command.kind) {
      case 'ping':
        // A rejection means that the connection ended, which `close` reports
        socket.ping(command.payload).then(
          (roundTripMs) => this.#output.pong(roundTripMs),
          () => {},
        )
        return
      case 'pong':
        socket.pong(command.payload)
        return
      case 'close':
        this.#closeAsCommanded(socket, command.code, command.reason, where)
        return
      case 'help':
        this.#output.help(commandHelpRows)
    }
  }

  #closeAsCommanded(socket: CliSocket, code: number, reason: string, where: string): void {
    try {
      void socket.close(code as CloseCode, reason)
    } catch (error) {
      if (error instanceof OptionError) throw new UsageError(`${where}: ${error.message}`)
      throw error
    }
    this.#commandedCode = code
    this.#announceClosing()
  }

  #inputEnded(socket: CliSocket): void {
    const { one, stay, waitMs } = this.#settings
    if (stay || (one && waitMs === undefined)) return
    const timer = setTimeout(() => this.#close(1000, one ? exitCodes.timeout : undefined), waitMs ?? 0)
    void socket.closed.then(() => clearTimeout(timer))
  }

  #close(closeCode: number, verdict: number | undefined): void {
    this.#verdict ??= verdict
    this.#announceClosing()
    // Release a message that waits for standard output first: its reader may be gone, and the Close frame is read after it
    setImmediate(() => void this.#socket?.close(closeCode))
  }

  #outputDrained(): Promise<void> {
    return (this.#draining ??= new Promise((resolve) => {
      this.#io.stdout.once('drain', () => {
        this.#draining = undefined
        resolve()
      })
    }))
  }
}

async function* encodedLines(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  for await (const line of lines) yield encoder.encode(line)
}

function problemText(error: unknown): string {
  if (error instanceof UsageError) return error.suggestion === undefined ? error.message : `${error.message} (${error.suggestion})`
  return `standard input: ${error instanceof Error ? error.message : String(error)}`
}
