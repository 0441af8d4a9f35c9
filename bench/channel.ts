/** The control channel between run.ts and the processes it starts: one JSON object a line over stdin and stdout, on every runtime. */
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

export type Commands = Readonly<Record<string, (argument: any) => unknown>>

/** The child's end. `hello` is the first line; the process ends with its stdin. */
export function answer(hello: unknown, commands: Commands): void {
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
  const run = async ({ id, name, argument }: { id: number; name: string; argument: unknown }): Promise<void> => {
    try {
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (command === undefined) throw new Error(`no command ${name}`)
      say({ id, value: (await command(argument)) ?? null })
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
  onLines(process.stdin, (line) => void run(JSON.parse(line)))
  process.stdin.on('end', () => process.exit(0))
  say({ id: 0, value: hello })
}

function onLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text) => {
    const lines = (rest + String(text)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') take(line)
  })
}

/** A slice that takes longer hangs, because the load waits for every expected byte. */
const usualPatienceMs = 30_000

interface Pending {
  resolve(value: any): void
  reject(error: Error): void
}

/** The parent's end. */
export class Child {
  readonly name: string
  readonly #process: ChildProcessWithoutNullStreams
  readonly #pending: Map<number, Pending> = new Map()
  #lastId = 0
  #stderr = ''

  private constructor(name: string, command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.name = name
    this.#process = spawn(command, args, { env: { ...process.env, ...env } })
    this.#process.stderr.on('data', (text) => {
      this.#stderr = (this.#stderr + String(text)).slice(-2000)
    })
    this.#process.on('error', (error) => this.#fail(error))
    this.#process.on('exit', (code, signal) => this.#fail(new Error(`${name} ended with ${signal ?? code}\n${this.#stderr}`)))
    this.#process.stdin.on('error', () => {})
    onLines(this.#process.stdout, (line) => this.#settle(line))
  }

  static async start(
    name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ child: Child; hello: any }> {
    const child = new Child(name, command, args, env)
    const hello = await new Promise<unknown>((resolve, reject) => child.#pending.set(0, { resolve, reject }))
    return { child, hello }
  }

  ask<T>(name: string, argument: unknown = null, patienceMs: number = usualPatienceMs): Promise<T> {
    const id = ++this.#lastId
    this.#process.stdin.write(`${JSON.stringify({ id, name, argument })}\n`)
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(JSON.stringify({ id, error: `no answer to ${name} within ${patienceMs} ms` })), patienceMs)
      const settle = (then: (value: any) => void) => (value: any) => {
        clearTimeout(timer)
        then(value)
      }
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject) })
    })
  }

  /** Sends a signal to the process. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process.kill(name)
  }

  stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), 2000)
      this.#process.once('exit', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#process.stdin.end()
    })
  }

  #settle(line: string): void {
    if (!line.startsWith('{')) return
    const { id, value, error } = JSON.parse(line)
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (error === undefined) pending?.resolve(value)
    else pending?.reject(new Error(`${this.name}: ${error}`))
  }

  #fail(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error)
    this.#pending.clear()
  }
}
