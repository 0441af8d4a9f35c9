/** `npm run bench`: measures the server's CPU time per message as a ratio to a floor, in paired rounds. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loopbackNames, makeSelfSigned } from '../packages/hawser/src/cli/self-signed.ts'
import { buildPrograms } from './build-programs.ts'
import { measure } from './measure.ts'
import { readOptions } from './options.ts'
import { html } from './report/html.ts'
import { markdown } from './report/markdown.ts'
import { scenarioLines } from './report/terminal.ts'
import { columnOf, judged } from './report/groups.ts'
import { summarize } from './results.ts'
import type { Before, Report, ScenarioResult } from './results.ts'
import { chosen } from './chosen.ts'
import { scenarios } from './scenarios.ts'
import { clients, dropIns, findRuntimes, servers, streams } from './subjects.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)

function versionOf(name: string): string | undefined {
  for (const folder of [here, root, join(root, 'consumers')]) {
    const path = join(folder, 'node_modules', name, 'package.json')
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  }
  return undefined
}

function commit(): string {
  try {
    const head = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
    return execFileSync('git', ['status', '--porcelain', 'packages/hawser/src', 'packages/ws/src'], { cwd: root, encoding: 'utf8' }) === ''
      ? head
      : `${head} with changes`
  } catch {
    return 'unknown'
  }
}

/** Reports usage errors without a stack trace. */
function orEnd<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

const options = orEnd(() => readOptions(process.argv.slice(2)))
if (options.list) {
  for (const { group, name, title } of scenarios) console.log(`${group.padEnd(12)} ${name.padEnd(20)} ${title}`)
  process.exit(0)
}
const picked = orEnd(() => chosen(options.scenarios)).filter(
  (it) => !options.quick || it.group !== 'connections' || it.type !== 'echo' || it.connections <= 1000,
)

const programs = buildPrograms()

const skipped: string[] = []
const skip = (what: string): void => {
  skipped.push(what)
  console.log(`SKIPPED ${what}`)
}
const runtimes = findRuntimes(options, root, skip)
const entries = (options.entries.length === 0 ? [join(root, 'packages/hawser/dist/node/index.js')] : options.entries).map((entry) => resolve(entry))
for (const entry of entries) if (!existsSync(entry)) skip(`hawser: no ${entry} (npm run build)`)
const built = entries.filter((entry) => existsSync(entry))
if (versionOf('bufferutil') === undefined) skip('bufferutil: not installed, ws runs without its native add-on')

const started = Date.now()
// Read now, because HEAD may change while this runs.
const hawser = commit()
const { key, cert } = makeSelfSigned(loopbackNames)
const bench = {
  options,
  programs,
  certificate: { key: key.toString(), cert: cert.toString() },
  servers: servers(runtimes, built, options.only),
  clients: clients(runtimes, built, options.only),
  streams: streams(runtimes, built, options.only),
  dropIns: dropIns(runtimes, join(root, 'packages/ws/dist/index.js')),
}
const beforeFile = options.before ?? join(here, 'before.json')
const before = orEnd(() =>
  options.before !== undefined || existsSync(beforeFile) ? (JSON.parse(readFileSync(beforeFile, 'utf8')) as Before) : undefined,
)
const peers = ['ws', 'bufferutil', 'undici', 'socket.io'].map((name) => [name, versionOf(name) ?? 'absent'] as const)
const results: ScenarioResult[] = []

function report(): Report {
  return {
    date: new Date(started).toISOString().slice(0, 10),
    command: options.command,
    machine: {
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      system: `${type()} ${release()}`,
    },
    versions: { hawser, ...Object.fromEntries(runtimes.map(({ name, version }) => [name, version])), ...Object.fromEntries(peers) },
    rounds: options.rounds,
    sliceMs: options.sliceMs,
    seconds: Math.round((Date.now() - started) / 1000),
    quick: options.quick,
    skipped,
    before,
    results,
  }
}

function kept({ date, versions, results: all }: Report): Before {
  const ratiosOf = (result: ScenarioResult): [string, number][] =>
    summarize(result).flatMap((summary) => {
      const { ratio } = judged(result, summary)
      return summary.row.name.startsWith('hawser') && ratio !== undefined ? [[columnOf(summary.row), Number(ratio.median.toFixed(3))]] : []
    })
  return {
    date,
    hawser: versions['hawser'] ?? '',
    ratios: Object.fromEntries(all.map((result) => [result.scenario.name, Object.fromEntries(ratiosOf(result))])),
  }
}

const forms: readonly (readonly [path: string | undefined, write: (report: Report) => string])[] = [
  [options.json, (it) => `${JSON.stringify(it, undefined, 1)}\n`],
  [options.html, html],
  [options.markdown, markdown],
  [options.keep, (it) => `${JSON.stringify(kept(it), undefined, 1)}\n`],
]

/** Writes the report after each scenario, so that a long run that is interrupted leaves its results. */
function write(): void {
  for (const [path, form] of forms) {
    if (path === undefined) continue
    mkdirSync(dirname(resolve(path)), { recursive: true })
    writeFileSync(path, form(report()))
  }
}

for (const scenario of picked) {
  for (const result of await measure(bench, scenario)) {
    results.push(result)
    for (const line of scenarioLines(result)) console.log(line)
  }
  write()
}
for (const [path] of forms) if (path !== undefined) console.log(`written ${path}`)
console.log(`${Math.round((Date.now() - started) / 1000)} s`)
