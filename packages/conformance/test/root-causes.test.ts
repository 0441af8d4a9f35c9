import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCases, serverCases } from '../src/index.ts'
import { rootCauseOf } from '../src/root-causes.ts'

const all = [...serverCases, ...clientCases]
const idOf = (id: string): string => rootCauseOf(all.find((row) => row.id === id)!).id

test('every case has one root cause, which says in a few words what is wrong', () => {
  for (const row of all) {
    const { id, what } = rootCauseOf(row)
    assert.match(id, /^[!-~]+$/, row.id)
    assert.match(what, /^\S.{3,}[^.:]$/, row.id)
  }
})

test('cases of one rule have one cause, in whatever area and over whatever version of HTTP they are', () => {
  assert.equal(idOf('utf8/bad/bad-byte-ff'), idOf('deflate/wrong/utf8-surrogate'))
  assert.equal(idOf('utf8/bad/bad-byte-ff'), idOf('http2/utf8/bad/bad-overlong-c0-af'))
  assert.equal(idOf('framing/reserved-bits/RSV1-text'), idOf('deflate/wrong/RSV2'))
  assert.equal(idOf('handshake/key/key-empty'), idOf('handshake/key/key-15-bytes'))
})

test('what is not refused has another cause than what is not accepted', () => {
  assert.notEqual(idOf('handshake/key/key-empty'), idOf('handshake/key/key-zeros'))
})

test('different rules have different causes', () => {
  const ids = [
    'handshake/key/key-empty',
    'handshake/key/key-twice',
    'handshake/version/version-14',
    'utf8/bad/bad-byte-ff',
    'masking/unmasked/unmasked-text',
  ]
  assert.equal(new Set(ids.map(idOf)).size, ids.length)
})
