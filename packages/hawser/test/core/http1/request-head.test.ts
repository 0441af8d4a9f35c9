import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_HEAD_LIMITS } from '../../../src/core/http1/head-limits.ts'
import { RequestHeadParser } from '../../../src/core/http1/request-head.ts'
import { growth, LINEAR } from '../growth.ts'
import { text } from '../platform.ts'
import { bytewise, latin1, parseRequest, requestText } from './exchange.ts'
import type { RequestHead } from '../../../src/core/http1/request-head.ts'
import type { Refusal } from '../../../src/core/handshake/server-handshake.ts'

function headOf(raw: string | Uint8Array[]): RequestHead {
  const result = parseRequest(raw)
  assert.ok(result.kind === 'head', result.kind === 'refused' ? result.refusal.message : result.kind)
  return result.head
}

function refusalOf(raw: string, limits = DEFAULT_HEAD_LIMITS): Refusal {
  const whole = parseRequest(raw, limits)
  assert.ok(whole.kind === 'refused', `${whole.kind}: ${raw.slice(0, 80)}`)
  const split = parseRequest(bytewise(raw), limits)
  assert.deepEqual(split, whole, 'one byte per chunk must end the same')
  assert.equal(whole.refusal.close, true)
  return whole.refusal
}

const request = requestText({ 'x-CaSe': ' \t two  words \t', Cookie: ['a=1', 'b=2'] })

test('a request that comes one byte per chunk is read like a whole one [S12.1, RFC 9112 §2.2]', () => {
  assert.deepEqual(headOf(bytewise(request)), headOf(request))
})

test('a request cut in two at every byte is read the same, and what follows it is left over [S12.2]', () => {
  const bytes = latin1(`${request}\x81\x80frames`)
  const expected = headOf(request)
  for (let cut = 1; cut < bytes.length; cut++) {
    const parser = new RequestHeadParser(DEFAULT_HEAD_LIMITS, text)
    const first = parser.push(bytes.subarray(0, cut))
    const result = first.kind === 'more' ? parser.push(bytes.subarray(cut)) : first
    assert.ok(result.kind === 'head')
    assert.deepEqual(result.head, expected)
    const before = first.kind === 'more' ? cut : 0
    assert.equal(before + result.consumed, request.length, `cut at ${cut}`)
  }
})

test('names, values and order stay as they were on the wire; surrounding whitespace does not [RFC 9112 §5.1]', () => {
  const head = headOf(request)
  assert.deepEqual([...head.fields].slice(-3), [
    ['x-CaSe', 'two  words'],
    ['Cookie', 'a=1'],
    ['Cookie', 'b=2'],
  ])
  assert.equal(`${head.text}\r\n`, request)
  assert.equal(head.method, 'GET')
  assert.equal(head.target, '/chat')
  assert.equal(head.httpVersion, '1.1')
})

test('a chunk may be reused by its owner once it was pushed', () => {
  const parser = new RequestHeadParser(DEFAULT_HEAD_LIMITS, text)
  const bytes = latin1(request)
  const chunk = bytes.slice(0, 30)
  assert.equal(parser.push(chunk).kind, 'more')
  chunk.fill(0)
  const result = parser.push(bytes.subarray(30))
  assert.ok(result.kind === 'head')
  assert.equal(result.head.target, '/chat')
})

test('one parser reads one request after another [S12.7]', () => {
  const parser = new RequestHeadParser(DEFAULT_HEAD_LIMITS, text)
  for (const cut of [5, request.length, 40]) {
    const bytes = latin1(request)
    const first = parser.push(bytes.subarray(0, cut))
    assert.equal((first.kind === 'more' ? parser.push(bytes.subarray(cut)) : first).kind, 'head')
    assert.equal(parser.isInsideHead, false)
  }
})

test('whether a head has begun is known, for the deadline of S12.3', () => {
  const parser = new RequestHeadParser(DEFAULT_HEAD_LIMITS, text)
  assert.equal(parser.isInsideHead, false)
  parser.push(latin1('GE'))
  assert.equal(parser.isInsideHead, true)
})

test('an empty line or two before the request line is ignored, a stream of them is not [RFC 9112 §2.2]', () => {
  assert.equal(headOf(`\r\n\r\n${request}`).text, headOf(request).text)
  assert.equal(refusalOf('\r\n'.repeat(100)).status, 400)
})

