/** The programs of consumers/, and the table of docs/ws-consumers.md that they make. */
import { filesUnder, read } from './sources.ts'

export const consumersFolder = 'consumers'
const page = 'docs/ws-consumers.md'

export interface Locked {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface Package {
  readonly name: string
  readonly version: string
}

interface Consumer extends Package {
  /** Of ws. */
  readonly range: string
}

export interface Program {
  readonly name: string
  readonly file: string
  /** From the comment of its first line. */
  readonly drives: string
  /** The packages that ask for ws: those that the program imports, and the dependencies of those. */
  readonly consumers: readonly Consumer[]
  /** The other packages that it imports. */
  readonly others: readonly Package[]
}

/** Packages by their path in the lockfile. */
export const locked: Readonly<Record<string, Locked>> = (
  JSON.parse(read(`${consumersFolder}/package-lock.json`)) as { readonly packages: Readonly<Record<string, Locked>> }
).packages

export function readPrograms(): Program[] {
  const declared = Object.keys((JSON.parse(read(`${consumersFolder}/package.json`)) as Locked).dependencies ?? {})
  return filesUnder(`${consumersFolder}/programs`, '.js').map((file) => readProgram(file, declared))
}

function readProgram(file: string, declared: readonly string[]): Program {
  const source = read(file)
  const [, drives = ''] = /^\/\*\* [^:]+: (.+)\. \*\/\n/.exec(source) ?? []
  if (drives === '') throw new Error(`${file} does not begin with a comment that says what it drives`)
  const imported = [...source.matchAll(/(?:^import (?:.+ from )?|resolve\()'((?:@[\w.-]+\/)?[\w.-]+)/gm)].map(([, name = '']) => name)
  const packages = [...new Set(imported)].filter((name) => name !== 'ws' && declared.includes(name))
  const consumers = packages.flatMap((name) => {
    const direct = consumerOf(name)
    return direct === undefined ? Object.keys(entry(name).dependencies ?? {}).flatMap((inner) => consumerOf(inner) ?? []) : [direct]
  })
  const others = packages.filter((name) => consumerOf(name) === undefined).map((name) => ({ name, version: entry(name).version }))
  return { name: file.slice(`${consumersFolder}/programs/`.length, -'.js'.length), file, drives, consumers, others }
}

function entry(name: string): Locked {
  return locked[`node_modules/${name}`] ?? { version: 'absent' }
}

function consumerOf(name: string): Consumer | undefined {
  const { version, dependencies, peerDependencies } = entry(name)
  const range = dependencies?.['ws'] ?? peerDependencies?.['ws']
  return range === undefined ? undefined : { name, version, range }
}

/** One row for each program. */
export function tableOf(programs: readonly Program[], resultOf: (program: Program) => string): string {
  const lines = ['| program | packages | asks for ws | driven | result |', '| --- | --- | --- | --- | --- |']
  const named = ({ name, version }: Package): string => `${name} ${version}`
  for (const program of programs) {
    const { name, consumers, others, drives } = program
    const packages = [...others, ...consumers].map(named).join(', ')
    const ranges = [...new Set(consumers.map(({ range }) => `\`${range}\``))].join(', ')
    lines.push(`| ${name} | ${packages} | ${ranges || 'the application brings it'} | ${drives} | ${resultOf(program)} |`)
  }
  return lines.join('\n')
}

const begin = '<!-- npm run consumers -- --write writes this table -->\n\n'
const finish = '\n\n<!-- the end of the table -->'

/** The page in its parts: before its table, the table, behind it. */
export function readPage(): readonly [head: string, table: string, tail: string] {
  const [head = '', rest = ''] = read(page).split(begin)
  const at = rest.indexOf(finish)
  if (at === -1) throw new Error(`${page} does not have the comments around its table`)
  return [head + begin, rest.slice(0, at), rest.slice(at)]
}

export { page as consumersPage }
