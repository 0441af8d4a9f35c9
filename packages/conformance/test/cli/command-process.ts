import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
export const root: string = fileURLToPath(new URL('../../../../', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The built command as a person runs it. */
export class CommandProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly #lines: string[] = []
  #isOver = false
  #changed: (() => void) | undefined

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [main, ...args], {
      cwd: root,
      env: { ...process.env, GITHUB_ACTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = this.child
    if (stdout === null || stderr === null) throw new Error('the process has no pipes')
    const out: string[] = []
    const err: string[] = []
    stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
    stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
    // Not its iterator: that stops reading at 1024 lines which nobody takes, and the process never ends.
    createInterface({ input: stdout })
      .on('line', (line) => {
        this.#lines.push(line)
        this.#changed?.()
      })
      .on('close', () => {
        this.#isOver = true
        this.#changed?.()
      })
    this.ended = once(this.child, 'close').then(([code]) => ({ code: code as number | null, stdout: out.join(''), stderr: err.join('') }))
  }

  /** The next line of standard output. */
  async line(): Promise<string> {
    while (this.#lines.length === 0 && !this.#isOver) await new Promise<void>((resolve) => (this.#changed = resolve))
    const line = this.#lines.shift()
    if (line !== undefined) return line
    const { code, stderr } = await this.ended
    throw new Error(`the process ended with ${code}:\n${stderr}`)
  }

  [Symbol.dispose](): void {
    this.child.kill('SIGKILL')
  }
}

export function runCommand(...args: string[]): Promise<Ended> {
  return new CommandProcess(args).ended
}

/** `client --port 0`, once it listens. */
export async function serveCases(...args: string[]): Promise<{ process: CommandProcess; base: string }> {
  const command = new CommandProcess(['client', '--port', '0', ...args])
  const base = /ws:\/\/\S+(?=\/;)/.exec(await command.line())?.[0]
  if (base === undefined) throw new Error('the command names no address')
  return { process: command, base }
}
