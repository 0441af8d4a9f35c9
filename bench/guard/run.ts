/**
 * `npm run guard`: counts the instructions of fixed work (guard/work.ts) under valgrind and compares them with pinned.json, within `tolerance`.
 * Unlike time they repeat, whatever else the machine does. `--update` moves the pins, on purpose and in the commit that explains it.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pathOf, missing } from '../../scripts/optional.ts'
import { buildPrograms } from '../build-programs.ts'

/** What a change may add or save without being noticed. */
const tolerance = 0.01
/** A round is counted as the difference between these, in which the start of the process cancels out. */
const rounds = [100, 500] as const
const works = ['handshake', 'parser', 'parser, 16 KiB', 'serializer', 'serializer, 16 KiB', 'deflate']

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(here))
const pinFile = join(here, 'pinned.json')
type Pins = Record<string, Record<string, number>>

const update = process.argv.includes('--update')
const stranger = process.argv.slice(2).find((argument) => argument !== '--update')
if (stranger !== undefined) {
  console.error(`unknown argument ${JSON.stringify(stranger)} (known: --update)`)
  process.exit(2)
}
const reason = missing('valgrind')
if (reason !== false) {
  console.log(`SKIPPED guard: ${reason}`)
  process.exit(0)
}
const valgrind = pathOf('valgrind') as string
const programs = buildPrograms()

const run = promisify(execFile)
async function instructions(name: string, count: number): Promise<number> {
  const node = [...flags, join(programs, 'guard/work.js')]
  const args = [
    '--tool=callgrind',
    '--callgrind-out-file=/dev/null',
    process.execPath,
    ...node,
    join(root, 'packages/hawser/dist'),
    name,
    String(count),
  ]
  const { stderr } = await run(valgrind, args, { maxBuffer: 1 << 24 })
  const collected = /Collected : (\d+)/.exec(stderr)?.[1]
  if (collected === undefined) throw new Error(`valgrind counted nothing:\n${stderr}`)
  return Number(collected)
}

/**
 * Interpreted, and with room for all garbage: with the optimizing compilers the counts of the same work differ by up to 40 % from run to run, with
 * collections by 10 %, as here by less than 0.1 %. The guard thus sees work that is added or saved, and not code that the compilers stop
 * liking nor garbage; the benchmark does.
 */
const flags = [
  ...['--predictable', '--single-threaded', '--no-opt', '--no-sparkplug', '--no-maglev', '--liftoff-only', '--hash-seed=1', '--random-seed=1'],
  ...['--min-semi-space-size=128', '--max-semi-space-size=128'],
]

const pins = (existsSync(pinFile) ? JSON.parse(readFileSync(pinFile, 'utf8')) : {}) as Pins
const runtime = `node ${process.versions.node} ${process.arch}`
const version = `${runtime}, ${cpus()[0]?.model ?? 'unknown'}`
/** Libraries choose routines by the processor, so the pins of another one are shown and not enforced. */
const isEnforced = pins[version] !== undefined
const pinned = pins[version] ?? Object.entries(pins).find(([name]) => name.startsWith(`${runtime},`))?.[1] ?? {}
const counted: Record<string, number> = {}
const [few, many] = rounds
for (const name of works) {
  const [less, more] = await Promise.all([instructions(name, few), instructions(name, many)])
  counted[name] = Math.round((more - less) / (many - few))
}

let moved = 0
for (const [name, count] of Object.entries(counted)) {
  const before = pinned[name]
  const change = before === undefined ? 0 : count / before - 1
  if (Math.abs(change) > tolerance) moved++
  const percent = `${change < 0 ? '' : '+'}${(100 * change).toFixed(2)} %`
  console.log(`${name.padEnd(20)} ${String(count).padStart(8)} instructions  ${before === undefined ? 'not pinned' : `${percent} of ${before}`}`)
}
if (update) {
  writeFileSync(pinFile, `${JSON.stringify({ ...pins, [version]: counted }, null, 2)}\n`)
  console.log(`wrote ${pinFile}`)
} else if (Object.keys(pinned).length === 0)
  console.log(`SKIPPED guard: no pins for ${version} (known: ${Object.keys(pins).join(', ')}); --update adds them`)
else if (!isEnforced) console.log(`SKIPPED guard: the pins are of another processor than ${version}; --update adds its own`)
else if (moved > 0) {
  console.error(
    `${moved} of ${Object.keys(counted).length} moved by more than ${100 * tolerance} %: find out why, or move the pins with npm run guard -- --update`,
  )
  process.exit(1)
}
