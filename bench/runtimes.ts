/**
 * `node --import tsx bench/runtimes.ts`: on Bun and on Deno, hawser over their node:net, on Bun also over its own sockets, hawser over their own
 * WebSockets (`hawser/fetch`), their own servers, and the floors over node:net and over their own sockets, in one run.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPrograms } from './build-programs.ts'
import type { Bench } from './contenders.ts'
import { measure } from './measure.ts'
import { readOptions } from './options.ts'
import { summarize } from './results.ts'
import { scenarios } from './scenarios.ts'
import { findRuntimes } from './subjects.ts'
import type { Runtime, Subject } from './subjects.ts'
import { readNumbers } from './whole-numbers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const command = 'node --import tsx bench/runtimes.ts'
const { rounds, slice, paths } = readNumbers({
  command,
  numbers: { rounds: [7, 'paired rounds'], slice: [300, 'measured milliseconds of one subject in one round'] },
  paths: { page: 'a page with <!-- figures --> and <!-- end -->, which gets the tables' },
})

const own: Readonly<Record<string, readonly [server: string, sockets: string]>> = {
  bun: ['Bun.serve', 'Bun.listen'],
  deno: ['Deno.serve', 'Deno.listen'],
}

function subjectsOf(runtime: Runtime): Subject[] {
  const [server = '', sockets = ''] = own[runtime.name] ?? []
  const entry = (path: string): string => pathToFileURL(join(root, 'packages/hawser/dist', path)).href
  const rows: readonly (readonly [name: string, program: string, hawser: string])[] = [
    ['floor', 'floor', ''],
    [`floor over ${sockets}`, `floor-${runtime.name}`, ''],
    [server, runtime.name, ''],
    ['serve over node:net', 'hawser', entry('node/index.js')],
    ...(runtime.kind === 'bun' ? [[`serve over ${sockets}`, 'hawser-bun', entry('node/index.js')] as const] : []),
    ['hawser/fetch', 'fetch', entry('node/fetch.js')],
  ]
  return rows.map(([name, program, hawser]) => ({
    name,
    program,
    hawser,
    runtime,
    http2: false,
    floor: program.startsWith('floor'),
    id: `${name} ${runtime.name}`,
  }))
}

const options = { ...readOptions(['--runtimes', 'bun,deno']), rounds, sliceMs: slice }
const runtimes = findRuntimes(options, root, (what) => {
  throw new Error(what)
})
const programs = buildPrograms()
const measured = ['echo-64', 'echo-64x16', 'echo-1k', 'handshake']
const lines: string[] = []

for (const runtime of runtimes) {
  const servers = subjectsOf(runtime)
  const bench: Bench = { options, programs, certificate: { key: '', cert: '' }, servers, clients: [], streams: [], dropIns: [] }
  lines.push(
    '',
    `| ${runtime.name} ${runtime.version} | ${servers.map(({ name }) => `\`${name}\``).join(' | ')} |`,
    `|---|${servers.map(() => '---:|').join('')}`,
  )
  for (const scenario of scenarios.filter(({ name }) => measured.includes(name))) {
    const [result] = await measure(bench, scenario)
    if (result === undefined || result.failures.length > 0) throw new Error(result?.failures.join('\n'))
    const cells = summarize(result).map(
      ({ value, ofFloor }) => `${value.median.toFixed(2)}${ofFloor === undefined ? '' : ` (${ofFloor.median.toFixed(2)})`}`,
    )
    const line = `| ${scenario.title} | ${cells.join(' | ')} |`
    console.log(`${runtime.name} ${line}`)
    lines.push(line)
  }
}

const page = paths['page']
if (page !== undefined) {
  const text = readFileSync(page, 'utf8')
  writeFileSync(
    page,
    text.replace(/(<!-- figures -->\n).*?(<!-- end -->)/s, (_, before: string, after: string) => `${before}${lines.slice(1).join('\n')}\n${after}`),
  )
}
