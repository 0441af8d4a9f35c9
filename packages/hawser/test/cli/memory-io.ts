import { PassThrough, Writable } from 'node:stream'
import type { CliIo, CliOutput } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'

/** A command's view of the process, in memory: for what needs no process of its own. */
export class MemoryIo implements CliIo {
  readonly stdin: PassThrough & { readonly isTTY?: boolean }
  readonly stdout: CliOutput
  readonly stderr: CliOutput
  readonly env: Readonly<Record<string, string | undefined>>
  written = ''
  errors = ''
  readonly #interrupts = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()
  readonly #watchers = new Set<() => void>()

  constructor(options: { readonly isTTY?: boolean; readonly env?: Record<string, string> } = {}) {
    const { isTTY = false, env = {} } = options
    this.env = env
    this.stdin = Object.assign(new PassThrough(), { isTTY })
    this.stdout = collect(isTTY, (text) => {
      this.written += text
      this.notify()
    })
    this.stderr = collect(isTTY, (text) => {
      this.errors += text
      this.notify()
    })
  }

  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void {
    this.#interrupts.add(listener)
    return () => this.#interrupts.delete(listener)
  }

  interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
    for (const listener of this.#interrupts) listener(signal)
  }

  notify(): void {
    for (const watcher of this.#watchers) watcher()
  }

  /** The next time that something is written, or {@link notify} is called. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        this.#watchers.delete(watcher)
        resolve()
      }
      this.#watchers.add(watcher)
    })
  }
}

function collect(isTTY: boolean, add: (text: string) => void): CliOutput {
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      add(chunk.toString())
      done()
    },
  })
  return Object.assign(output, { isTTY })
}

/** A command that runs in this process, with the face of a `CliProcess`. */
export class MemoryCli implements AsyncDisposable {
  readonly io: MemoryIo
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  #over = false

  constructor(args: readonly string[], options: { readonly isTTY?: boolean; readonly env?: Record<string, string> } = {}) {
    const io = new MemoryIo(options)
    this.io = io
    this.ended = run(args, io).then((code) => {
      this.#over = true
      io.notify()
      return { code, stdout: io.written, stderr: io.errors }
    })
  }

  get stdout(): string {
    return this.io.written
  }

  async sees(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(stream === 'stdout' ? this.io.written : this.io.errors)
      if (match !== null) return match
      if (this.#over) throw new Error(`the command ended without ${pattern} on ${stream}:\n${this.io.written}\n${this.io.errors}`)
      await this.io.changed()
    }
  }

  /** At the second signal every command ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.io.interrupt('SIGTERM')
    this.io.interrupt('SIGTERM')
    await this.ended
  }
}

/** Runs one command to its end in this process. */
export async function runHere(args: readonly string[], input = ''): Promise<Awaited<MemoryCli['ended']>> {
  const cli = new MemoryCli(args)
  cli.io.stdin.end(input)
  return cli.ended
}
