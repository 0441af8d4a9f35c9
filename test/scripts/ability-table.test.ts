import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abilities, browsers } from '../../packages/hawser/test/contract/abilities.ts'
import { abilityTable, cellsOf, readJunit, readTap } from '../../scripts/ability-table.ts'
import { filesUnder, read } from '../../scripts/sources.ts'

const titlesOf = (text: string): string[] =>
  [...text.matchAll(/\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g)].map(([, one, two, three]) => one ?? two ?? three ?? '')

test('every ability of the page is a row with a test, and every test of an ability exists', () => {
  const contract = filesUnder('packages/hawser/test/contract', '.test.ts').flatMap((file) => titlesOf(read(file)))
  const fetch = titlesOf(read('packages/hawser/test/interop/fetch-servers.test.ts'))
  const pages = read('packages/hawser/test/interop/browser-abilities.test.ts')
  const clients = fetch.find((title) => title.startsWith('a client of ${client}'))?.replace('a client of ${client} ', '')
  assert.ok(clients !== undefined)
  for (const ability of abilities) {
    assert.ok(contract.includes(ability.contract), ability.contract)
    if (ability.fetch !== undefined) assert.ok(fetch.includes(ability.fetch) || ability.fetch.endsWith(clients), ability.fetch)
    for (const title of [ability.page, ability.pageWithout]) assert.ok(title === undefined || pages.includes(`'${title}'`), title)
  }
  const table = read('docs/runtimes.md').split('<!-- abilities -->')[1] ?? ''
  for (const browser of browsers) assert.ok(cellsOf(table, browser).size > abilities.length, browser)
  const rows = [...(table.split('<!-- end -->')[0] ?? '').matchAll(/^\| (.*?) \|/gm)].map(([, name]) => name)
  assert.deepEqual(
    rows.filter((name) => name !== 'ability'),
    abilities.map(({ name }) => name),
  )
})

test('results are read from TAP, by suite, and from JUnit', () => {
  const tap = `TAP version 13
# Subtest: a
ok 1 - a \\# b
not ok 2 - c
ok 3 - d # SKIP why
# Subtest: Suite
    # Subtest: e
    ok 1 - e
    1..1
ok 4 - Suite
`
  assert.deepEqual(
    [...readTap(tap)].map(([suite, results]) => [suite, [...results]]),
    [
      [
        '',
        [
          ['a # b', true],
          ['c', false],
          ['d', undefined],
        ],
      ],
      ['Suite', [['e', true]]],
    ],
  )
  const xml = `<testsuites><testcase name="a &quot;b&quot; &lt;" time="1" /><testcase name="c" time="1"><failure type="x" /></testcase><testcase name="d"><skipped /></testcase></testsuites>`
  assert.deepEqual(
    [...(readJunit(xml).get('') ?? [])],
    [
      ['a "b" <', true],
      ['c', false],
      ['d', undefined],
    ],
  )
})

test('a browser has the ability, or a test shows that it has not; without the browser its cells stay as they are', () => {
  const rows = [
    { name: 'one', contract: 'a', page: 'b' },
    { name: 'two', contract: 'a', page: 'c', pageWithout: 'd' },
    { name: 'three', contract: 'a', pageWithout: 'd' },
    { name: 'four', contract: 'a' },
  ]
  const [first, second] = browsers
  const made = abilityTable(rows, [
    {
      name: first,
      results: new Map([
        ['b', true],
        ['c', true],
      ]),
    },
    {
      name: second,
      results: new Map([
        ['b', false],
        ['d', true],
      ]),
    },
  ])
  const cells = (name: string): string[] => rows.map((row) => cellsOf(made, name).get(row.name) ?? '')
  assert.deepEqual(cells(first), ['yes', 'yes', '–', '–'])
  assert.deepEqual(cells(second), ['no', 'no', 'no', '–'])
  assert.equal(cellsOf(made, 'Safari').size, 0)
  const again = [first, second].map((name) => ({ name, results: new Map<string, boolean>(), kept: cellsOf(made, name) }))
  assert.equal(abilityTable(rows, again), made)
})

test('a cell says yes, no or that there is no test, and a platform without the capability says no', () => {
  const rows = [
    { name: 'one', contract: 'a', fetch: 'b' },
    { name: 'two', contract: 'c', fetch: 'b', capability: 'ping' },
    { name: 'three', contract: 'd' },
  ] as const
  const table = abilityTable(rows, [
    {
      name: 'Node 20',
      results: new Map([
        ['a', true],
        ['c', false],
      ]),
    },
    { name: 'Deno.serve', results: new Map([['b', true]]) },
  ])
  assert.equal(
    table,
    ['| ability | Node 20 | `hawser/fetch` on Deno.serve |', '|---|---|---|', '| one | yes | yes |', '| two | no | no |', '| three | – | – |'].join(
      '\n',
    ),
  )
})
