import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainExtensions } from '../../src/inspect/extension-notes.ts'

test('explains the parameters of permessage-deflate with their values [RFC 7692 §7.1]', () => {
  assert.equal(
    explainExtensions('permessage-deflate; server_max_window_bits=12; client_no_context_takeover'),
    ' server_max_window_bits=12: the server compresses with an LZ77 sliding window of at most 2^12 bytes; client_no_context_takeover: the client starts each message with an empty window (RFC 7692 section 7.1).',
  )
  assert.match(explainExtensions('permessage-deflate; client_max_window_bits'), /client_max_window_bits: a smaller window may be requested/)
  assert.match(explainExtensions('permessage-deflate; server_max_window_bits="10"'), /2\^10 bytes/)
})

test('does not explain unknown parameters', () => {
  for (const value of ['', 'foo; __proto__=1', 'permessage-deflate']) assert.equal(explainExtensions(value), '')
})
