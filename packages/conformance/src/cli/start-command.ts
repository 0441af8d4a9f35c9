import { spawn } from 'node:child_process'
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

/** Starts the command for a case; it is killed half a second after the case is over. */
export function startCommand(words: readonly string[]): StartClient {
  return (url, signal) =>
    new Promise((resolve) => {
      const [file = '', ...rest] = fill(words, url)
      const child = spawn(file, rest, { stdio: 'ignore' })
      child.once('error', () => resolve())
      child.once('exit', () => resolve())
      signal.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), 500).unref())
    })
}

/** The most of the command's standard error that is kept, in characters. */
const keptError = 4096

/** Starts the command and keeps what it left: how it ended, and the last line on its standard error. */
export class WatchedCommand {
  readonly #words: readonly string[]
  #end: string | undefined
  #error = ''

  constructor(words: readonly string[]) {
    this.#words = words
  }

  readonly start: StartClient = (url, signal) =>
    new Promise((resolve) => {
      const [file = '', ...rest] = fill(this.#words, url)
      const child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#error = (this.#error + text).slice(-keptError)
      })
      child.once('error', (error) => {
        this.#end = `could not be started: ${error.message}`
        resolve()
      })
      child.once('close', (code, killedBy) => {
        if (!signal.aborted) this.#end ??= killedBy === null ? `ended with exit code ${code}` : `was ended by ${killedBy}`
        resolve()
      })
      signal.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), 500).unref())
    })

  /** For example `ended with exit code 127: sh: nope: not found`; undefined while it runs and has said nothing. */
  lastWords(): string | undefined {
    const line = this.#error.trimEnd().split('\n').at(-1)?.trim().slice(0, 200) ?? ''
    if (this.#end === undefined) return line === '' ? undefined : `says: ${line}`
    return line === '' ? this.#end : `${this.#end}: ${line}`
  }
}

function fill(words: readonly string[], url: string): string[] {
  return words.map((word) => word.replaceAll('{url}', url))
}
