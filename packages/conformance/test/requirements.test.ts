import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCases, notObservable, serverCases } from '../src/index.ts'

const numbered = (prefix: string, last: number): string[] => Array.from({ length: last }, (_, index) => `${prefix}${index + 1}`)
const ids = [
  ...numbered('RC', 24),
  ...numbered('RS', 15),
  ...numbered('H', 14),
  ...numbered('PD', 8),
  ...numbered('S12.', 34),
  ...numbered('C1.', 26),
  ...numbered('C2.', 14),
  ...numbered('H2.', 22),
]
const cases = [...serverCases, ...clientCases]
const named = new Set(cases.flatMap(({ requirements }) => requirements))

test('every requirement of the opening handshake has a case, or a reason why it cannot be seen from outside', () => {
  assert.deepEqual(
    ids.filter((id) => !named.has(id) && !notObservable.has(id)),
    [],
  )
})

test('what is said not to be observable has no case', () => {
  assert.deepEqual(
    [...notObservable.keys()].filter((id) => named.has(id)),
    [],
  )
})

test('a case names only requirements that there are', () => {
  assert.deepEqual(
    [...named].filter((id) => !ids.includes(id)),
    [],
  )
})

test('there are at least 800 cases, each with an id of its own, a section and one sentence of why', () => {
  assert.ok(cases.length >= 800, String(cases.length))
  for (const rows of [serverCases, clientCases]) assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length)
  for (const row of cases) {
    assert.match(row.section, /^(?:RFC \d+|WHATWG WebSockets) section \d/, row.id)
    assert.match(row.why, /\S.*[.:]$/, row.id)
    assert.ok(row.id.startsWith(`${row.area}/`), row.id)
    assert.ok(row.steps.length > 0, row.id)
    assert.match(row.id, /^[!-~]+$/, row.id)
  }
})

test('the steps of no two cases for one end are the same', () => {
  for (const rows of [serverCases, clientCases]) {
    const seen = new Map<string, string>()
    const doubled: string[] = []
    for (const row of rows) {
      const key = JSON.stringify([row.steps, row.url ?? '', row.over ?? ''])
      const other = seen.get(key)
      if (other !== undefined) doubled.push(`${row.id} is ${other}`)
      seen.set(key, row.id)
    }
    assert.deepEqual(doubled, [])
  }
})
