import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countsOf, peers, sampleFor, skipReason } from './peers/peers.ts'
import { compareCounts, readPins } from './peers/pins.ts'

const pins = readPins()

// They wait more than they work.
describe('peers', { concurrency: 3 }, () => {
  for (const peer of peers) {
    test(`a sample of the suite runs against the ${peer.end} of ${peer.name} and comes to the pinned counts`, {
      skip: skipReason(peer),
    }, async () => {
      const report = await peer.run(sampleFor(peer.end), false)
      assert.deepEqual(
        report.results.filter(({ outcome }) => outcome.startsWith('the suite could not play')).map(({ id, outcome }) => `${id}: ${outcome}`),
        [],
      )
      const pinned = pins[`${peer.end} ${peer.name}`]
      assert.ok(pinned !== undefined, 'no counts are pinned: node --import tsx packages/conformance/scripts/peers.ts --write')
      assert.deepEqual(compareCounts(countsOf(report), pinned.sample), [])
    })
  }
})