test('a request line of 8000 bytes works, a longer one than the limit is answered 414 [H14, RFC 9112 §3]', () => {
  const line = (length: number): string => `GET /${'a'.repeat(length - 14)} HTTP/1.1`
  assert.equal(headOf(requestText({}, line(8000))).target.length, 8000 - 13)
  assert.equal(headOf(requestText({}, line(8192))).target.length, 8192 - 13)
  const refusal = refusalOf(requestText({}, line(8193)))
  assert.deepEqual([refusal.status, refusal.rule?.id], [414, 'H14'])
  for (const filler of ['a', ' ', '\t', '\x00', '\r', '\xff'])
    assert.notEqual(parseRequest(`GET /${filler.repeat(9000)}`).kind, 'more', JSON.stringify(filler))
})

test('a field section larger than its limit is answered 431 at once, even without any CRLF [RS14, RFC 6585 §5]', () => {
  const limits = { ...DEFAULT_HEAD_LIMITS, fieldSection: 200 }
  const head = (size: number): string => `GET / HTTP/1.1\r\nHost: ${'a'.repeat(size - 8)}\r\n\r\n`
  assert.equal(parseRequest(head(200), limits).kind, 'head')
  assert.equal(parseRequest(bytewise(head(200)), limits).kind, 'head')
  assert.equal(refusalOf(head(201), limits).status, 431)
  for (const filler of ['a', ' ', ':', '\t', '\x00', '\r', '\xff']) {
    const refusal = refusalOf(`GET / HTTP/1.1\r\nHost: ${filler.repeat(500)}`, limits)
    assert.equal(refusal.status, 431, JSON.stringify(filler))
  }
  assert.equal(refusalOf(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(100)}`, limits).status, 431)
})

test('more field lines than the limit are answered 431: 2000 fields with Upgrade last are never read as a plain request [RS14]', () => {
  const raw = `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(2000)}Upgrade: websocket\r\n\r\n`
  assert.equal(refusalOf(raw).status, 431)
  assert.equal(refusalOf(raw, { ...DEFAULT_HEAD_LIMITS, fieldSection: 100_000 }).status, 431)
  assert.equal(parseRequest(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(100)}\r\n`).kind, 'head')
  assert.equal(refusalOf(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(101)}\r\n`).status, 431)
  const many = parseRequest(raw, { ...DEFAULT_HEAD_LIMITS, fieldSection: 100_000, fields: 3000 })
  assert.ok(many.kind === 'head')
  assert.equal(many.head.fields.get('upgrade'), 'websocket')
})

test('a request line that is not method SP target SP version is answered 400 [RS2, RFC 9112 §3]', () => {
  for (const line of [
    'GET',
    'GET /',
    'GET  / HTTP/1.1',
    'GET /  HTTP/1.1',
    'GET / HTTP/1.1 ',
    ' GET / HTTP/1.1',
    'GET / x HTTP/1.1',
    'G(T / HTTP/1.1',
    'GET\t/ HTTP/1.1',
    'GET / http/1.1',
    'GET / HTTP/1',
    'GET / HTTP/1.10',
    'GET / HTTPS/1.1',
    'GET / HTTP/1.1\x00',
    'GET /\x00 HTTP/1.1',
    'GET /\r HTTP/1.1',
    'G\xcbT / HTTP/1.1',
  ]) {
    assert.equal(refusalOf(requestText({}, line)).status, 400, line)
  }
})

test('another major version of HTTP is answered 505, the preface of HTTP/2 too [RFC 9110 §15.6.6]', () => {
  for (const version of ['HTTP/2.0', 'HTTP/0.9', 'HTTP/3.0']) assert.equal(refusalOf(requestText({}, `GET / ${version}`)).status, 505)
  assert.equal(refusalOf('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n').status, 505)
})

test('bytes that cannot be a request, such as a TLS record, are refused at the first byte [RFC 9112 §3]', () => {
  assert.match(refusalOf('\x16\x03\x01').message, /TLS/)
  for (const first of ['\x00', '{', '\xff', '<', ':']) assert.equal(refusalOf(first).status, 400)
})

test('whitespace before the colon, a folded value, a bare CR and whitespace before the first field are answered 400 [H8, RFC 9112 §2.2, §5.1, §5.2]', () => {
  const cases: [string, RegExp][] = [
    ['Host : h\r\n', /whitespace between/],
    ['Host\t: h\r\n', /whitespace between/],
    ['Host: h\r\n folded\r\n', /folded/],
    ['Host: h\r\n\tfolded\r\n', /folded/],
    [' Host: h\r\n', /before the first field/],
    ['Host: a\rb\r\n', /bare CR/],
    ['Host: a\r\r\n', /bare CR/],
    ['Ho\rst: a\r\n', /not a field name/],
  ]
  for (const [lines, message] of cases) {
    const refusal = refusalOf(`GET / HTTP/1.1\r\n${lines}\r\n`)
    assert.equal(refusal.status, 400)
    assert.equal(refusal.rule?.document, lines.startsWith('Ho\r') ? 'RFC 9110' : 'RFC 9112')
    assert.match(refusal.message, message)
  }
})

test('a line that ends in LF alone is answered 400 at once [policy, RFC 9112 §2.2]', () => {
  for (const raw of ['GET / HTTP/1.1\n', 'GET / HTTP/1.1\r\nHost: h\n', 'GET / HTTP/1.1\r\nHost: h\r\n\n', '\n']) {
    assert.equal(refusalOf(raw).rule?.section, '2.2', JSON.stringify(raw))
  }
})

test('names that are not tokens and values with control characters are answered 400 [H8, RFC 9110 §5.1, §5.5]', () => {
  for (const name of ['', 'a b', 'a(b', 'a\x00', 'a\x80', '"a"', 'a@b', 'a[0]', 'a{'])
    assert.equal(refusalOf(requestText({ [name]: 'x' })).status, 400, name)
  assert.match(refusalOf('GET / HTTP/1.1\r\nHost\r\n\r\n').message, /no colon/)
  for (let code = 0; code < 0x20; code++) {
    if (code === 0x09 || code === 0x0a) continue
    assert.equal(refusalOf(requestText({ 'X-A': `a${String.fromCharCode(code)}b` })).status, 400, String(code))
  }
  assert.equal(refusalOf(requestText({ 'X-A': 'a\x7fb' })).status, 400)
})

test('bytes 0x80 to 0xFF in values are kept as Latin-1 [RFC 9110 §5.5]', () => {
  const value = String.fromCharCode(...Array.from({ length: 128 }, (_, index) => 128 + index))
  assert.equal(headOf(requestText({ 'X-Bytes': value })).fields.get('x-bytes'), value)
})

test('names such as __proto__ and constructor are ordinary [RS4]', () => {
  const { fields } = headOf(`GET / HTTP/1.1\r\n__proto__: a\r\nconstructor: b\r\nhasOwnProperty: c\r\n\r\n`)
  assert.deepEqual(
    ['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map((name) => fields.get(name)),
    ['a', 'b', 'c', undefined],
  )
})

for (const [what, character] of [
  ['spaces', ' '],
  ['commas', ','],
  ['backslashes', '\\'],
  ['colons', ':'],
  ['CRs', '\r'],
  ['letters', 'a'],
] as const) {
  test(`a value of 64 KB of ${what} takes linear time, whole and in chunks [RS14, CVE-2023-43669, RUSTSEC-2023-0065]`, () => {
    const limits = { startLine: 8192, fieldSection: 1 << 20, fields: 100 }
    assert.ok(growth((size) => void parseRequest(requestText({ 'X-A': character.repeat(size) }), limits)) < LINEAR)
    assert.ok(
      growth((size) => {
        const bytes = latin1(requestText({ 'X-A': character.repeat(size) }))
        const parser = new RequestHeadParser(limits, text)
        for (let offset = 0; offset < bytes.length; offset += 7) parser.push(bytes.subarray(offset, offset + 7))
      }) < LINEAR,
    )
  })
}

test('64 KB of short field lines takes linear time [RS14]', () => {
  const limits = { startLine: 8192, fieldSection: 1 << 20, fields: 1 << 20 }
  assert.ok(
    growth((size) => {
      const result = parseRequest(`GET / HTTP/1.1\r\n${'a:b\r\n'.repeat(size / 5)}\r\n`, limits)
      assert.ok(result.kind === 'head')
      for (let look = 0; look < 50; look++) result.head.fields.has(`x${look}`)
    }) < LINEAR,
  )
})

test('a CR alone before the request line is not an empty line, and is refused [H8, RFC 9112 §2.2]', () => {
  assert.equal(refusalOf(`\r${request}`).status, 400)
  assert.equal(refusalOf(`\r\n\r${request}`).status, 400)
  assert.equal(headOf(`\r\n\r\n${request}`).target, headOf(request).target)
})
