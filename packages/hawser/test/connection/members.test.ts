import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Members } from '../../src/connection/members.ts'

const members = (count: number) => Array.from({ length: count }, (_, id) => ({ id, memberIndex: -1 }))
const ids = (from: Iterable<{ id: number }>) => [...from].map(({ id }) => id).toSorted((a, b) => a - b)

test('members are added once, found, and removed in any order', () => {
  const set = new Members<{ id: number; memberIndex: number }>()
  const [a, b, c] = members(3) as [{ id: number; memberIndex: number }, { id: number; memberIndex: number }, { id: number; memberIndex: number }]
  for (const member of [a, b, c, b]) set.add(member)
  assert.deepEqual([set.at(0), set.at(2), set.at(3)], [a, c, undefined])
  assert.deepEqual([set.size, ids(set)], [3, [0, 1, 2]])
  set.delete(a)
  assert.deepEqual([set.has(a), set.has(b), set.has(c), a.memberIndex, ids(set)], [false, true, true, -1, [1, 2]])
  set.delete(a)
  set.delete(c)
  set.add(a)
  assert.deepEqual(ids(set), [0, 1])
})

test('an object that only resembles a member is not one, and removing it has no effect', () => {
  const set = new Members<{ id: number; memberIndex: number }>()
  const [a] = members(1) as [{ id: number; memberIndex: number }]
  set.add(a)
  for (const other of [{ id: 9, memberIndex: 0 }, { memberIndex: '0' }, {}, null, 'a', undefined]) assert.equal(set.has(other), false)
  set.delete({ id: 9, memberIndex: 0 })
  assert.equal(set.size, 1)
})

test('an iteration visits the members at its beginning, even if some leave meanwhile', () => {
  const set = new Members<{ id: number; memberIndex: number }>()
  const all = members(5)
  for (const member of all) set.add(member)
  const seen: number[] = []
  for (const member of set) {
    seen.push(member.id)
    for (const one of all) set.delete(one)
  }
  assert.deepEqual(seen, [0, 1, 2, 3, 4])
  assert.equal(set.size, 0)
})
