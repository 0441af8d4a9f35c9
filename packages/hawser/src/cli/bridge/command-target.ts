import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import * as process from 'node:process'
import type { Readable, Writable } from 'node:stream'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { StreamBridge } from './stream-bridge.ts'
import type { BridgedSocket, BridgeForm } from './stream-bridge.ts'
import type { BridgeRequest, BridgeTarget, BridgeTargets } from './target.ts'

type Child = ChildProcessByStdio<Writable, Readable, null>

/** How long a command may take to exit after the end of its standard input, and after SIGTERM. */
const exitMs = 1000

/** `hawser serve --exec`: each connection starts a command, whose standard input and output are joined with it. */
export class CommandTargets implements BridgeTargets {
  readonly #command: string
  readonly #form: BridgeForm
  readonly #maxLine: number
  readonly #running = new Set<CommandTarget>()

  /** @param maxLine bytes of the longest line that a command may write, with `lines` */
  constructor(command: string, form: BridgeForm, maxLine: number) {
    this.#command = command
    this.#form = form
    this.#maxLine = maxLine
  }

  async open(request: BridgeRequest): Promise<BridgeTarget> {
    return new CommandTarget(this.#command, this.#form, this.#maxLine, variablesOf(request), this.#running)
  }

  async endAll(atOnce: boolean): Promise<void> {
    await Promise.all(Array.from(this.#running, (target) => target.stop(atOnce)))
  }
}

/** What a command learns of its client. A value never becomes part of a command line. */
function variablesOf({ path, query, origin, subprotocols, remoteAddress }: BridgeRequest): Record<string, string> {
  return {
    HAWSER_PATH: path,
    HAWSER_QUERY: query,
    HAWSER_ORIGIN: origin ?? '',
    HAWSER_SUBPROTOCOLS: subprotocols.join(','),
    HAWSER_REMOTE_ADDRESS: remoteAddress ?? '',
  }
}

class CommandTarget implements BridgeTarget {
  readonly #command: string
  readonly #form: BridgeForm
  readonly #maxLine: number
  readonly #variables: Record<string, string>
  readonly #running: Set<CommandTarget>
  #child: Child | undefined
  #bridge: StreamBridge | undefined

  constructor(command: string, form: BridgeForm, maxLine: number, variables: Record<string, string>, running: Set<CommandTarget>) {
    this.#command = command
    this.#form = form
    this.#maxLine = maxLine
    this.#variables = variables
    this.#running = running
  }

  /** Only now, so that a client that goes away before starts nothing. */
  start(socket: BridgedSocket): void {
    const child = this.#spawn()
    if (child === undefined) {
      void socket.close(1011, faultOf(undefined))
      return
    }
    this.#child = child
    this.#running.add(this)
    this.#bridge = new StreamBridge(child.stdin, this.#form)
    // EPIPE: the command reads no more
    child.stdin.on('error', () => {})
    void this.#run(child, this.#bridge, socket).finally(() => this.#running.delete(this))
  }

  /** Undefined where no process can be started, for example because descriptors have run out. */
  #spawn(): Child | undefined {
    try {
      // A process group of its own, so that what the shell starts ends with it
      const child: Child = spawn(this.#command, {
        shell: true,
        detached: process.platform !== 'win32',
        env: { ...process.env, ...this.#variables },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      // Some failures are thrown, others are an event of a child without a process, and then perhaps without pipes
      child.on('error', () => {})
      return child.pid === undefined ? undefined : child
    } catch {
      return undefined
    }
  }

  async #run(child: Child, bridge: StreamBridge, socket: BridgedSocket): Promise<void> {
    const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
    try {
      await bridge.send(child.stdout, socket, this.#maxLine)
      // Where the connection closed first: a command that goes on writing gets SIGPIPE
      child.stdout.destroy()
      const [code, signal] = await exited
      if (code === 0) void socket.close(1000)
      else void socket.close(1011, signal === null ? `the command exited with ${code}` : `the command was ended by ${signal}`)
    } catch (error) {
      void socket.close(1011, faultOf(error))
      await this.#endProcess(child)
    }
  }

  message(message: string | Uint8Array): Promise<void> | undefined {
    return this.#bridge?.message(message)
  }

  end(_info: CloseInfo): void {
    void this.stop(false)
  }

  /** End of input first, then SIGTERM, then SIGKILL. */
  async stop(atOnce: boolean): Promise<void> {
    const child = this.#child
    if (child === undefined || hasEnded(child)) return
    child.stdin.end()
    if (atOnce) {
      signalGroup(child, 'SIGKILL')
      return
    }
    if (!(await endsWithin(child, exitMs))) await this.#endProcess(child)
  }

  async #endProcess(child: Child): Promise<void> {
    signalGroup(child, 'SIGTERM')
    if (await endsWithin(child, exitMs)) return
    signalGroup(child, 'SIGKILL')
    // A process that left the group may hold the pipe
    child.stdout.destroy()
  }
}

/** A reason for a Close frame: at most 123 bytes (RFC 6455 section 5.5). */
function faultOf(error: unknown): string {
  if (error instanceof RangeError) return 'the command wrote a line that is too long'
  if (error instanceof TypeError) return 'the command wrote a line that is not UTF-8'
  return 'the command could not be run'
}

/** The command, and what it has left in the background with its standard output. */
function hasEnded(child: Child): boolean {
  if (child.pid === undefined) return true
  return (child.exitCode !== null || child.signalCode !== null) && (child.stdout.destroyed || child.stdout.readableEnded)
}

function endsWithin(child: Child, ms: number): Promise<boolean> {
  if (hasEnded(child)) return Promise.resolve(true)
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(false), ms)
    child.once('close', () => {
      clearTimeout(late)
      resolve(true)
    })
  })
}

function signalGroup(child: Child, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // ESRCH: every process of the group has ended
  }
}
