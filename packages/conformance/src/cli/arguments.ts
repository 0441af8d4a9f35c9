import { parseArgs } from 'node:util'
import { readConfig } from './config.ts'
import type { ModeSpec, OptionSpec } from './mode-spec.ts'
import { nearest } from './nearest.ts'
import { UsageError } from './usage-error.ts'

export const helpOption: OptionSpec = { name: 'help', short: 'h', description: 'show this help' }

/** The arguments of one mode. An option has to be declared in the mode's table before code may ask for it. */
export class Arguments {
  readonly help: boolean
  readonly positionals: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]>
  readonly #specs: ReadonlyMap<string, OptionSpec>

  /** @throws UsageError for arguments that the mode's table does not allow */
  constructor(spec: ModeSpec, args: readonly string[]) {
    this.#specs = new Map([...spec.options, helpOption].map((option) => [option.name, option]))
    const { values, positionals } = read(args, this.#specs)
    const [file] = values.get('config') ?? []
    const configured = file === undefined ? undefined : readConfig(file, spec)
    // What the command line says goes before what the file says.
    this.#values = new Map([...(configured?.values ?? []), ...values])
    this.positionals = positionals.length > 0 ? positionals : (configured?.positionals ?? [])
    this.help = values.has('help')
    if (!this.help && !this.#values.has('list')) checkPositionals(spec, this.positionals)
  }

  /** Whether an option is given, with or without a value. */
  has(name: string): boolean {
    return this.#given(name).length > 0
  }

  get(name: string): string | undefined {
    return this.list(name)[0]
  }

  list(name: string): readonly string[] {
    if (this.#specs.get(name)?.value === undefined) throw new Error(`--${name} is not declared as an option with a value`)
    return this.#given(name)
  }

  /** @throws UsageError when more than one of the options is given */
  exclusive(...names: string[]): void {
    const given = names.filter((name) => this.has(name))
    if (given.length > 1) throw new UsageError(`--${given[0]} and --${given[1]} exclude each other`)
  }

  /** @throws UsageError when one option is given without the other */
  together(first: string, second: string): void {
    if (this.has(first) === this.has(second)) return
    const [given, missing] = this.has(first) ? [first, second] : [second, first]
    throw new UsageError(`--${given} needs --${missing} as well`)
  }

  #given(name: string): readonly string[] {
    if (!this.#specs.has(name)) throw new Error(`--${name} is not declared`)
    return this.#values.get(name) ?? []
  }
}

function read(args: readonly string[], specs: ReadonlyMap<string, OptionSpec>): { values: Map<string, string[]>; positionals: string[] } {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = Object.create(null)
  for (const spec of specs.values()) {
    options[spec.name] = { type: spec.value === undefined ? 'boolean' : 'string', ...(spec.short === undefined ? {} : { short: spec.short }) }
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
    if (spec.value !== undefined && spec.multiple !== true && given.length > 0) throw new UsageError(`option ${token.rawName} is given twice`)
    values.set(spec.name, [...given, optionValue(spec, token.rawName, token.value, token.inlineValue === true)])
  }
  return { values, positionals }
}

function optionValue(spec: OptionSpec, rawName: string, value: string | undefined, inline: boolean): string {
  if (spec.value === undefined) {
    if (value !== undefined) throw new UsageError(`option ${rawName} takes no value, received ${JSON.stringify(value)}`)
    return ''
  }
  if (value === undefined) throw new UsageError(`option ${rawName} needs a value: ${rawName} ${spec.value}`)
  if (!inline && value.startsWith('-') && value.length > 1) {
    throw new UsageError(`option ${rawName} needs a value: ${rawName} ${spec.value} (write a value that begins with "-" as ${rawName}=${value})`)
  }
  return value
}

function unknownOption(rawName: string, specs: ReadonlyMap<string, OptionSpec>): UsageError {
  const close = nearest(rawName.replace(/^--?/, ''), specs.keys())
  return new UsageError(`unknown option ${rawName}`, close === undefined ? undefined : `did you mean --${close}?`)
}

function checkPositionals(spec: ModeSpec, positionals: readonly string[]): void {
  const missing = spec.positionals[positionals.length]
  if (missing !== undefined) throw new UsageError(`${spec.name} needs a ${missing}: ${spec.usage}`)
  const extra = positionals[spec.positionals.length]
  if (extra !== undefined && spec.repeats !== true) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`)
}
