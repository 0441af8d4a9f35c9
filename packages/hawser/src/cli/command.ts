import type { CliIo } from './io.ts'

export interface OptionSpec {
  readonly name: string
  readonly short?: string
  /** The placeholder for the value in help; absent for a flag. */
  readonly value?: string
  /** The value of the option without one; such an option takes a value only after `=`. */
  readonly omitted?: string
  readonly multiple?: boolean
  readonly description: string
}

/** The description of a command for help and for the argument parser. */
export interface CommandSpec {
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** The positional arguments, in order. All are required. */
  readonly positionals: readonly string[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** Further sections of the help: a title and its lines. */
  readonly sections?: readonly (readonly [title: string, lines: readonly string[]])[]
}

export interface Command extends CommandSpec {
  /** The command handles all of its arguments itself, `--help` included. */
  readonly ownHelp?: true
  /** @throws UsageError for wrong arguments */
  run(args: readonly string[], io: CliIo): Promise<number>
}

/** Wrong arguments. Shown as one line with a pointer to the help; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly suggestion: string | undefined
  constructor(message: string, suggestion?: string) {
    super(message)
    this.suggestion = suggestion
  }
}
