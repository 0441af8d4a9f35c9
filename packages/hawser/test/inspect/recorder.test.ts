import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { connectionsOf } from './reports.ts'

test('keeps so many connections: the oldest that has ended goes first, then the oldest', async (t) => {
  const server = await serveFor(t, { paths: ['/'] })
  const page = inspect(server, { limits: { connections: 3 } })
  const ids = async (): Promise<number[]> => (await connectionsOf(page)).connections.map(({ id }) => id)
  const first = await connect(server.url)
  await assert.rejects(connect(`${server.url}no`))
  await connect(server.url)
  assert.deepEqual(await ids(), [3, 2, 1])
  await connect(server.url)
  assert.deepEqual(await ids(), [4, 3, 1])
  await connect(server.url)
  assert.deepEqual(await ids(), [5, 4, 3])
  assert.equal((await connectionsOf(page)).dropped, 2)
  // It is no longer shown, and works.
  first.send('x')
  await first.close()
  await assert.rejects(connect(`${server.url}no`))
  assert.deepEqual(await ids(), [6, 5, 4])
})
