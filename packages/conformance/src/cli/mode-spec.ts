export interface OptionSpec {
  readonly name: string
  readonly short?: string
  /** The placeholder for the value in help; absent for a flag. */
  readonly value?: string
  readonly multiple?: boolean
  readonly description: string
}

/** A mode of the command, as its help and its argument parser know it. */
export interface ModeSpec {
  readonly name: string
  readonly summary: string
  /** What follows the command's name. */
  readonly usage: string
  /** The positional arguments, in order; all are required. */
  readonly positionals: readonly string[]
  /** The last positional argument may be repeated. */
  readonly repeats?: true
  readonly options: readonly OptionSpec[]
  readonly examples: readonly (readonly [args: string, what: string])[]
}
