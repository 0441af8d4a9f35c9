import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { serve } from '../../src/index.ts'
import { MemoryCli, runHere } from './memory-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-replay-session-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'session.jsonl')
writeFileSync(file, '{"t":0,"event":"sent","type":"text","data":"now"}\n{"t":600000,"event":"sent","type":"text","data":"much later"}\n')

async function echoServer() {
  let tellClose: (code: number) => void = () => {}
  const closed = new Promise<number>((resolve) => {
    tellClose = resolve
  })
  const server = await serve({
    port: 0,
    message: (socket, message) => (message === 'now' ? socket.send(message) : undefined),
    close: (_socket, info) => tellClose(info.code),
  })
  return { server, closed, url: server.url, [Symbol.asyncDispose]: () => server.close() }
}

test('an interrupt ends a pause and closes with 1001', async () => {
  await using echo = await echoServer()
  await using cli = new MemoryCli(['replay', file, echo.url])
  await cli.sees(/now\n/)
  cli.io.interrupt('SIGINT')
  assert.equal((await cli.ended).code, exitCodes.interrupted)
  assert.equal(await echo.closed, 1001)
})

test('a server that closes ends a pause, and its close code decides', async () => {
  for (const [closeCode, code] of [
    [1000, exitCodes.clean],
    [1011, exitCodes.closedWithError],
  ] as const) {
    await using echo = await echoServer()
    await using cli = new MemoryCli(['replay', file, echo.url])
    await cli.sees(/now\n/)
    for (const socket of echo.server.connections) void socket.close(closeCode)
    assert.equal((await cli.ended).code, code)
  }
})

test('a refused handshake ends it as it ends connect', async () => {
  await using server = await serve({ port: 0, paths: ['/other'], message() {} })
  const { code, stderr } = await runHere(['replay', file, server.url])
  assert.equal(code, exitCodes.refused)
  assert.match(stderr, /404/)
})
