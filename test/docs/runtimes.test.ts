/** The programs of docs/runtimes.md, each on its platform, with a client. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect } from '../../packages/hawser/src/index.ts'
import type { Socket } from '../../packages/hawser/src/index.ts'
import { firstLine } from '../../packages/hawser/test/peers/runtime.ts'
import { startWorker } from '../../packages/hawser/test/peers/workerd.ts'
import { missing } from '../../scripts/optional.ts'
import { read, root } from '../../scripts/sources.ts'

const folder = join(root, '.cache/runtimes')
mkdirSync(folder, { recursive: true })
const programs = new Map([...read('docs/runtimes.md').matchAll(/^```js (\w+)\n([\s\S]*?)^```$/gm)].map(([, name = '', code = '']) => [name, code]))

/** Writes a program of the page where `hawser/fetch` can be imported. */
function fileOf(name: string): string {
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, programs.get(name) ?? '')
  return file
}

/** Runs a program that prints its URL first. */
async function urlOf(t: TestContext, ...[command = '', ...args]: string[]): Promise<string> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NO_COLOR: '1' } })
  t.after(async () => {
    const ended = once(child, 'close')
    child.kill('SIGKILL')
    await ended
  })
  return firstLine(child)
}

async function echoes(socket: Socket): Promise<void> {
  socket.send('hello')
  assert.equal(await socket.receive(), 'hello')
  await socket.close()
}

const runtime = (path: string): string => join(root, 'runtimes/node_modules', path)

test('every program of the page is run', () => {
  assert.deepEqual([...programs.keys()], ['bun', 'deno', 'workers', 'crossws'])
})

test('the program for Bun', { skip: missing('runtimes') }, async (t) => {
  const url = await urlOf(t, runtime('bun/bin/bun'), 'run', fileOf('bun'))
  await echoes(await connect(url))
  assert.equal((await fetch(url.replace('ws:', 'http:'))).status, 426)
})

test('the program for Deno', { skip: missing('runtimes') }, async (t) => {
  const url = await urlOf(t, runtime('deno/deno'), 'run', '-A', '--no-check', '--quiet', fileOf('deno'))
  await echoes(await connect(url))
  const socket: Socket = await connect(url, { subprotocols: ['chat.v2'] })
  socket.send('[1]')
  assert.equal(await socket.receive(), '{"echo":[1]}')
  await socket.close()
})

test('the program for Workers', { skip: missing('runtimes') }, async (t) => {
  const socket = await connect(`ws://127.0.0.1:${await startWorker(t, fileOf('workers'))}/`)
  assert.equal(await socket.receive(), 'hello')
  await echoes(socket)
})

test('the program for crossws', async (t) => {
  await echoes(await connect(await urlOf(t, process.execPath, fileOf('crossws'))))
})
