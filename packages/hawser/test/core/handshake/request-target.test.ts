import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRequestTarget } from '../../../src/core/handshake/request-target.ts'
import { growth, LINEAR } from '../growth.ts'

test('origin-form: path and query as received [RFC 9112 §3.2.1, RS2]', () => {
  for (const [raw, path, query] of [
    ['/', '/', undefined],
    ['/a?b?c', '/a', 'b?c'],
    ['/?', '/', ''],
    ['//a/../b', '//a/../b', undefined],
    ['/%zz', '/%zz', undefined],
    ['/__proto__', '/__proto__', undefined],
  ] as const) {
    assert.deepEqual(parseRequestTarget(raw), { ok: true, value: { raw, path, query, scheme: undefined, authority: undefined } })
  }
})

test('absolute-form: scheme, authority and path of an http or https URI [RFC 9112 §3.2.2, RS2, H7]', () => {
  for (const [raw, scheme, authority, path, query] of [
    ['http://H/a?b', 'http', 'h', '/a', 'b'],
    ['HTTPS://h:8443', 'https', 'h:8443', '/', undefined],
    ['http://[::1]:80?x', 'http', '[::1]:80', '/', 'x'],
  ] as const) {
    assert.deepEqual(parseRequestTarget(raw), { ok: true, value: { raw, path, query, scheme, authority } })
  }
})

test('fragments, other forms and schemes, userinfo and raw bytes are refused with the error [RS2]', () => {
  for (const [raw, message] of [
    ['/a#b', /fragment at character 3/],
    ['*', /neither a path/],
    ['h:80', /neither/],
    ['ws://h/', /neither/],
    ['', /neither/],
    ['http://u:p@h/', /authority/],
    ['http:///', /authority/],
    ['/a b', /percent-encoded/],
    ['/\xe9', /percent-encoded/],
    ['/\x7f', /percent-encoded/],
    ['http://h:x/', /authority/],
  ] as const) {
    const result = parseRequestTarget(raw)
    assert.ok(!result.ok, raw)
    assert.match(result.message, message)
  }
})

test('a target of 64 KB takes linear time (RS14)', () => {
  for (const piece of ['/', 'http://', '?', '%', ' ', 'a'])
    assert.ok(
      growth(
        (size) =>
          void [parseRequestTarget(`/${piece.repeat(size / piece.length)}`), parseRequestTarget(`http://${piece.repeat(size / piece.length)}`)],
      ) < LINEAR,
      piece,
    )
})
