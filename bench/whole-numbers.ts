import { parseArgs } from 'node:util'

/** A command whose options are whole numbers above 0, and files. */
export interface NumberOptions<Name extends string> {
  /** As a person types it. */
  readonly command: string
  /** Each with its default and what it means. */
  readonly numbers: Readonly<Record<Name, readonly [otherwise: number, meaning: string]>>
  /** Options that take a path; no default. */
  readonly paths?: Readonly<Record<string, string>>
}

/** Ends the process with its usage: 0 for `--help`, 2 for a wrong option. */
export function readNumbers<Name extends string>({
  command,
  numbers,
  paths = {},
}: NumberOptions<Name>): Record<Name, number> & { paths: Record<string, string> } {
  const names = Object.keys(numbers) as Name[]
  const lines = [
    ...names.map((name) => `  --${name} N`.padEnd(20) + `${numbers[name][1]} (default ${numbers[name][0]})`),
    ...Object.entries(paths).map(([name, meaning]) => `  --${name} FILE`.padEnd(20) + meaning),
  ]
  const usage = `${command} [options]\n${lines.join('\n')}`
  try {
    const options = Object.fromEntries([...names, ...Object.keys(paths)].map((name) => [name, { type: 'string' as const }]))
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } })
    if (values['help'] === true) {
      console.log(usage)
      process.exit(0)
    }
    const given: Record<string, unknown> = values
    const read = names.map((name) => {
      const number = Number(given[name] ?? numbers[name][0])
      if (!Number.isInteger(number) || number < 1 || number > 1e9)
        throw new Error(`--${name}: expected a whole number above 0, received ${String(given[name])}`)
      return [name, number] as const
    })
    const files = Object.keys(paths).flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]] as const] : []))
    return { ...(Object.fromEntries(read) as Record<Name, number>), paths: Object.fromEntries(files) }
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}
