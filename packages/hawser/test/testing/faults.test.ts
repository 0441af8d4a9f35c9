import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock, memoryServer, pair, transportPair, FaultyTransport } from '../../src/testing/index.ts'

test('a wrong fault is refused by its name, whichever function it is given to', () => {
  const wrong: readonly [faults: object, name: string][] = [
    [{ split: 0 }, 'split'],
    [{ delayMs: -1, clock: new ManualClock() }, 'delayMs'],
    [{ delayMs: 1 }, 'clock'],
    [{ dropAfter: 0.5 }, 'dropAfter'],
    [{ resetAfter: '1' }, 'resetAfter'],
    [{ endAfter: -1 }, 'endAfter'],
    [{ failWritesAfter: Number.NaN }, 'failWritesAfter'],
    [{ failWriteAfter: 1 }, 'failWriteAfter'],
  ]
  for (const [faults, name] of wrong) {
    assert.throws(() => new FaultyTransport(transportPair()[0], faults), { name: 'OptionError', option: `faults.${name}` })
    for (const end of ['client', 'server'] as const) {
      assert.throws(() => pair({ [end]: { faults } }), { name: 'OptionError', option: `${end}.faults.${name}` })
      assert.throws(() => memoryServer().link({ [end]: faults }), { name: 'OptionError', option: `${end}.${name}` })
    }
  }
})
