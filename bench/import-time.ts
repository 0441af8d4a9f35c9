/**
 * `npm run bench:import`: how long a program takes to import `hawser` and `ws`, and how much CPU time that takes in all threads, in pairs of processes whose
 * order alternates, with the medians of the differences. Arguments: the number of pairs (40), then an import of `hawser`, for example `hawser/registry`.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const [pairs = '40', ours = 'hawser'] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))

interface ImportTime {
  readonly wall: number
  readonly cpu: number
}

/** In milliseconds. */
function timeImport(specifier: string): ImportTime {
  const program = `const [start, used] = [performance.now(), process.cpuUsage()]
await import('${specifier}')
const [wall, { user, system }] = [performance.now() - start, process.cpuUsage(used)]
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }))`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as ImportTime
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const measured: { readonly ours: ImportTime; readonly theirs: ImportTime }[] = []
for (let pair = -2; pair < Number(pairs); pair++) {
  const first = pair % 2 === 0 ? timeImport(ours) : undefined
  const theirs = timeImport('ws')
  const one = { ours: first ?? timeImport(ours), theirs }
  // The first two read the files from the disk.
  if (pair >= 0) measured.push(one)
}
const of = (select: (pair: (typeof measured)[number]) => number): string => median(measured.map(select)).toFixed(1)
console.log(`Node ${process.version}, ${measured.length} pairs of processes, medians in ms`)
console.log(`| | wall | CPU |\n|---|---|---|`)
console.log(`| ${ours} | ${of((pair) => pair.ours.wall)} | ${of((pair) => pair.ours.cpu)} |`)
console.log(`| ws | ${of((pair) => pair.theirs.wall)} | ${of((pair) => pair.theirs.cpu)} |`)
console.log(`| difference | ${of((pair) => pair.ours.wall - pair.theirs.wall)} | ${of((pair) => pair.ours.cpu - pair.theirs.cpu)} |`)
