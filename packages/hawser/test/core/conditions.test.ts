import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditionPages, linkOf } from '../../src/core/conditions.ts'
import { ConnectionError, HandshakeError } from '../../src/core/errors.ts'
import { refuse, refuseForNow } from '../../src/core/handshake/refusals.ts'
import { RULES } from '../../src/core/handshake/rules.ts'
import { HTTP2_RULES } from '../../src/core/http2/rules.ts'

test('names are fit for an anchor of a page, and unlike each other', () => {
  const pages = conditionPages()
  for (const condition of pages.keys()) assert.match(condition, /^[a-z]+\d?(?:-[a-z\d]+)*$/)
  assert.equal(new Set(pages.values()).size, 3)
})

test('a link is to the section of its page', () => {
  assert.match(linkOf('errors-handshake', 'tcp-refused'), /\/docs\/errors-handshake\.md#tcp-refused$/)
  assert.match(linkOf('errors-refusals', 'request-origin'), /\/docs\/errors-refusals\.md#request-origin$/)
  assert.match(linkOf('errors-connection', 'slow-consumer'), /\/docs\/errors-connection\.md#slow-consumer$/)
})

test('an error has the condition it is given, or that of its stage or close code', () => {
  const failed = { stage: 'tcp', fault: 'network' } as const
  assert.equal(new HandshakeError('m', failed).condition, 'tcp-failed')
  assert.equal(new HandshakeError('m', { ...failed, condition: 'tcp-refused' }).condition, 'tcp-refused')
  const ended = { fault: 'peer', closeCode: 1002 } as const
  assert.equal(new ConnectionError('m', ended).condition, 'protocol-error')
  assert.equal(new ConnectionError('m', { ...ended, condition: 'frame-opcode' }).condition, 'frame-opcode')
})

test('a refusal has the condition of its rule, or its own', () => {
  assert.equal(refuse(403, 'RS6', 'm').condition, 'request-origin')
  assert.equal(refuse(400, HTTP2_RULES.path, 'm').condition, 'request-http2')
  assert.equal(refuseForNow('m', 1, 'server-memory').condition, 'server-memory')
  // Rules of responses cause no refusal; those of requests have a condition of their own.
  for (const id of Object.keys(RULES) as (keyof typeof RULES)[]) {
    if (/^(?:RS[1-9](?:\.|$)|H[789]|H14|start-line)/.test(id)) assert.notEqual(refuse(400, id, 'm').condition, 'request-http2', id)
  }
})
