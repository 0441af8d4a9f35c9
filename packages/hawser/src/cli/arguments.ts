import { parseArgs } from 'node:util'
import { UsageError } from './command.ts'
import type { CommandSpec, OptionSpec } from './command.ts'
import { nearest } from '../core/nearest.ts'

export const helpOption: OptionSpec = { name: 'help', short: 'h', description: 'show this help' }

/** The arguments of one command. Code may only ask for options that the command declares. */
export class Arguments {
  readonly help: boolean
  readonly positionals: readonly string[]
  readonly #values: Map<string, string[]>
  readonly #specs: Map<string, OptionSpec>

  /** @throws UsageError for options and arguments that the command does not declare */
  constructor(spec: CommandSpec, args: readonly string[]) {
    this.#specs = new Map([...spec.options, helpOption].map((option) => [option.name, option]))
    const { values, positionals } = read(args, this.#specs)
    this.#values = values
    this.positionals = positionals
    this.help = values.has('help')
    if (!this.help) checkPositionals(spec, positionals)
  }

  has(name: string): boolean {
    return this.list(name, true).length > 0
  }

  get(name: string): string | undefined {
    return this.list(name)[0]
  }

  list(name: string, flag = false): readonly string[] {
    const spec = this.#specs.get(name)
    if (spec === undefined || (spec.value === undefined) !== flag) throw new Error(`--${name} is not declared as it is used`)
    return this.#values.get(name) ?? []
  }

  /** @throws UsageError when more than one of the flags is given */
  oneOf(...names: string[]): string | undefined {
    const given = names.filter((name) => this.has(name))
    if (given.length > 1) throw new UsageError(`--${given[0]} cannot be combined with --${given[1]}`)
    return given[0]
  }

  /** @throws UsageError when one option is given without the other */
  together(first: string, second: string): void {
    if ((this.get(first) === undefined) === (this.get(second) === undefined)) return
    const [given, missing] = this.get(first) === undefined ? [second, first] : [first, second]
    throw new UsageError(`--${given} needs --${missing}`)
  }
}

function read(args: readonly string[], specs: Map<string, OptionSpec>): { values: Map<string, string[]>; positionals: string[] } {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = Object.create(null)
  for (const spec of specs.values()) {
    options[spec.name] = {
      type: spec.value === undefined || spec.omitted !== undefined ? 'boolean' : 'string',
      ...(spec.short === undefined ? {} : { short: spec.short }),
    }
  }
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const spec = specs.get(token.name)
    if (spec === undefined) throw unknownOption(token.rawName, specs)
    const given = values.get(spec.name) ?? []
    if (spec.value !== undefined && spec.multiple !== true && given.length > 0) throw new UsageError(`option ${token.rawName} was given twice`)
    values.set(spec.name, [...given, optionValue(spec, token.rawName, token.value, token.inlineValue === true)])
  }
  return { values, positionals }
}

function optionValue(spec: OptionSpec, rawName: string, value: string | undefined, inline: boolean): string {
  if (spec.value === undefined) {
    if (value !== undefined) throw new UsageError(`option ${rawName} takes no value, received ${JSON.stringify(value)}`)
    return ''
  }
  if (value === undefined && spec.omitted !== undefined) return spec.omitted
  if (value === undefined) throw new UsageError(`option ${rawName} needs a value: ${rawName} ${spec.value}`)
  if (!inline && value.startsWith('-') && value.length > 1) {
    throw new UsageError(`option ${rawName} needs a value: ${rawName} ${spec.value} (write ${rawName}=${value} for a value that begins with "-")`)
  }
  return value
}

function unknownOption(rawName: string, specs: Map<string, OptionSpec>): UsageError {
  const close = nearest(rawName.replace(/^--?/, ''), specs.keys())
  return new UsageError(`unknown option ${rawName}`, close === undefined ? undefined : `did you mean --${close}?`)
}

function checkPositionals(spec: CommandSpec, positionals: readonly string[]): void {
  const missing = spec.positionals[positionals.length]
  if (missing !== undefined) throw new UsageError(`${spec.name} needs ${missing}: ${spec.usage}`)
  const extra = positionals[spec.positionals.length]
  if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`)
}
