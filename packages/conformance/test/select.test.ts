import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectCases, serverCases } from '../src/index.ts'
import { excludeCases } from '../src/select.ts'

test('one case runs alone by its id, an area by its name, and a pattern by its star', () => {
  assert.deepEqual(
    selectCases(serverCases, ['handshake/version/version-0xD']).map(({ id }) => id),
    ['handshake/version/version-0xD'],
  )
  assert.ok(selectCases(serverCases, ['utf8/bad']).every(({ area }) => area === 'utf8/bad'))
  assert.ok(selectCases(serverCases, ['*/reason-*']).length > 3)
  assert.deepEqual(selectCases(serverCases, ['handshake/version/version-0x']), [])
})

test('excluded patterns go after the selected ones', () => {
  const left = selectCases(serverCases, ['utf8'], ['utf8/bad', '*/good-U*'])
  assert.ok(left.length > 0 && left.every(({ id, area }) => area.startsWith('utf8/') && area !== 'utf8/bad' && !id.includes('good-U')))
  assert.equal(excludeCases(serverCases, []).length, serverCases.length)
})
