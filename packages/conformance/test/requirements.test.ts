import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { clientCases, notObservable, requirements, serverCases } from '../src/index.ts'

const ids = requirements().map(({ id }) => id)
const cases = [...serverCases, ...clientCases]
const named = new Set(cases.flatMap(({ requirements }) => requirements))

test('every requirement of the opening handshake has a case, or a reason why it cannot be seen from outside', () => {
  assert.deepEqual(
    ids.filter((id) => !named.has(id) && !notObservable.has(id)),
    [],
  )
})

test('the requirements as data are those of docs/requirements.md, in its order', () => {
  const page = readFileSync(new URL('../../../docs/requirements.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| ((?:RC|RS|PD|H|C|S|H2)\d[\d.]*) \| ([A-Za-z ]+) \| (.*) \|$/gm)].map(([, id, level, text = '']) => [
    id,
    level,
    text.replace(/ \((?:RFC \d+|sections?)[^)]*\)$/, ''),
  ])
  assert.deepEqual(
    requirements().map(({ id, level, text }) => [id, level, text]),
    rows,
  )
})

test('each requirement names its sections and cases', () => {
  const byId = new Map(requirements().map((requirement) => [requirement.id, requirement]))
  assert.deepEqual(byId.get('H2')?.sections, ['RFC 9110 section 7.8'])
  assert.deepEqual(byId.get('PD2')?.sections, ['RFC 7692 section 5.1', 'RFC 7692 section 7'])
  assert.ok(byId.get('RS7')?.cases.server.includes('handshake/version/version-0xD'))
  assert.ok((byId.get('RC20')?.cases.client.length ?? 0) > 3)
  assert.match(byId.get('RC4')?.notObservable ?? '', /proxy/)
  for (const { sections } of byId.values()) for (const section of sections) assert.match(section, /^RFC \d+(?: section \d[\d.]*)?$/)
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
