/** `node --import tsx packages/conformance/scripts/switches.ts` writes the table of switches into docs/conformance.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { clientMode, reportMode, requirementsMode, serverMode } from '../src/cli/modes.ts'

const modes = [serverMode, clientMode, reportMode, requirementsMode]
const begin = '<!-- switches: node --import tsx packages/conformance/scripts/switches.ts -->\n'
const end = '<!-- end of the switches -->\n'

/** One row for each switch: the modes that have it and what it does. */
export function switchTable(): string {
  const rows = new Map<string, { readonly label: string; readonly in: string[]; readonly description: string }>()
  for (const { name: mode, options } of modes) {
    for (const { name, short, value, multiple, description } of options) {
      const key = `${name} ${description}`
      const label = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
      const row = rows.get(key) ?? { label: `\`${label}\`${multiple === true ? ', repeatable' : ''}`, in: [], description }
      row.in.push(mode)
      rows.set(key, row)
    }
  }
  const lines = [...rows.values()].map((row) => `| ${row.label} | ${row.in.join(', ')} | ${row.description.replaceAll('|', '\\|')} |`)
  return ['| switch | modes | what it does |', '|---|---|---|', ...lines, ''].join('\n')
}

/** The page with the table between its marks. @throws Error where the page has no marks */
export function withSwitches(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/conformance.md has no lines "${begin.trim()}" and "${end.trim()}"`)
  return `${page.slice(0, from + begin.length)}\n${switchTable()}\n${page.slice(to)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../../../docs/conformance.md', import.meta.url))
  writeFileSync(file, withSwitches(readFileSync(file, 'utf8')))
}
