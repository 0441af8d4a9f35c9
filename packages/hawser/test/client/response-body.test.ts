import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ResponseBody } from '../../src/client/response-body.ts'
import { Fields } from '../../src/core/handshake/fields.ts'

function collect(fields: [string, string][], pieces: string[], { limit = 100, status = 400 } = {}) {
  const body = new ResponseBody(status, new Fields(fields), limit)
  for (const piece of pieces) body.push(Buffer.from(piece))
  return { text: Buffer.from(body.take()).toString(), complete: body.complete, truncated: body.truncated }
}

test('Content-Length ends the content [RFC 9112 §6.3]', () => {
  assert.deepEqual(collect([['Content-Length', '5']], ['he', 'llo and more']), { text: 'hello', complete: true, truncated: false })
  assert.equal(collect([['Content-Length', '0']], []).complete, true)
})

test('without Content-Length the end of the connection ends the content', () => {
  assert.deepEqual(collect([], ['he', 'llo']), { text: 'hello', complete: false, truncated: false })
  assert.equal(collect([['Content-Length', '+5']], ['hello!']).text, 'hello!')
})

test('the limit truncates the content, and bodyTruncated is true', () => {
  assert.deepEqual(collect([['Content-Length', '1000000000']], ['x'.repeat(60), 'y'.repeat(60)], { limit: 100 }), {
    text: 'x'.repeat(60) + 'y'.repeat(40),
    complete: true,
    truncated: true,
  })
  assert.equal(collect([], ['x'], { limit: 0 }).truncated, true)
})

test('content that breaks off, or that nobody awaits any more, is truncated; the end of the connection delimits content without a length [RFC 9112 §6.3]', () => {
  const truncated = (fields: [string, string][], inOrder: boolean, piece = 'hel'): boolean => {
    const body = new ResponseBody(400, new Fields(fields), 100)
    body.push(Buffer.from(piece))
    body.end(inOrder)
    return body.truncated
  }
  assert.equal(truncated([], true), false)
  assert.equal(truncated([], false), true)
  assert.equal(truncated([['Content-Length', '5']], true), true)
  assert.equal(truncated([['Content-Length', '3']], false), false)
  assert.equal(truncated([['Transfer-Encoding', 'chunked']], true, '5\r\nhel'), true)
  assert.equal(truncated([['Transfer-Encoding', 'chunked']], false, '3\r\nhel\r\n0\r\n\r\n'), false)
})

test('chunks are put together, split anywhere [RFC 9112 §7.1]', () => {
  const wire = '5;ext="a"\r\nhello\r\n1\r\n \r\n00A\r\nworld-wide\r\n0\r\nTrailer: x\r\n\r\n'
  for (let at = 0; at <= wire.length; at++) {
    assert.deepEqual(collect([['Transfer-Encoding', 'chunked']], [wire.slice(0, at), wire.slice(at)]), {
      text: 'hello world-wide',
      complete: true,
      truncated: false,
    })
  }
})

test('wrong chunks end the content where they are', () => {
  for (const wire of ['zz\r\n', '5\r\nhelloXX', '1'.repeat(100)])
    assert.equal(collect([['Transfer-Encoding', 'gzip, chunked']], [wire]).truncated, true)
})

test('204 and 304 have no content', () => {
  assert.equal(collect([], ['x'], { status: 204 }).complete, true)
  assert.equal(collect([], ['x'], { status: 304 }).text, '')
})
