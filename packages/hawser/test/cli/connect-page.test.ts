import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCli } from './memory-io.ts'
import { serveFor } from '../peers/test-server.ts'

interface Listed {
  readonly connections: readonly { readonly state: string; readonly role: string; readonly target: string; readonly problem: string }[]
}

test('serves a page of this client on loopback, which stays after the connection until it is interrupted', async (t) => {
  const server = await serveFor(t, { message: (socket, data) => void socket.send(data) })
  await using cli = new MemoryCli(['connect', '--inspect', '-m', 'x', '--one', server.url])
  const page = (await cli.sees(/^page (http:\/\/127\.0\.0\.1:\d+\/)\n/, 'stderr'))[1] ?? ''
  await cli.sees(/until you interrupt it/, 'stderr')
  const { connections } = (await (await fetch(`${page}connections`)).json()) as Listed
  assert.deepEqual(
    connections.map(({ state, role, target }) => [state, role, target]),
    [['CLOSED', 'client', server.url]],
  )
  assert.match(await (await fetch(page)).text(), /<title>hawser/)
  assert.equal((await fetch(page, { headers: { 'X-Forwarded-For': '1.2.3.4' } })).status, 403)
  cli.io.interrupt('SIGINT')
  assert.deepEqual([(await cli.ended).code, cli.stdout], [0, 'x\n'])
  await assert.rejects(fetch(page))
})

test('a handshake that fails is on the page too, and the exit code stays that of the failure', async (t) => {
  const server = await serveFor(t, { paths: ['/here'] })
  await using cli = new MemoryCli(['connect', '--inspect', server.url])
  const page = (await cli.sees(/^page (\S+)\n/, 'stderr'))[1] ?? ''
  await cli.sees(/until you interrupt it/, 'stderr')
  const { connections } = (await (await fetch(`${page}connections`)).json()) as Listed
  assert.deepEqual(
    connections.map(({ state }) => state),
    ['FAILED'],
  )
  cli.io.interrupt('SIGTERM')
  const { code } = await cli.ended
  assert.notEqual(code, 0)
})

test('an interrupt while it is connected ends both', async (t) => {
  const server = await serveFor(t, {})
  await using cli = new MemoryCli(['connect', '--inspect', '--stay', server.url])
  await cli.sees(/^page/, 'stderr')
  while (server.connections.size === 0) await new Promise((resolve) => void setImmediate(resolve))
  cli.io.stdin.end()
  cli.io.interrupt('SIGINT')
  assert.equal((await cli.ended).code, 130)
})
