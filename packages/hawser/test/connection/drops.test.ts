import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Drops } from '../../src/connection/drops.ts'
import type { DropReport } from '../../src/connection/drops.ts'
import { ManualClock, settle } from '../../src/testing/index.ts'

test('drops of one tick are reported together, and counted in all', async () => {
  const reports: DropReport[] = []
  const drops = new Drops(new ManualClock(), (report) => reports.push(report))
  drops.add(3)
  drops.add(4)
  assert.deepEqual(reports, [])
  await settle()
  assert.deepEqual(reports, [{ messages: 2, bytes: 7 }])
  drops.add(5)
  await settle()
  assert.deepEqual(reports.slice(1), [{ messages: 1, bytes: 5 }])
  assert.equal(drops.total, 3)
})

test('a report that drops again is called once a tick', async () => {
  let calls = 0
  const drops: Drops = new Drops(new ManualClock(), () => {
    if (++calls < 5) drops.add(1)
  })
  drops.add(1)
  await settle()
  assert.equal(calls, 5)
})

test('without a report drops are counted', () => {
  const drops = new Drops(new ManualClock(), undefined)
  drops.add(1)
  assert.equal(drops.total, 1)
})
