import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createAdmission } from '../../src/inspect/page-admission.ts'

const request = (
  remoteAddress: string | undefined,
  headers: Record<string, string> = { host: 'localhost:1' },
  httpVersion = '1.1',
): IncomingMessage => ({ socket: { remoteAddress }, headers, httpVersion }) as unknown as IncomingMessage

test('without authorize, only this machine sees the page, and directly', () => {
  const admit = createAdmission(undefined, () => undefined)
  const status = (...from: Parameters<typeof request>) => {
    const answer = admit(request(...from))
    return answer === true ? 200 : (answer as { status: number }).status
  }
  for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) assert.equal(status(address), 200, address)
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', undefined, '1270.0.0.1']) assert.equal(status(address), 403, address)
  assert.equal(status('::1', { ':authority': 'localhost:1' }), 200)
  // DNS rebinding, and a proxy on the same machine.
  assert.equal(status('127.0.0.1', { host: 'evil.example' }), 421)
  assert.equal(status('127.0.0.1', {}), 421)
  for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])
    assert.equal(status('127.0.0.1', { host: 'localhost', [name]: '1.2.3.4' }), 403)
  assert.equal(status('127.0.0.1', { host: 'localhost' }, '1.0'), 403)
})

test('with authorize, it decides, and only true is yes', async () => {
  const errors: unknown[] = []
  const status = async (authorize: () => unknown): Promise<number> => {
    const answer = await createAdmission(authorize as () => boolean, (error) => errors.push(error))(request('10.0.0.1', { host: 'app.example' }))
    return answer === true ? 200 : answer.status
  }
  assert.equal(await status(() => true), 200)
  assert.equal(await status(async () => true), 200)
  for (const no of [false, undefined, 1, 'yes', {}]) assert.deepEqual([await status(() => no), await status(async () => no)], [403, 403])
  assert.deepEqual(errors, [])
  assert.equal(
    await status(() => {
      throw new Error('a')
    }),
    500,
  )
  assert.equal(await status(() => Promise.reject(new Error('b'))), 500)
  assert.deepEqual(
    errors.map((error) => (error as Error).message),
    ['a', 'b'],
  )
})
