import { spawn } from 'node:child_process'
import type { ClientExit } from '../client-exit.ts'
import type { StartClient } from '../client-suite.ts'
import { UsageError } from './usage-error.ts'

/** Words, with single or double quotes around those with spaces. @throws UsageError for a quotation without end, or without {url} */
export function commandWords(command: string): string[] {
  const words: string[] = []
  let rest = command
  while ((rest = rest.trimStart()) !== '') {
    const match = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest)
    if (match === null) throw new UsageError(`option --each: a quotation does not end in ${JSON.stringify(command)}`)
    words.push(match[0].replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''))
    rest = rest.slice(match[0].length)
    if (/^["']/.test(rest)) throw new UsageError(`option --each: a quotation does not end in ${JSON.stringify(command)}`)
  }
  if (!words.some((word) => word.includes('{url}'))) throw new UsageError("option --each: the command needs {url}, for example 'node echo.js {url}'")
  return words
}

/** The most of a command's standard error that is kept, in characters. */
const keptError = 4096

/** Starts the command for a case and resolves with how it ended; it is killed half a second after the case is over. */
export function startCommand(words: readonly string[]): (url: string, signal: AbortSignal) => Promise<ClientExit> {
  return (url, signal) => runOnce(words, url, signal, () => {})
}

function runOnce(words: readonly string[], url: string, signal: AbortSignal, says: (error: string) => void): Promise<ClientExit> {
  return new Promise((resolve) => {
    const [file = '', ...rest] = words.map((word) => word.replaceAll('{url}', url))
    const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
    let stderr = ''
    let isKilled = false
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keptError)
      says(stderr)
    })
    child.once('error', (error) => resolve({ code: undefined, signal: undefined, stderr: `could not be started: ${error.message}` }))
    // A process that the command started may hold its standard error open.
    child.once('exit', (code, by) => {
      const end = (): void => resolve({ code: isKilled ? undefined : (code ?? undefined), signal: isKilled ? undefined : (by ?? undefined), stderr })
      const timer = setTimeout(end, 200)
      child.once('close', () => {
        clearTimeout(timer)
        end()
      })
    })
    signal.addEventListener('abort', () =>
      setTimeout(() => {
        isKilled = child.exitCode === null && child.signalCode === null
        child.kill('SIGKILL')
      }, 500).unref(),
    )
  })
}

/** Starts the command and keeps what it left: how it ended, and the last line on its standard error. */
export class WatchedCommand {
  readonly #words: readonly string[]
  #end: string | undefined
  #error = ''

  constructor(words: readonly string[]) {
    this.#words = words
  }

  readonly start: StartClient = async (url, signal) => {
    const exit = await runOnce(this.#words, url, signal, (error) => {
      this.#error = error
    })
    if (exit.code === undefined && exit.signal === undefined) this.#end ??= exit.stderr.startsWith('could not be started') ? exit.stderr : undefined
    else if (!signal.aborted) this.#end ??= exit.signal === undefined ? `ended with exit code ${exit.code}` : `was ended by ${exit.signal}`
    return exit
  }

  /** For example `ended with exit code 127: sh: nope: not found`; undefined while it runs and has said nothing. */
  lastWords(): string | undefined {
    const line = this.#error.trimEnd().split('\n').at(-1)?.trim().slice(0, 200) ?? ''
    if (this.#end === undefined) return line === '' ? undefined : `says: ${line}`
    return line === '' ? this.#end : `${this.#end}: ${line}`
  }
}
