import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countsOf, missing, peers, sampleFor } from './peers/peers.ts'
import { compareCounts, readPins } from './peers/pins.ts'

const pins = readPins()

// They wait more than they work.
describe('peers', { concurrency: 3 }, () => {
  for (const peer of peers) {
    const absent = missing(peer)
    const skip = absent === undefined || process.env['CI'] !== undefined ? false : `NOT RUN: ${absent} is not installed`
    if (skip !== false) console.error(`conformance of the ${peer.end} ${peer.name} ${skip}`)

    test(`a sample of the suite runs against the ${peer.end} of ${peer.name} and comes to the pinned counts`, { skip }, async () => {
      assert.equal(absent, undefined, `${absent} is not installed, and in CI nothing is skipped`)
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
