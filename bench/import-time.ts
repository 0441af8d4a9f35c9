/**
 * `npm run bench:import`: how long a program takes to import `hawser` and `ws`, in pairs of processes whose order alternates, and the median of the
 * differences. Arguments: the number of pairs (40), then an import of `hawser`, for example `hawser/registry`.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const [pairs = '40', ours = 'hawser'] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))

function importMs(specifier: string): number {
  const program = `const start = performance.now(); await import('${specifier}'); console.log(performance.now() - start)`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout)
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const measured: { readonly ours: number; readonly theirs: number }[] = []
for (let pair = -2; pair < Number(pairs); pair++) {
  const first = pair % 2 === 0 ? importMs(ours) : undefined
  const theirs = importMs('ws')
  const one = { ours: first ?? importMs(ours), theirs }
  // The first two read the files from the disk.
  if (pair >= 0) measured.push(one)
}
const of = (select: (pair: (typeof measured)[number]) => number): string => median(measured.map(select)).toFixed(1)
console.log(`Node ${process.version}, ${measured.length} pairs of processes, medians`)
console.log(`${ours}: ${of((pair) => pair.ours)} ms`)
console.log(`ws: ${of((pair) => pair.theirs)} ms`)
console.log(`difference: ${of((pair) => pair.ours - pair.theirs)} ms`)
