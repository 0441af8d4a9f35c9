import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInspection } from '../../src/inspect/inspection.ts'
import { clientFacts } from '../../src/inspect/server-facts.ts'
import { askPage } from './reports.ts'

const settings = { facts: clientFacts, credentials: false, limits: { framesPerSecond: 7 }, admit: () => true as const }

test('a page may be at the root or below a path, and tells its facts', async () => {
  for (const path of ['/', '/inspect', '/inspect/', '/a/b.c/']) {
    const page = createInspection({ ...settings, path })
    assert.ok(page.path.startsWith('/') && page.path.endsWith('/'))
    const facts = (await (await askPage(page, 'server')).json()) as Record<string, unknown>
    assert.deepEqual([facts['role'], facts['framesPerSecond'], facts['credentials']], ['client', 7, false])
    assert.equal((await askPage(page, 'nothing')).status, 404)
  }
})
