/** `npm run bench` itself: what it writes, and that nobody whose answers are wrong is measured. Needs dist, which `npm test` builds. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ownRuntime } from '../../bench/options.ts'
import type { Before, Report } from '../../bench/results.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const entry = join(root, 'packages/hawser/dist/node/index.js')

/** hawser, but for one letter of each message. */
const wrong = `import { serve as right } from ${JSON.stringify(pathToFileURL(entry).href)}
export { permessageDeflate } from ${JSON.stringify(pathToFileURL(entry).href)}
export const serve = (options) => right({ ...options, message: (socket, text) => void socket.send(text.slice(0, -1) + '#') })
`

test('the benchmark writes a report of paired rounds, and leaves out a server whose answers differ', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-bench-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'wrong'))
  writeFileSync(join(folder, 'wrong/package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'wrong/index.js'), wrong)
  const [json, page, text] = ['report.json', 'report.html', 'report.md'].map((name) => join(folder, name)) as [string, string, string]

  const before = join(folder, 'before.json')
  const keep = join(folder, 'keep.json')
  writeFileSync(before, JSON.stringify({ date: '2020-02-20', hawser: 'abc', ratios: { 'echo-64': { [`hawser:hawser ${ownRuntime}`]: 1.77 } } }))

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...['--import', 'tsx', 'bench/run.ts', '--quick', '--rounds', '1', '--scenario', 'echo-64', '--only', 'floor,hawser'],
      ...['--entry', entry, '--entry', join(folder, 'wrong/index.js'), '--json', json, '--html', page, '--markdown', text],
      ...['--before', before, '--keep', keep],
    ],
    { cwd: root },
  )

  const report = JSON.parse(readFileSync(json, 'utf8')) as Report
  assert.equal(report.rounds, 1)
  assert.equal(report.results.length, 1)
  const [result] = report.results
  assert.ok(result !== undefined)
  assert.equal(result.scenario.name, 'echo-64')
  assert.equal(result.unit, 'µs')

  assert.deepEqual(
    result.rows.map(({ name, floor }) => [name, floor]),
    [
      ['floor', true],
      ['floor-text', true],
      ['hawser:hawser', false],
    ],
  )
  for (const row of result.rows) {
    assert.equal(row.values.length, 1)
    assert.ok((row.values[0] ?? 0) > 0, `${row.name} took CPU`)
    assert.ok((row.perSecond[0] ?? 0) > 0, `${row.name} answered`)
    // The object of a Buffer and the 70 bytes of the chunk at least; what is counted twice would be far more.
    assert.ok((row.garbage ?? 0) > 150 && (row.garbage ?? 0) < 10_000, `${row.name} makes garbage: ${row.garbage}`)
    assert.ok((row.latencies[0]?.p99 ?? 0) >= (row.latencies[0]?.p50 ?? Number.NaN), `${row.name} has latencies`)
  }
  assert.equal(result.failures.length, 1)
  assert.match(result.failures[0] ?? '', /^hawser:wrong node\d+: .*message 0 of 64 bytes came back different/s)

  assert.match(stdout, /echo-64: echo 64 B.*hawser at most 1\.08 × floor/)
  assert.match(readFileSync(text, 'utf8'), /^## The server, by kind of work$/m)
  assert.match(readFileSync(text, 'utf8'), /\| hawser:hawser node\d+, round before \|.*\n.*\n.*\| 1\.77 \|/)
  assert.match(readFileSync(text, 'utf8'), /^Garbage: bytes allocated for each message/m)
  const kept = JSON.parse(readFileSync(keep, 'utf8')) as Before
  const [floor, , build] = result.rows
  const expected = (build?.values[0] ?? Number.NaN) / (floor?.values[0] ?? Number.NaN)
  assert.ok(Math.abs((kept.ratios['echo-64']?.[`hawser:hawser ${ownRuntime}`] ?? Number.NaN) - expected) < 0.001)
  assert.match(readFileSync(page, 'utf8'), /<article id="echo-64">.*<svg /s)
})

test('bench/limits.ts prints what a hit of a limit costs, and names an unknown one', async () => {
  const run = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/limits.ts', '--hits', '2', ...args], { cwd: root })
  const { stdout } = await run('--only', 'maxStreams')
  assert.match(stdout, /^\| `maxStreams` \| a message of 32 DEFLATE streams \| [\d.]+ (?:µs|ms) \| -?\d+ KiB \|\n$/)
  await assert.rejects(run('--only', 'nothing'), /--only: expected one of no limit, message, .*received nothing/)
})
