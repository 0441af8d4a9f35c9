import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { webClock } from '../../src/fetch/clock.ts'

test('a task is called after its delay, and a cancelled one is not', async () => {
  const called: string[] = []
  const started = webClock.now()
  webClock.schedule(() => called.push('cancelled'), 1).cancel()
  webClock.defer(() => called.push('deferred'))
  await new Promise<void>((resolve) => {
    const alive = setTimeout(() => undefined, 5_000)
    webClock.schedule(() => {
      clearTimeout(alive)
      resolve()
    }, 5)
  })
  assert.deepEqual(called, ['deferred'])
  assert.ok(webClock.now() - started >= 4)
})

test('a task does not keep the process alive', () => {
  const clock = new URL('../../src/fetch/clock.ts', import.meta.url).href
  const program = `import(${JSON.stringify(clock)}).then(({ webClock }) => webClock.schedule(() => undefined, 60_000))`
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', '--eval', program], {
    cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    timeout: 20_000,
  })
  assert.equal(status, 0)
})
