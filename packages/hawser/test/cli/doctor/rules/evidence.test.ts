import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  blameBox,
  boxEvidence,
  boxIn,
  failed as failedIn,
  isHtml,
  isOrdinary,
  opened as openedIn,
  plainAnswer,
  plainFailure,
  quoteAnswer,
  seconds,
} from '../../../../src/cli/doctor/rules/evidence.ts'
import { answer, opened, refused, refusing, seen } from '../observations.ts'

test('a failure is plain only where no variant succeeds', () => {
  assert.equal(plainFailure(seen()), undefined)
  assert.equal(plainAnswer(refusing(refused(404)))?.status, 404)
  assert.equal(plainFailure(refusing(refused(404), { handshakes: { 'no-origin': opened() } })), undefined)
  assert.equal(openedIn(seen(), 'browser')?.outcome, 'opened')
  assert.equal(failedIn(seen(), 'browser'), undefined)
})

test('finds the box that answered itself before one that only passed on', () => {
  const both = refusing(refused(502, '<html><body><h1>502 Bad Gateway</h1>\n'), {
    raw: { ordinary: { answer: answer(200, '', { server: 'nginx' }), ms: 1 } },
    handshakes: { 'foreign-origin': refused(403, 'no', { server: 'nginx' }) },
  })
  assert.equal(boxIn(both)?.name, 'HAProxy')
  assert.deepEqual(blameBox(both, true), { blame: 'a box in between', box: 'HAProxy' })
  assert.match(boxEvidence(both)[0] ?? '', /^HAProxy is in between/)
  assert.deepEqual([blameBox(seen(), false), boxEvidence(seen())], [{ blame: 'the server or a box in between' }, []])
})

test('compares with the ordinary request, and quotes answers without markup', () => {
  const same = refusing(refused(404, 'no'), { raw: { ordinary: { answer: answer(404, 'no'), ms: 1 } } })
  assert.equal(isOrdinary(same, answer(404, 'no')), true)
  assert.equal(isOrdinary(same, answer(404, 'other')), false)
  assert.equal(isHtml(answer(200, '<!DOCTYPE html>')), true)
  assert.equal(isHtml(answer(200, '{}', { 'content-type': 'application/json' })), false)
  assert.equal(quoteAnswer(answer(404, '<p>not "here"</p>')), 'the answer is 404: "not \\"here\\""')
  assert.equal(quoteAnswer(answer(204)), 'the answer is 204, without content')
  assert.deepEqual([20, 1540, 60_000].map(seconds), ['20 ms', '1.5 s', '60 s'])
})
