import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TargetError } from '../../src/cli/bridge/target.ts'
import type { BridgeRequest, BridgeTargets } from '../../src/cli/bridge/target.ts'
import { serveHandlers } from '../../src/cli/serve-handlers.ts'
import { ServeLog } from '../../src/cli/serve-log.ts'
import { MemoryIo } from './memory-io.ts'

const log = new ServeLog(new MemoryIo(), { json: false, quiet: true, verbose: false })
const request = {
  path: '/a',
  url: new URL('ws://h/a?b=c'),
  origin: undefined,
  subprotocols: ['x'],
  remoteAddress: '127.0.0.1',
} as unknown as Parameters<NonNullable<ReturnType<typeof serveHandlers>['upgrade']>>[0]
const control = { signal: new AbortController().signal }

test('numbers connections, and opens a target for each from what its request says', async () => {
  const asked: BridgeRequest[] = []
  const target = { start() {}, message: () => undefined, end() {} }
  const targets: BridgeTargets = {
    async open(from) {
      asked.push(from)
      return target
    },
    async endAll() {},
  }
  const { upgrade } = serveHandlers(log, targets, () => {})
  for (const number of [1, 2]) assert.deepEqual(await upgrade?.(request, control), { context: { number, path: '/a', target } })
  assert.deepEqual(asked[0], { path: '/a', query: 'b=c', origin: undefined, subprotocols: ['x'], remoteAddress: '127.0.0.1' })
  assert.deepEqual(serveHandlers(log, undefined, () => {}).upgrade?.(request, control), { context: { number: 1, path: '/a', target: undefined } })
})

test('refuses with the status of a target that fails, and tells only the operator why', async () => {
  const told: string[] = []
  const failing: BridgeTargets = {
    open: () => Promise.reject(new TargetError('tcp:10.0.0.1:22 cannot be reached', 502)),
    async endAll() {},
  }
  const answer = (await serveHandlers(log, failing, (text) => told.push(text())).upgrade?.(request, control)) as Response
  assert.equal(answer.status, 502)
  assert.doesNotMatch(await answer.text(), /10\.0\.0\.1/)
  assert.deepEqual(told, ['tcp:10.0.0.1:22 cannot be reached'])
})
