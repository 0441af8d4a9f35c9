import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validateUpgradeResponse } from '../../../src/core/http1/upgrade-response.ts'
import { flag } from '../handshake/extensions.ts'
import { parseResponse } from './exchange.ts'
import type { OpeningFailure, OpeningResult } from '../../../src/core/handshake/client-handshake.ts'
import type { SentUpgrade } from '../../../src/core/http1/upgrade-response.ts'

const sent: SentUpgrade = { accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', subprotocols: [], extensions: [], noSubprotocol: 'refuse' }
type Changes = Record<string, string | readonly string[] | undefined>

function validate(changes: Changes = {}, wanted: Partial<SentUpgrade> = {}, line = 'HTTP/1.1 101 Switching Protocols'): OpeningResult {
  const fields: Changes = { Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Accept': sent.accept, ...changes }
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => `${name}: ${one}\r\n`)))
  const result = parseResponse(`${line}\r\n${lines.join('')}\r\n`)
  assert.ok(result.kind === 'head')
  return validateUpgradeResponse(result.head, { ...sent, ...wanted })
}

function failureOf(changes: Changes, wanted: Partial<SentUpgrade> = {}, line?: string): OpeningFailure {
  const result = validate(changes, wanted, line)
  assert.ok(!result.ok, `accepted: ${JSON.stringify(changes)}`)
  return result
}

test('a valid 101 opens the connection [RFC 6455 §4.1]', () => {
  assert.deepEqual(validate(), { ok: true, subprotocol: undefined, extensions: [] })
  assert.ok(validate({ 'X-Other': 'x', Server: 'y' }, {}, 'HTTP/1.1 101').ok)
})

test('a status other than 101 fails with its status and a likely cause [RC17]', () => {
  const failure = failureOf({ 'Content-Type': 'text/html' }, {}, 'HTTP/1.1 200 OK')
  assert.deepEqual([failure.stage, failure.rule.id], ['response', 'RC17'])
  assert.match(failure.hint ?? '', /is a proxy stripping Upgrade, or is the path wrong\?/)
  assert.equal(failureOf({}, {}, 'HTTP/1.1 202 Accepted').rule.id, 'RC17')
})

test('the failure has the versions of a 426, from one line or several [RS7, RS13, RFC 6455 §4.4]', () => {
  const failure = failureOf({ 'Sec-WebSocket-Version': ['8, 7', '25', 'x', '8'] }, {}, 'HTTP/1.1 426 Upgrade Required')
  assert.deepEqual(failure.supportedVersions, ['8', '7', '25'])
  assert.match(failure.hint ?? '', /speaks only version 8, 7, 25/)
})

test('Upgrade missing, twice or other than websocket in any case fails [RC18]', () => {
  for (const value of [undefined, '', 'h2c', 'websocket, foo', 'websocket/13', ['websocket', 'websocket']]) {
    assert.deepEqual([failureOf({ Upgrade: value }).rule.id, failureOf({ Upgrade: value }).stage], ['RC18', 'response'], String(value))
  }
  assert.ok(validate({ Upgrade: 'WebSocket' }).ok)
})

test('Connection missing or without the option Upgrade fails [RC19]', () => {
  for (const value of [undefined, '', 'keep-alive', 'upgraded', 'Up grade', '"Upgrade"'])
    assert.equal(failureOf({ Connection: value }).rule.id, 'RC19', String(value))
  for (const value of ['upgrade', 'keep-alive, UPGRADE', ['keep-alive', 'Upgrade']]) assert.ok(validate({ Connection: value }).ok)
})

test('Sec-WebSocket-Accept missing or wrong fails, surrounding whitespace does not count [RC20]', () => {
  for (const value of [undefined, '', 'x', sent.accept.toLowerCase(), `${sent.accept}=`, `"${sent.accept}"`, `${sent.accept} ${sent.accept}`]) {
    const failure = failureOf({ 'Sec-WebSocket-Accept': value })
    assert.deepEqual([failure.rule.id, failure.stage], ['RC20', 'accept'], value)
  }
  assert.ok(validate({ 'Sec-WebSocket-Accept': `  \t${sent.accept} ` }).ok)
})

