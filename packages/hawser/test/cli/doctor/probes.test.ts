import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planElsewhere, planHandshakes } from '../../../src/cli/doctor/probes.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'

test('plans handshakes that differ in one thing each', () => {
  const plan = new Map(planHandshakes(readTarget('wss://app.example/chat'), ['chat']).map((probe) => [probe.id, probe]))
  const browser = plan.get('browser')
  assert.ok(browser !== undefined)
  assert.deepEqual(plan.get('no-origin'), { ...browser, id: 'no-origin', origin: undefined })
  assert.deepEqual(plan.get('no-compression'), { ...browser, id: 'no-compression', deflate: false })
  assert.deepEqual(plan.get('no-subprotocol'), { ...browser, id: 'no-subprotocol', subprotocols: [] })
  assert.deepEqual(plan.get('http-origin'), { ...browser, id: 'http-origin', origin: 'http://app.example' })
  assert.deepEqual(plan.get('http2-browser'), { ...browser, id: 'http2-browser', http: '2' })
  const { id: _, ...bare } = plan.get('rfc6455') ?? browser
  assert.deepEqual(bare, { url: browser.url, http: '1.1', origin: undefined, subprotocols: [], deflate: false, browserFields: false })
  assert.deepEqual(planElsewhere('direct', 'ws://b/'), { ...bare, id: 'direct', url: 'ws://b/' })
})

test('plans no probe that would be the same as another one', () => {
  const ids = planHandshakes(readTarget('ws://app.example/chat'), []).map(({ id }) => id)
  assert.equal(ids.includes('no-subprotocol'), false)
  assert.equal(ids.includes('http-origin'), false)
})
