import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_HEAD_LIMITS } from '../../../src/core/http1/head-limits.ts'
import { ResponseHeadParser } from '../../../src/core/http1/response-head.ts'
import { growth, LINEAR } from '../growth.ts'
import { text } from '../platform.ts'
import { bytewise, latin1, parseResponse } from './exchange.ts'
import type { ResponseHead } from '../../../src/core/http1/response-head.ts'
import type { OpeningFailure } from '../../../src/core/handshake/client-handshake.ts'

const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n'

function read(raw: string): { head: ResponseHead; interim: readonly ResponseHead[]; consumed: number } {
  const result = parseResponse(raw)
  assert.ok(result.kind === 'head', result.kind === 'failed' ? result.failure.message : result.kind)
  const split = parseResponse(bytewise(raw))
  assert.ok(split.kind === 'head')
  assert.deepEqual([split.head, split.interim], [result.head, result.interim])
  return result
}

function failureOf(raw: string, limits = DEFAULT_HEAD_LIMITS): OpeningFailure {
  const result = parseResponse(raw, limits)
  assert.ok(result.kind === 'failed', `${result.kind}: ${raw.slice(0, 60)}`)
  assert.deepEqual(parseResponse(bytewise(raw), limits), result)
  assert.equal(result.failure.stage, 'response')
  return result.failure
}

test('status, reason phrase and fields of the final response are read; frames behind it are left over [RC17]', () => {
  const { head, consumed, interim } = read(`${switching}\x81\x01a`)
  assert.deepEqual(
    [head.httpVersion, head.status, head.statusText, consumed, interim.length],
    ['1.1', 101, 'Switching Protocols', switching.length, 0],
  )
  assert.deepEqual(
    [...head.fields].map(([name]) => name),
    ['Upgrade', 'Connection', 'Sec-WebSocket-Accept'],
  )
  assert.equal(`${head.text}\r\n`, switching)
})

test('a response cut in two at every byte is read the same', () => {
  const raw = `HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${switching}frame`
  const bytes = latin1(raw)
  for (let cut = 1; cut < bytes.length; cut++) {
    const parser = new ResponseHeadParser(DEFAULT_HEAD_LIMITS, text)
    const first = parser.push(bytes.subarray(0, cut))
    const result = first.kind === 'more' ? parser.push(bytes.subarray(cut)) : first
    assert.ok(result.kind === 'head')
    assert.equal((first.kind === 'more' ? cut : 0) + result.consumed, raw.length - 5)
    assert.deepEqual([result.head.status, result.interim.length], [101, 1])
  }
})

test('any number of 1xx responses may come before the final one [H11, RFC 9110 §15.2]', () => {
  const { head, interim } = read(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 199 x\r\n\r\n${switching}`)
  assert.equal(head.status, 101)
  assert.deepEqual(
    interim.map(({ status }) => status),
    [100, 103, 199],
  )
  assert.equal(read(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(5000)}${switching}`).head.status, 101)
})

test('interim responses without end are given up at a budget of bytes [H11, RFC 6455 §10.4]', () => {
  assert.match(failureOf('HTTP/1.1 100 Continue\r\n\r\n'.repeat(30_000)).message, /too many or too large/)
})

test('the reason phrase is optional and may hold anything but controls [RFC 9112 §4]', () => {
  for (const [line, phrase] of [
    ['HTTP/1.1 404', ''],
    ['HTTP/1.1 404 ', ''],
    ['HTTP/1.1 404 N\xf6  pe', 'N\xf6  pe'],
    ['HTTP/1.0 404 x', 'x'],
  ] as const) {
    assert.equal(read(`${line}\r\n\r\n`).head.statusText, phrase)
  }
})

test('a line that is not a status line fails with a hint about the port; HTTP/0.9 and other protocols fail at the first byte [RFC 9112 §4]', () => {
  for (const raw of ['<html>', 'SSH-2.0-x\r\n', '\x15\x03\x01\x00\x02\x02\x46', 'HTTQ', 'ICY 200 OK\r\n', '\r\n', 'http/1.1 101 x\r\n']) {
    assert.match(failureOf(raw).hint ?? '', /HTTP server/, raw)
  }
  for (const line of [
    'HTTP/1.1',
    'HTTP/1.1 1010 x',
    'HTTP/1.1 10 x',
    'HTTP/1.1  101 x',
    'HTTP/11 101 x',
    'HTTP/1.1 1x1 x',
    'HTTP/1.1 000 x',
    'HTTP/1.1 101\tx',
    'HTTP/1.1 101 x\x00',
  ]) {
    assert.match(failureOf(`${line}\r\n\r\n`).message, /is not a status line/, line)
  }
})

test('a client joins a folded value with SP, and takes LF alone for a line end [H8, RFC 9112 §2.2, §5.2]', () => {
  assert.equal(read('HTTP/1.1 200 OK\r\nX-A: a\r\n  b \r\n\tc\r\nX-B: d\r\n\r\n').head.fields.get('x-a'), 'a b c')
  assert.deepEqual(
    [...read('HTTP/1.1 200 OK\nX-A: a\nX-B: b\n\n').head.fields],
    [
      ['X-A', 'a'],
      ['X-B', 'b'],
    ],
  )
})

test('a response whose fields are not field lines fails [H8, RFC 9112 §5]', () => {
  for (const lines of ['X-A : a\r\n', ' X-A: a\r\n', 'X-A\r\n', ': a\r\n', 'X-A: a\x00\r\n', 'X-A: a\rb\r\n', 'X-A: a\r\n b\x00\r\n']) {
    failureOf(`HTTP/1.1 101 x\r\n${lines}\r\n`)
  }
})

test('the limits hold for a response too: status line, field section, field lines [RS14]', () => {
  const limits = { startLine: 64, fieldSection: 200, fields: 5 }
  assert.match(failureOf(`HTTP/1.1 101 ${'a'.repeat(100)}`, limits).message, /status line is longer than 64 bytes/)
  assert.match(failureOf(`HTTP/1.1 101 x\r\nA: ${'a'.repeat(300)}`, limits).message, /larger than 200 bytes/)
  assert.match(failureOf(`HTTP/1.1 101 x\r\n${'a: b\r\n'.repeat(6)}`, limits).message, /more than 5 field lines/)
})

test('a response of 64 KB takes linear time, folded or one byte at a time [RS14]', () => {
  const limits = { startLine: 1 << 20, fieldSection: 1 << 20, fields: 1 << 20 }
  assert.ok(growth((size) => void parseResponse(`HTTP/1.1 200 OK\r\nA: ${'a\r\n b'.repeat(size / 5)}\r\n\r\n`, limits)) < LINEAR)
  assert.ok(growth((size) => void parseResponse(`HTTP/1.1 200 ${' '.repeat(size)}\r\n\r\n`, limits)) < LINEAR)
  assert.ok(
    growth((size) => {
      const parser = new ResponseHeadParser(limits, text)
      const bytes = latin1(`HTTP/1.1 200 OK\r\nA: ${','.repeat(size)}\r\n\r\n`)
      for (let offset = 0; offset < bytes.length; offset++) parser.push(bytes.subarray(offset, offset + 1))
    }) < LINEAR,
  )
})
