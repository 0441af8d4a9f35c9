import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenByHead } from '../src/head-rules.ts'
import { parseHead } from '../src/head.ts'

const answer = (...lines: string[]): string =>
  ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Accept: x', ...lines, '', ''].join('\r\n')
const request = (...lines: string[]): string => ['GET / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n')
const head = (text: string): NonNullable<ReturnType<typeof parseHead>> => parseHead(Buffer.from(text, 'latin1'))!

function ofServer(text: string, asked: string = request()): string[] {
  return brokenByHead(head(text), 'server', head(asked)).map(([{ id }]) => id)
}

const keyed = (key: string, ...lines: string[]): string => request(`Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', ...lines)
const accepted = (...values: string[]): string =>
  ['HTTP/1.1 101 Switching Protocols', ...values.map((value) => `Sec-WebSocket-Accept: ${value}`), '', ''].join('\r\n')

test('a 101 has the accept value of the key [RFC 6455 section 4.2.2]', () => {
  const key = keyed('dGhlIHNhbXBsZSBub25jZQ==')
  assert.deepEqual(ofServer(accepted('s3pPLMBiTxaQ9kYGzzhZRbK+xOo='), key), [])
  assert.deepEqual(ofServer(accepted('s3pPLMBiTxaQ9kYGzzhZRbK xOo='), key), ['head-accept'])
  assert.deepEqual(ofServer(accepted(), key), ['head-accept'])
})

test('a repeated accept value is one defect [RFC 6455 section 11.3.3]', () => {
  assert.deepEqual(ofServer(accepted('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'x'), keyed('dGhlIHNhbXBsZSBub25jZQ==')), ['head-once'])
})

test('the accept value of a request that is to be refused is held against nobody [RFC 6455 section 4.2.1]', () => {
  for (const asked of [
    keyed('AQIDBAUGBwgJCgsMDQ4PEC=='),
    keyed('dGhlIHNhbXBsZSBub25jZQ'),
    keyed('dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='),
    keyed('dGhlIHNhbXBsZSBub25jZQ==').replace(': 13', ': 8'),
    request(),
  ])
    assert.deepEqual(ofServer(accepted('x'), asked), [], asked)
})

const offer = (value: string): string => request(`Sec-WebSocket-Extensions: ${value}`)
const agreed = (value: string): string => answer(`Sec-WebSocket-Extensions: ${value}`)

test('heads that break no rule are not held against anybody', () => {
  for (const text of [
    answer(),
    answer('X-Empty:', 'Set-Cookie: a', 'Set-Cookie: b'),
    'HTTP/1.1 101 \r\n\r\n',
    'HTTP/1.0 400 Bad Request\r\n\r\n',
    'HTTP/1.1 426 x\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8, 7\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n\r\n',
  ])
    assert.deepEqual(ofServer(text), [], text)
  assert.deepEqual(brokenByHead(head(request('Upgrade: websocket', 'Upgrade: h2c')), 'client', undefined), [])
})

for (const [offered, answered] of [
  ['permessage-deflate', 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9'],
  ['permessage-deflate; client_max_window_bits', 'permessage-deflate; client_max_window_bits=15'],
  ['permessage-deflate; server_max_window_bits=10', 'permessage-deflate; server_max_window_bits = "9"'],
  ['permessage-deflate; server_max_window_bits=99, permessage-deflate', 'permessage-deflate'],
  ['permessage-deflate; server_no_context_takeover, permessage-deflate', 'permessage-deflate'],
] as const) {
  test(`the offer ${offered} may be answered ${answered} [RFC 7692 section 7.1]`, () => {
    assert.deepEqual(ofServer(agreed(answered), offer(offered)), [])
  })
}

for (const [offered, answered, rule] of [
  ['permessage-deflate; server_max_window_bits=8', 'permessage-deflate; server_max_window_bits=9', 'head-offered'],
  ['permessage-deflate; server_max_window_bits=8', 'permessage-deflate', 'head-offered'],
  ['permessage-deflate; server_no_context_takeover', 'permessage-deflate', 'head-offered'],
  ['permessage-deflate', 'permessage-deflate; client_max_window_bits=10', 'head-offered'],
  ['permessage-deflate; client_max_window_bits=9', 'permessage-deflate; client_max_window_bits=10', 'head-offered'],
  ['x-a', 'permessage-deflate', 'head-offered'],
  ['permessage-deflate', 'permessage-deflate; x_own=1', 'head-deflate-parameters'],
  ['permessage-deflate', 'permessage-deflate; server_no_context_takeover; server_no_context_takeover', 'head-deflate-parameters'],
  ['permessage-deflate; client_max_window_bits', 'permessage-deflate; client_max_window_bits', 'head-deflate-parameters'],
] as const) {
  test(`the offer ${offered} answered ${answered} breaks ${rule} [RFC 7692 section 7.1]`, () => {
    assert.deepEqual(ofServer(agreed(answered), offer(offered)), [rule])
  })
}

for (const [text, rule] of [
  ['HTTP/1.0 101 Switching Protocols\r\n\r\n', 'head-start-line'],
  ['HTTP/1.1 101\r\n\r\n', 'head-start-line'],
  [answer('X-Field'), 'head-fields'],
  [answer('X-Field : a'), 'head-fields'],
  [answer('Sec-WebSocket-Accept: x'), 'head-once'],
  [answer('Sec-WebSocket-Protocol: chat'), 'head-offered'],
] as const) {
  test(`the response ${JSON.stringify(text.slice(-40))} breaks ${rule}`, () => {
    assert.deepEqual(ofServer(text), [rule])
  })
}

test('a request has one Host, and a target without spaces', () => {
  const ofClient = (text: string): string[] => brokenByHead(head(text), 'client', undefined).map(([{ id }]) => id)
  assert.deepEqual(ofClient(request('Host: b')), ['head-once'])
  assert.deepEqual(ofClient('GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'), ['head-start-line'])
})
