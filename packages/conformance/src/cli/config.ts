import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'
import type { ModeSpec, OptionSpec } from './mode-spec.ts'
import { readFile } from './read-file.ts'

/** What a configuration file gives, in the form of the command line. */
export interface Configured {
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly positionals: readonly string[]
}

/**
 * Reads the file of `--config`: a JSON object whose members are the long names of options, and `url` for the URL of the mode `server`.
 * A flag is `true` or `false`, an option that may be repeated takes an array as well. Paths in it are relative to the working folder.
 * @throws UsageError that names the file and the member
 */
export function readConfig(file: string, spec: ModeSpec): Configured {
  const fail = (what: string, suggestion?: string): UsageError => new UsageError(`option --config: ${file}: ${what}`, suggestion)
  let content: unknown
  try {
    content = JSON.parse(readFile('config', file).toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw fail(`not JSON: ${error.message}`)
    throw error
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw fail('expected an object with options as members')
  const options = new Map(spec.options.filter(({ name }) => name !== 'config').map((option) => [option.name, option]))
  const values = new Map<string, readonly string[]>()
  const positionals: string[] = []
  for (const [name, value] of Object.entries(content)) {
    if (name === 'url' && spec.positionals.length > 0) {
      if (typeof value !== 'string') throw fail(`"url" is no string: ${JSON.stringify(value)}`)
      positionals.push(value)
      continue
    }
    const option = options.get(name)
    if (option === undefined) {
      const close = nearest(name, options.keys())
      throw fail(`unknown option ${JSON.stringify(name)} of ${spec.name}`, close === undefined ? undefined : `did you mean "${close}"?`)
    }
    const given = valuesOf(option, value)
    if (given === undefined) throw fail(`${JSON.stringify(name)} takes ${expected(option)}, not ${JSON.stringify(value)}`)
    if (given.length > 0) values.set(name, given)
  }
  return { values, positionals }
}

/** @returns undefined for a value that the option cannot have */
function valuesOf(option: OptionSpec, value: unknown): readonly string[] | undefined {
  if (option.value === undefined) return value === true ? [''] : value === false ? [] : undefined
  const list = option.multiple === true && Array.isArray(value) ? value : [value]
  return list.every((item) => typeof item === 'string' || typeof item === 'number') ? list.map(String) : undefined
}

function expected(option: OptionSpec): string {
  if (option.value === undefined) return 'true or false'
  return option.multiple === true ? 'a string or an array of strings' : 'a string or a number'
}
