import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from '../../../../src/cli/exit-codes.ts'
import { names, ownPage, retryAfter, says, theBox, whenAnswered } from '../../../../src/cli/doctor/rules/answered.ts'
import { answer, opened, refused, refusing, seen } from '../observations.ts'

const rule = whenAnswered(
  'an-id',
  ({ status }) => status === 404,
  () => ({ title: 'A title.', blame: 'the URL', because: ['a reason'], advice: [] }),
)

test('a rule about a refusal quotes it first', () => {
  assert.deepEqual(rule.diagnose(refusing(refused(404, 'none'))), {
    title: 'A title.',
    blame: 'the URL',
    advice: [],
    evidence: ['the answer is 404: "none"', 'a reason'],
  })
  assert.deepEqual([rule.id, rule.severity, rule.exit], ['an-id', 'problem', exitCodes.refused])
})

test('it says nothing of other status codes, and where some variant succeeds', () => {
  assert.equal(rule.diagnose(refusing(refused(403))), undefined)
  assert.equal(rule.diagnose(refusing(refused(404), { handshakes: { 'no-origin': opened() } })), undefined)
  assert.equal(rule.diagnose(seen()), undefined)
})

test('tells who wrote an answer, and what it says without its markup', () => {
  const page = answer(502, '<html><body><h1>502 Bad Gateway</h1>\n')
  assert.match(ownPage(page)?.[0] ?? '', /^HAProxy wrote this answer itself/)
  assert.equal(ownPage(answer(502, 'no', { server: 'nginx' })), undefined)
  assert.deepEqual([names(page, seen()), names(answer(502), seen())], [{ box: 'HAProxy' }, {}])
  assert.equal(says(answer(400, '<b>Upgrade</b> is missing'), /^\s*Upgrade\s+is missing/), true)
  assert.deepEqual([theBox('nginx'), theBox(undefined)], ['nginx', 'A box in between'])
  assert.deepEqual([retryAfter(answer(503, '', { 'Retry-After': '5' })), retryAfter(answer(503))], [['its Retry-After is 5'], []])
})
