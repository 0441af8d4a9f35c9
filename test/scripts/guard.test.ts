/** `npm run guard`: its work does what it counts, and its command says what is wrong. Needs dist, which `npm test` builds. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildPrograms } from '../../bench/build-programs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'packages/hawser/dist')

function node(args: readonly string[], env: Record<string, string> = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, HAWSER_REQUIRE: '', ...env },
  })
  return { status, output: stdout + stderr }
}

const pins = JSON.parse(readFileSync(join(root, 'bench/guard/pinned.json'), 'utf8')) as Record<string, Record<string, number>>
const works = Object.keys(Object.values(pins)[0] ?? {})

test('every work of the guard is pinned and runs, and checks what comes back', () => {
  assert.ok(works.length >= 6)
  const program = join(buildPrograms(), 'guard/work.js')
  for (const work of works) assert.deepEqual(node([program, dist, work, '20']), { status: 0, output: '' }, work)
  assert.match(node([program, dist, 'nothing', '1']).output, /unknown work "nothing" \(known: handshake, parser/)
})

test('the guard names an argument that it does not know, and skips loudly without valgrind', () => {
  const wrong = node(['--import', 'tsx', 'bench/guard/run.ts', '--updaet'])
  assert.equal(wrong.status, 2)
  assert.match(wrong.output, /^unknown argument "--updaet" \(known: --update\)\n$/)
  const without = node(['--import', 'tsx', 'bench/guard/run.ts'], { HAWSER_WITHOUT: 'valgrind' })
  assert.equal(without.status, 0)
  assert.match(without.output, /^SKIPPED guard: .*valgrind is hidden/)
})
