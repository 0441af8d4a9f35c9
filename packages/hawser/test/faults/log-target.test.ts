/** A log whose disk is full or whose reader is gone, and a full disk below stderr: the server keeps serving. */
import assert from 'node:assert/strict'
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect } from '../../src/runtime/node/connect.ts'
import { command, library, spawnFor } from './peer-process.ts'

const full = '/dev/full'
const skip = existsSync(full) ? false : `no ${full}`

async function socketPath(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'server.sock')
}

/** Connects once the server listens, and exchanges messages on some connections. */
async function exchange(path: string): Promise<void> {
  const open = async (): Promise<Awaited<ReturnType<typeof connect>>> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await connect('ws://localhost/', { socketPath: path })
      } catch (error) {
        if (attempt === 200) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  for (let i = 0; i < 5; i++) {
    const socket = await open()
    for (let j = 0; j < 20; j++) {
      socket.send(`message ${i}.${j}`)
      assert.equal(await socket.receive(), `message ${i}.${j}`)
    }
    await socket.close()
  }
}

for (const form of ['--json', '--verbose']) {
  test(`hawser serve ${form} with its log on a full disk serves`, { skip }, async (t) => {
    const path = await socketPath(t)
    const log = openSync(full, 'w')
    t.after(() => closeSync(log))
    const child = spawnFor(t, process.execPath, [command, 'serve', '--unix', path, form], ['ignore', log, log])
    await exchange(path)
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  test(`hawser serve ${form} whose log has no reader any more serves [EPIPE]`, async (t) => {
    const path = await socketPath(t)
    const child = spawnFor(t, process.execPath, [command, 'serve', '--unix', path, form], ['ignore', 'pipe', 'pipe'])
    child.stdout?.destroy()
    child.stderr?.destroy()
    await exchange(path)
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
}

test('errors of handlers on a full stderr end their own connection and nothing more', { skip }, async (t) => {
  const path = await socketPath(t)
  const program = `
    import { serve } from '${library}'
    await serve({ socketPath: '${path}', message(socket, message) { if (message === 'fail') throw new Error('bug'); socket.send(message) } })
  `
  const log = openSync(full, 'w')
  t.after(() => closeSync(log))
  const child = spawnFor(t, process.execPath, ['--input-type=module', '--eval', program], ['ignore', log, log])
  await exchange(path)
  const socket = await connect('ws://localhost/', { socketPath: path })
  socket.send('fail')
  assert.equal((await socket.closed).code, 1011)
  await exchange(path)
  assert.deepEqual([child.exitCode, child.signalCode], [null, null])
})
