import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The built command: it starts several times faster than the sources do. `npm test` builds first. */
const command = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url))

/** The command as a person runs it, in its own process. */
export class CliProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  stdout = ''
  stderr = ''
  #watchers = new Set<() => void>()

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [command, ...args], { cwd: root, env: { ...process.env, ...env } })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      for (const watcher of this.#watchers) watcher()
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      for (const watcher of this.#watchers) watcher()
    })
    this.child.stdin.on('error', () => {})
    this.ended = once(this.child, 'close').then(([code]) => {
      for (const watcher of this.#watchers) watcher()
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr }
    })
  }

  /** Resolves with what `pattern` matches as soon as it is on standard output or standard error. */
  async sees(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream])
      if (match !== null) return match
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`the process ended (${this.child.exitCode}) without ${pattern} on ${stream}:\n${this.stdout}\n${this.stderr}`)
      }
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher)
          resolve()
        }
        this.#watchers.add(watcher)
      })
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGKILL')
    await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** Runs one command to its end. */
export async function runCli(args: readonly string[], input = '', env: Record<string, string> = {}): Promise<Awaited<CliProcess['ended']>> {
  const cli = new CliProcess(args, env)
  cli.child.stdin.end(input)
  return cli.ended
}
