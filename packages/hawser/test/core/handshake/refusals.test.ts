import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  refuse,
  refuseForFailure,
  refuseForNow,
  refuseLate,
  refuseMethod,
  refuseOrigin,
  refusePath,
  refusePlainRequest,
  refuseVersion,
} from '../../../src/core/handshake/refusals.ts'
import { RULES } from '../../../src/core/handshake/rules.ts'

test('each refusal has the status code that its rule asks for [RS1, RS6, RS7, RS8]', () => {
  const statuses = [
    refuseVersion('', '1.1'),
    refuseOrigin(''),
    refusePath('/x'),
    refuseMethod(''),
    refusePlainRequest(''),
    refuseForNow('', 1, 'server-draining'),
    refuseLate(''),
    refuseForFailure(),
  ].map(({ status }) => status)
  assert.deepEqual(statuses, [426, 403, 404, 405, 426, 503, 408, 500])
  assert.equal(refuse(400, 'RS1', 'x').rule, RULES.RS1)
})

test('over HTTP/2 and HTTP/3 a version is refused with 400, since a 426 needs Upgrade [RFC 9110 §15.5.22, RS7, H3]', () => {
  for (const httpVersion of ['2', '3'] as const) {
    const refusal = refuseVersion('x', httpVersion)
    assert.deepEqual([refusal.status, refusal.fields], [400, [['sec-websocket-version', '13']]])
  }
})

test('refusals for which the connection is over say so [RFC 9112 §9.6]', () => {
  assert.deepEqual(
    [refuseForNow('', 1, 'server-draining'), refuseLate(''), refuseForFailure(), refuseOrigin(''), refusePath('/')].map(({ close }) => close),
    [true, true, true, false, false],
  )
})
