/**
 * Runs packages/hawser/test/contract on every runtime of runtimes/package.json, and those of its abilities in Chromium, and the tests of hawser/fetch on its platforms,
 * and compares the table of abilities in docs/runtimes.md with the results; `-- --write` writes it. `npm ci --ignore-scripts --prefix runtimes` first.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { abilities, browsers } from '../packages/hawser/test/contract/abilities.ts'
import { abilityTable, cellsOf, readJunit, readTap } from './ability-table.ts'
import type { Column } from './ability-table.ts'
import { missing } from './optional.ts'
import { placeTable } from './runtime-tables.ts'
import { filesUnder, read, root } from './sources.ts'

const page = 'docs/runtimes.md'
const contract = filesUnder('packages/hawser/test/contract', '.test.ts')
const pages = 'packages/hawser/test/interop/browser-abilities.test.ts'
const platforms = 'packages/hawser/test/interop/fetch-servers.test.ts'
const temporary = mkdtempSync(join(tmpdir(), 'hawser-runtimes-'))
const junit = join(temporary, 'bun.xml')
const binary = (path: string): string => join(root, 'runtimes/node_modules', path)
const onNode = (...flags: string[]): string[][] => [[...flags, '--test', '--test-reporter=tap', ...contract]]
// A process a file, as Node and Deno do: a test that ends by its time limit leaves work behind, which Bun counts as a failure of the test that runs then.
const onBun = contract.map((file) => ['test', '--reporter=junit', `--reporter-outfile=${junit}`, `./${file}`])
const runs: readonly [name: string, path: string, commands: string[][]][] = [
  ['Node 20', binary('node20/bin/node'), onNode('--import', 'tsx')],
  ['Node 22', binary('node22/bin/node'), onNode('--import', 'tsx')],
  ['Node 24', binary('node24/bin/node'), onNode()],
  ['Node 26', binary('node26/bin/node'), onNode()],
  ['Bun', binary('bun/bin/bun'), onBun],
  ['Deno', binary('deno/deno'), [['test', '--allow-all', '--no-check', '--reporter=tap', ...contract]]],
  ['browsers', process.execPath, [['--import', 'tsx', '--test', '--test-reporter=tap', pages]]],
  ['hawser/fetch', process.execPath, [['--import', 'tsx', '--test', '--test-reporter=tap', platforms]]],
]

const columns: Column[] = []
const known = new Set(abilities.map((ability) => ability.contract))
let failed = 0

for (const [name, path, commands] of runs) {
  if (!existsSync(path)) {
    console.error(`FAILED ${name}: ${path} is not installed; run npm ci --ignore-scripts --prefix runtimes`)
    failed += 1
    continue
  }
  const started = performance.now()
  const suites = new Map<string, Map<string, boolean | undefined>>()
  let printed = ''
  for (const args of commands) {
    const { stdout, stderr } = spawnSync(path, args, { cwd: root, encoding: 'utf8', timeout: 120_000, env: { ...process.env, NO_COLOR: '1' } })
    printed += `${stdout}\n${stderr}`
    const results = name === 'Bun' && existsSync(junit) ? readJunit(readFileSync(junit, 'utf8')) : readTap(stdout)
    rmSync(junit, { force: true })
    for (const [suite, tests] of results) suites.set(suite, new Map([...(suites.get(suite) ?? []), ...tests]))
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (name === 'browsers') {
    for (const browser of browsers) {
      const reason = missing(browser === 'Firefox' ? 'firefox' : 'chromium')
      if (reason !== false) {
        console.log(reason)
        suites.delete(browser)
      }
      const results = suites.get(browser)
      columns.push({ name: browser, results: results ?? new Map(), ...(results === undefined && { kept: cellsOf(read(page), browser) }) })
    }
  } else for (const [suite, results] of suites) columns.push({ name: suite === '' ? name : suite, results })
  const results = [...suites.values()].flatMap((one) => [...one])
  // An ability that a runtime lacks is a matter of the table; every other test has to pass.
  const broken = results.filter(([title, passed]) => passed === false && (name === 'hawser/fetch' || !known.has(title)))
  const isWrong = (results.length === 0 && name !== 'browsers') || broken.length > 0
  console.log(`${isWrong ? 'FAILED' : 'ok'} ${name} (${seconds} s, ${results.length} tests)`)
  if (isWrong) {
    failed += 1
    console.log(printed)
  }
}
rmSync(temporary, { recursive: true })

const text = read(page)
const made = placeTable(text, 'abilities', abilityTable(abilities, columns))
if (failed === 0 && made !== text) {
  if (process.argv.includes('--write')) writeFileSync(join(root, page), made)
  else {
    failed += 1
    console.error(
      `FAILED ${page} has another table of abilities than these results; npm run runtimes -- --write\n${abilityTable(abilities, columns)}`,
    )
  }
}
process.exitCode = failed === 0 ? 0 : 1
