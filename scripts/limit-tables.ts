/**
 * The tables of limits in docs/, made of the docstrings of the options: name, `@defaultValue`, `@why` and `@beyond` of each member. `npm run docs` and
 * `node --import tsx scripts/limit-tables.ts` write them; a test compares the pages with this, and the defaults with the code.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import process from 'node:process'
import { read, root } from './sources.ts'

/** One row: a limit as its docstring describes it. */
export interface LimitRow {
  readonly name: string
  readonly defaultValue: string
  readonly why: string
  readonly beyond: string
}

/** Where each interface of limits is, and the page with its table. A table may have the members of several. */
export const limitTables: readonly {
  readonly page: string
  readonly table: string
  readonly interfaces: readonly (readonly [file: string, name: string])[]
}[] = [
  {
    page: 'docs/limits.md',
    table: 'connection',
    interfaces: [
      ['packages/hawser/src/core/protocol/limits.ts', 'ConnectionLimits'],
      ['packages/hawser/src/connection/limits.ts', 'SocketLimits'],
    ],
  },
  {
    page: 'docs/limits.md',
    table: 'deflate',
    interfaces: [['packages/hawser/src/core/extensions/permessage-deflate/options.ts', 'DeflateExtensionOptions']],
  },
  { page: 'docs/limits.md', table: 'handshake', interfaces: [['packages/hawser/src/connection/limits.ts', 'HandshakeLimits']] },
  { page: 'docs/limits.md', table: 'browser', interfaces: [['packages/hawser/src/runtime/browser/limits.ts', 'BrowserLimits']] },
  { page: 'docs/limits.md', table: 'server', interfaces: [['packages/hawser/src/server/admission.ts', 'AdmissionLimits']] },
  { page: 'docs/limits.md', table: 'inspect', interfaces: [['packages/hawser/src/inspect/limits.ts', 'InspectLimits']] },
  { page: 'docs/http2.md', table: 'http2', interfaces: [['packages/hawser/src/server/http2/options.ts', 'Http2Options']] },
]

/**
 * The limits of one interface: its members with a `@beyond`.
 * @throws Error for an interface that is not there, and for a limit without a default or a reason
 */
export function limitsOf(source: string, name: string): LimitRow[] {
  const body = new RegExp(`export interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(source)?.[1]
  if (body === undefined) throw new Error(`no interface ${name}`)
  const rows: LimitRow[] = []
  for (const [, docstring = '', member = ''] of body.matchAll(/\/\*\*(.*?)\*\/\s+readonly (\w+)/gs)) {
    const text = docstring.replaceAll(/\s*\n\s*\*\s?/g, '\n').trim()
    const tags = new Map(
      [...text.matchAll(/(?:^|\n)@(\w+) (.*?)(?=\n@|$)/gs)].map(([, tag = '', value = '']) => [tag, value.trim().replaceAll(/\s+/g, ' ')]),
    )
    const beyond = tags.get('beyond')
    if (beyond === undefined) continue
    const defaultValue = tags.get('defaultValue')
    const why = tags.get('why')
    if (defaultValue === undefined || why === undefined) throw new Error(`${name}.${member} needs @defaultValue and @why`)
    rows.push({ name: member, defaultValue, why, beyond })
  }
  return rows
}

function render(rows: readonly LimitRow[]): string {
  const lines = rows.map(({ name, defaultValue, why, beyond }) => `| \`${name}\` | ${defaultValue} | ${why} | ${beyond} |`)
  return ['| limit | default | why | what happens beyond |', '|---|---|---|---|', ...lines].join('\n')
}

/** The text of a page with its tables made anew, between `<!-- limits: … -->` and `<!-- end -->`. @throws Error for a table without a place */
export function withTables(page: string, text: string): string {
  let result = text
  for (const { table, interfaces } of limitTables.filter((one) => one.page === page)) {
    const place = new RegExp(`(<!-- limits: ${table} -->\n).*?(\n<!-- end -->)`, 's')
    if (!place.test(result)) throw new Error(`${page} has no place for the table ${table}`)
    const rows = interfaces.flatMap(([file, name]) => limitsOf(read(file), name))
    result = result.replace(place, (_, before: string, after: string) => `${before}${render(rows)}${after}`)
  }
  return result
}

export function writeTables(): void {
  for (const page of new Set(limitTables.map((one) => one.page))) {
    const text = read(page)
    const made = withTables(page, text)
    if (made !== text) writeFileSync(join(root, page), made)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeTables()
