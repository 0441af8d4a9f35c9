import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryServer } from '../../src/testing/index.ts'
import { crosswsServer } from '../../src/fetch/index.ts'
import { openingOf } from '../fetch/doubles.ts'

/** The status codes of one refusal by a server over bytes and by one over the requests of a platform. */
async function both(options: object, path: string, subprotocols: string[]): Promise<[number, number]> {
  const server = memoryServer({ message() {}, ...options } as never)
  const overBytes = await server.connect(`ws://a.example${path}`, { subprotocols } as never).then(
    () => 101,
    (error: { status: number }) => error.status,
  )
  const fields = subprotocols.length === 0 ? {} : { 'sec-websocket-protocol': subprotocols.join(', ') }
  const answer = await crosswsServer({ message() {}, ...options } as never).hooks.upgrade(openingOf(path, fields))
  return [overBytes, answer instanceof Response ? answer.status : 101]
}

test('path, subprotocol and the hook decide alike over bytes and over the requests of a platform, in this order', async () => {
  const hook = (): Response => new Response(null, { status: 403 })
  assert.deepEqual(await both({}, '/', []), [101, 101])
  assert.deepEqual(await both({ paths: ['/a'], subprotocols: ['x'], noSubprotocol: 'refuse', upgrade: hook }, '/b', []), [404, 404])
  assert.deepEqual(await both({ paths: ['/a'], subprotocols: ['x'], noSubprotocol: 'refuse', upgrade: hook }, '/a', ['y']), [400, 400])
  assert.deepEqual(await both({ paths: ['/a'], subprotocols: ['x'], noSubprotocol: 'refuse', upgrade: hook }, '/a', ['x']), [403, 403])
})
