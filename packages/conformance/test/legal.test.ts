import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accusations, idsFor, legalPeers } from './doubles/legal.ts'

test('there are at least 25 legal but unusual servers and 20 such clients', () => {
  for (const end of ['server', 'client'] as const) {
    const peers = legalPeers.filter(({ ends }) => ends.includes(end))
    assert.ok(peers.length >= (end === 'server' ? 25 : 20), `${end}: ${peers.length}`)
  }
})

for (const legal of legalPeers) {
  for (const end of legal.ends) {
    test(`no case fails or warns for the legal ${end} "${legal.name}"`, async () => {
      const ids = idsFor(end, legal, 12)
      assert.ok(ids.length > 12)
      assert.deepEqual(await accusations(end, legal, ids), [])
    })
  }
}