test('extensions that were not offered, are repeated or do not follow the grammar fail [RC21, RFC 6455 §9.1]', () => {
  const extensions = [flag('a'), flag('b')]
  for (const value of ['c', 'a, c', 'a, a', 'a;', '', ',', 'a; x="', 'a b', '__proto__', 'a; unknown']) {
    const failure = failureOf({ 'Sec-WebSocket-Extensions': value }, { extensions })
    assert.deepEqual([failure.rule.id, failure.stage], ['RC21', 'extensions'], value)
  }
  const result = validate({ 'Sec-WebSocket-Extensions': 'b, ,a' }, { extensions })
  assert.ok(result.ok)
  assert.deepEqual(
    result.extensions.map(({ element }) => element.name),
    ['b', 'a'],
  )
  assert.equal(failureOf({ 'Sec-WebSocket-Extensions': 'a' }).rule.id, 'RC21')
})

test('a subprotocol that was not offered fails, also when none was [RC22]', () => {
  for (const [value, subprotocols] of [
    ['x', ['soap']],
    ['SOAP', ['soap']],
    ['soap', []],
    ['constructor', ['soap']],
  ] as const) {
    const failure = failureOf({ 'Sec-WebSocket-Protocol': value }, { subprotocols })
    assert.deepEqual([failure.rule.id, failure.stage], ['RC22', 'subprotocol'], value)
  }
  const result = validate({ 'Sec-WebSocket-Protocol': 'wamp' }, { subprotocols: ['soap', 'wamp'] })
  assert.ok(result.ok)
  assert.equal(result.subprotocol, 'wamp')
})

test('a subprotocol that is empty, a list or no token fails [RC23]', () => {
  for (const value of ['', 'soap, wamp', 'so ap', '\xff'])
    assert.equal(failureOf({ 'Sec-WebSocket-Protocol': value }, { subprotocols: ['soap', 'wamp'] }).rule.id, 'RC23', value)
})

test('Accept, Protocol or Extensions on two lines fail, even where they are equal [RC23, RS12, RFC 6455 §11.3]', () => {
  for (const [name, value] of [
    ['Sec-WebSocket-Accept', sent.accept],
    ['Sec-WebSocket-Protocol', 'soap'],
    ['Sec-WebSocket-Extensions', 'a'],
  ] as const) {
    assert.equal(
      failureOf({ [name]: [value, value] }, { subprotocols: ['soap'], extensions: [flag('a')], noSubprotocol: 'accept' }).rule.id,
      'RS12',
      name,
    )
  }
})

test('a 101 of HTTP/1.0 fails [RC23]', () => {
  assert.equal(failureOf({}, {}, 'HTTP/1.0 101 x').rule.id, 'RC23')
})

test('if none of the offered subprotocols is selected, the policy decides: fail like browsers, or accept [RFC 6455 §4.1, WHATWG WebSockets]', () => {
  const failure = failureOf({}, { subprotocols: ['soap'] })
  assert.deepEqual([failure.stage, failure.rule.level], ['subprotocol', 'policy'])
  assert.deepEqual(validate({}, { subprotocols: ['soap'], noSubprotocol: 'accept' }), { ok: true, subprotocol: undefined, extensions: [] })
})

test('a 101 ends with its head, whatever Content-Length or Transfer-Encoding it has [H10, RFC 9112 §6.3]', () => {
  assert.ok(validate({ 'Content-Length': '5' }).ok)
  assert.ok(validate({ 'Transfer-Encoding': 'chunked' }).ok)
})

test('the checks run in the order of the standard, and the first broken rule is reported [RFC 6455 §4.1, H2]', () => {
  const broken = { Upgrade: 'h2c', Connection: 'close', 'Sec-WebSocket-Accept': 'x', 'Sec-WebSocket-Protocol': 'x', 'Sec-WebSocket-Extensions': 'x' }
  const rules: (string | undefined)[] = [failureOf(broken, {}, 'HTTP/1.1 404 x').rule.id]
  const repairs: Changes = {}
  for (const [name, value] of [
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', sent.accept],
    ['Sec-WebSocket-Protocol', undefined],
  ] as const) {
    rules.push(failureOf({ ...broken, ...repairs }).rule.id)
    repairs[name] = value
  }
  rules.push(failureOf({ ...broken, ...repairs }).rule.id)
  assert.deepEqual(rules, ['RS8', 'RC18', 'RC19', 'RC20', 'RC22', 'RC21'])
})
