import { PassThrough, Readable, Writable } from 'node:stream'
import type { CliIo, CliOutput } from '../../src/cli/io.ts'

/** A command's view of the process, in memory: for what needs no process of its own. */
export class MemoryIo implements CliIo {
  readonly stdin: PassThrough & { readonly isTTY?: boolean }
  readonly stdout: CliOutput
  readonly stderr: CliOutput
  readonly env: Readonly<Record<string, string | undefined>>
  written = ''
  errors = ''
  readonly #interrupts = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()

  constructor(options: { readonly isTTY?: boolean; readonly env?: Record<string, string> } = {}) {
    const { isTTY = false, env = {} } = options
    this.env = env
    this.stdin = Object.assign(new PassThrough(), { isTTY })
    this.stdout = collect(isTTY, (text) => {
      this.written += text
    })
    this.stderr = collect(isTTY, (text) => {
      this.errors += text
    })
  }

  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void {
    this.#interrupts.add(listener)
    return () => this.#interrupts.delete(listener)
  }

  interrupt(signal: 'SIGINT' | 'SIGTERM'): void {
    for (const listener of [...this.#interrupts]) listener(signal)
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

export function inputOf(text: string): Readable {
  return Readable.from([Buffer.from(text)])
}
