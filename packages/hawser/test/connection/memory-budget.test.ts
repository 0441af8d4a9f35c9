import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MemoryBudget } from '../../src/connection/memory-budget.ts'
import type { MemoryAccount, MemoryHolder } from '../../src/connection/memory-budget.ts'
import type { ConnectionError } from '../../src/core/errors.ts'
import { ManualClock, settle } from '../../src/testing/index.ts'

class Holder implements MemoryHolder {
  heldBytes = 0
  ended: string | undefined
  readonly account: MemoryAccount

  constructor(budget: MemoryBudget) {
    this.account = budget.open(this)
  }

  hold(bytes: number): void {
    this.heldBytes = bytes
    this.account.update()
  }

  endForMemory(error: ConnectionError): void {
    this.ended = `${error.closeCode}: ${error.message}`
  }
}

test('the sum is that of all accounts after any changes and ends', () => {
  const change = fc.record({ who: fc.nat(4), bytes: fc.nat(1000), ends: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const budget = new MemoryBudget(1e9, new ManualClock())
      const holders = Array.from({ length: 5 }, () => new Holder(budget))
      const open = new Set(holders)
      for (const { who, bytes, ends } of changes) {
        const holder = holders[who] as Holder
        if (ends && bytes > 900) {
          holder.account.close()
          open.delete(holder)
        } else holder.hold(bytes)
        assert.equal(
          budget.bytes,
          [...open].reduce((sum, { heldBytes }) => sum + heldBytes, 0),
        )
      }
    }),
  )
})

test('beyond the limit new connections are refused; a quarter beyond it, those that hold the most are ended until it is met', async () => {
  const budget = new MemoryBudget(1000, new ManualClock())
  const [small, large, largest] = Array.from({ length: 3 }, () => new Holder(budget)) as [Holder, Holder, Holder]
  small.hold(200)
  large.hold(350)
  largest.hold(450)
  assert.equal(budget.isExceeded, false)
  large.hold(400)
  assert.equal(budget.isExceeded, true)
  largest.hold(650)
  await settle()
  assert.equal(largest.ended, undefined, 'exactly a quarter')
  largest.hold(651)
  await settle()
  assert.deepEqual([small.ended, large.ended], [undefined, undefined])
  assert.equal(largest.ended, '1013: the connections of this server hold more than limits.memory, 1000 bytes, and this one held 651, the most')
  assert.equal(budget.bytes, 600)
  largest.hold(9000)
  assert.equal(budget.bytes, 600, 'one that was ended counts no more')
})

test('connections are ended in a later step, not inside the call that exceeded the limit', async () => {
  const budget = new MemoryBudget(100, new ManualClock())
  const holder = new Holder(budget)
  holder.hold(1000)
  assert.equal(holder.ended, undefined)
  holder.hold(50)
  await settle()
  assert.equal(holder.ended, undefined, 'it is within the limit again')
})
