/** The soak, the churn, the stall and the memory of streams as processes, short; and that the soak finds what a server leaves behind. Needs dist, which `npm test` builds. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const entry = pathToFileURL(join(root, 'packages/hawser/dist/node/index.js')).href

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: root })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, text }
}

/** hawser, but each connection leaves a descriptor and a timer. */
const leaky = `export * from ${JSON.stringify(entry)}
import { serve as right } from ${JSON.stringify(entry)}
import { openSync } from 'node:fs'
import { setTimeout } from 'node:timers'
export const serve = (options) => right({
  ...options,
  open(socket) {
    openSync('/dev/null')
    setTimeout(() => socket, 3_600_000).unref()
    return options.open(socket)
  },
})
`

describe('endurance', { concurrency: true }, () => {
  test('a short soak ends where it began', async () => {
    const { code, text } = await run('bench/soak/run.ts', '--seconds', '2', '--workers', '8')
    assert.equal(code, 0, text)
    assert.match(text, /it ended where it began/)
    assert.match(text, /server: [1-9]\d* opened/)
  })

  test('the soak finds timers and descriptors that are left', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hawser-soak-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'leaky.mjs')
    writeFileSync(file, leaky)
    const { code, text } = await run('bench/soak/run.ts', '--seconds', '1', '--workers', '4', '--entry', file)
    assert.equal(code, 1, text)
    assert.match(text, /server descriptors: \d+ before, \d+ afterwards/)
    assert.match(text, /server timers: \d+ before, \d+ afterwards/)
  })

  test('connections under churn lose nothing', async () => {
    const { code, text } = await run('bench/churn.ts', '--connections', '100', '--seconds', '1', '--rounds', '1')
    assert.equal(code, 0, text)
    assert.match(text, /\| hawser \|.*\| 0 \| 0 \| 0 \| 0 \|/)
  })

  test('a stall loses nothing and ends no connection, although it is longer than keepalive', async () => {
    const { code, text } = await run('bench/stall.ts', '--connections', '20', '--ms', '1000')
    assert.equal(code, 0, text)
    assert.equal(text.match(/\| hawser \| [1-9]\d* \| \d+ \| 0 \| 0 \|/g)?.length, 2, text)
  })

  test('a message of 300 MB is received as a stream in less than 64 MiB above the start, also compressed and over HTTP/2', async () => {
    const { code, text } = await run('bench/stream-memory.ts', '--mb', '300', '--mib', '64', '--rows', '3')
    assert.equal(code, 0, text)
    assert.match(text, /HTTP\/1\.1, fragments \|.*\n.*HTTP\/1\.1, one compressed frame \|.*\n.*HTTP\/2, fragments \|/)
  })

  test('a wrong option is named, without a stack', async () => {
    for (const [program, option] of [
      ['bench/soak/run.ts', '--seconds'],
      ['bench/churn.ts', '--seconds'],
      ['bench/stall.ts', '--ms'],
      ['bench/stream-memory.ts', '--mb'],
      ['bench/runtimes.ts', '--rounds'],
    ] as const) {
      const { code, text } = await run(program, option, 'x')
      assert.equal(code, 2, text)
      assert.match(text, /expected a whole number above 0, received x/)
      assert.doesNotMatch(text, /^ +at /m)
    }
  })
})
