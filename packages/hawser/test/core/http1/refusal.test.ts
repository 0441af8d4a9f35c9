import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuse, refuseForNow, refuseMethod } from '../../../src/core/handshake/refusals.ts'
import { reasonPhrase, serializeRefusal, serializeResponseHead } from '../../../src/core/http1/refusal.ts'
import { open, parseResponse, requestText, sameOrigin } from './exchange.ts'
import type { Refusal } from '../../../src/core/handshake/server-handshake.ts'
import type { ResponseHead } from '../../../src/core/http1/response-head.ts'

function respond(refusal: Refusal): { head: ResponseHead; content: string } {
  const raw = serializeRefusal(refusal)
  const result = parseResponse(raw)
  assert.ok(result.kind === 'head')
  return { head: result.head, content: raw.slice(result.consumed) }
}

function refusalOf(raw: string): Refusal {
  const outcome = open(raw, sameOrigin)
  assert.ok(!outcome.ok)
  return outcome.refusal
}

const refused: Record<string, Refusal> = {
  version: refusalOf(requestText({ 'Sec-WebSocket-Version': '12' })),
  method: refusalOf(requestText({}, 'POST / HTTP/1.1')),
  key: refusalOf(requestText({ 'Sec-WebSocket-Key': 'x' })),
  origin: refusalOf(requestText({ Origin: 'http://evil.example' })),
  host: refusalOf(requestText({ Host: undefined })),
  content: refusalOf(requestText({ 'Content-Length': '9' })),
  line: refusalOf('GET\r\n\r\n'),
  fields: refusalOf(`GET / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}`),
  busy: refuseForNow('the server is full', 5, 'server-connections'),
}

test('every refusal is complete HTTP: its Content-Length is that of its content, no Accept, no Upgrade but in a 426 [S12.9, RFC 9112 §6.3]', () => {
  for (const [what, refusal] of Object.entries(refused)) {
    const { head, content } = respond(refusal)
    assert.equal(head.status, refusal.status)
    assert.equal(head.statusText, reasonPhrase(refusal.status))
    assert.equal(head.fields.get('content-length'), String(content.length), what)
    assert.equal(head.fields.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(head.fields.has('sec-websocket-accept'), false)
    assert.equal(head.fields.has('upgrade'), refusal.status === 426)
    assert.equal(/\bclose\b/.test(head.fields.get('connection') ?? ''), refusal.close)
    assert.match(content, /^[\x20-\x7e\n]*$/)
  }
})

test('a refusal names the error, the rule and the section [RS1]', () => {
  const { content } = respond(refused['key']!)
  assert.match(content, /^400 Bad Request\n\nSec-WebSocket-Key "x" is not the base64 of 16 bytes\n/)
  assert.match(content, /RFC 6455 section 4\.2\.1 \(RS2\)/)
})

test('a 426 carries Upgrade, its Connection option and the version list [H3, S12.10, RS7, RFC 9110 §15.5.22]', () => {
  const { fields } = respond(refused['version']!).head
  assert.deepEqual(
    [fields.values('upgrade'), fields.values('connection'), fields.values('sec-websocket-version')],
    [['websocket'], ['Upgrade'], ['13']],
  )
  const closing = respond({ ...refused['version']!, close: true }).head
  assert.deepEqual(closing.fields.values('connection'), ['Upgrade, close'])
})

test('a 405 has Allow, and the answer to HEAD has no content but its length [H5, RFC 9110 §9.3.2, §15.5.6]', () => {
  assert.equal(respond(refused['method']!).head.fields.get('allow'), 'GET')
  const raw = serializeRefusal(refuseMethod('no'), { head: true })
  assert.match(raw, /\r\n\r\n$/)
  assert.match(raw, /Content-Length: [1-9]/)
})

test('a refusal of a full server says when to try again [S12.29]', () => {
  const { fields } = respond(refused['busy']!).head
  assert.deepEqual([fields.get('retry-after'), fields.get('connection')], ['5', 'close'])
})

test('text from a peer is shown in ASCII, without control characters and with a bounded length [RS1]', () => {
  const { content } = respond(refusalOf(requestText({ 'Sec-WebSocket-Key': `\xff<script>${'x'.repeat(5000)}` })))
  assert.match(content, /"\\xff<script>x+\.\.\."/)
  assert.ok(content.length < 500)
  assert.match(respond(refuse(400, 'RS1', 'caf\u00e9 \u2028')).content, /caf\\u00e9 \\u2028/)
})

test('an application answers with its own status and fields; framing and WebSocket fields are omitted [S12.31, S12.32]', () => {
  const raw = serializeResponseHead({
    status: 401,
    fields: [
      ['WWW-Authenticate', 'Bearer'],
      ['Content-Length', '99'],
      ['Transfer-Encoding', 'chunked'],
      ['Connection', 'x'],
      ['Sec-WebSocket-Accept', 'x'],
      ['Upgrade', 'h2c'],
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ],
    contentLength: 3,
    close: false,
  })
  assert.equal(raw, 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 3\r\n\r\n')
})

test('CRLF in a redirect target or a reason phrase cannot split a response [RFC 9110 §5.5]', () => {
  const base = { status: 302, contentLength: 0, close: false }
  assert.throws(() => serializeResponseHead({ ...base, fields: [['Location', '/a\r\nSet-Cookie: x']] }), TypeError)
  assert.throws(() => serializeResponseHead({ ...base, fields: [['X\r\nY', 'a']] }), TypeError)
  assert.match(serializeResponseHead({ ...base, statusText: 'x\r\nA: b', fields: [] }), /^HTTP\/1\.1 302 Found\r\n/)
})

test('204 and 304 have no content and no length [RFC 9110 §8.6]', () => {
  for (const status of [204, 304])
    assert.doesNotMatch(serializeResponseHead({ status, fields: [], contentLength: 0, close: false }), /Content-Length/)
})

test('the Date of a server with a clock is sent [RFC 9110 §6.6.1]', () => {
  assert.match(serializeRefusal(refused['key']!, { date: 'Sun, 06 Nov 1994 08:49:37 GMT' }), /\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n/)
})
