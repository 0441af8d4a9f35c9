import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer, permessageDeflate } from '../../src/index.ts'
import { serverFacts, suggestedOffers } from '../../src/inspect/server-facts.ts'

test('suggests offers that are accepted, reordered, partly declared, not declared, not a token and empty', () => {
  assert.deepEqual(suggestedOffers(['chat', 'soap']), ['chat', 'soap, chat', 'not-declared, chat', 'not-declared', 'not a token', ''])
  assert.deepEqual(suggestedOffers(['chat']), ['chat', 'not-declared, chat', 'not-declared', 'not a token', ''])
  assert.deepEqual(suggestedOffers([]), ['', 'not-declared', 'not a token'])
})

test('a server tells what it declares', () => {
  const server = createServer({
    subprotocols: ['chat'],
    noSubprotocol: 'refuse',
    paths: ['/chat', '/rooms/:id'],
    origins: ['https://app.example'],
    extensions: [permessageDeflate()],
  })
  assert.deepEqual(serverFacts(server), {
    role: 'server',
    mode: '',
    subprotocols: ['chat'],
    origins: 'the same origin, https://app.example',
    paths: ['/chat', '/rooms/:id'],
    extensions: ['permessage-deflate'],
    requiresSubprotocol: true,
  })
  assert.equal(serverFacts(createServer({ origins: 'any' })).origins, 'every origin')
  assert.match(serverFacts(createServer({ origins: () => true })).origins, /a function/)
  assert.equal(serverFacts({ observe: () => undefined }).subprotocols, undefined)
})
