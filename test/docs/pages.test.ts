import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as hawser from '../../packages/hawser/src/index.ts'
import { readHandshakeLimits, readSocketLimits } from '../../packages/hawser/src/connection/limits.ts'
import { readAdmissionLimits } from '../../packages/hawser/src/server/admission.ts'
import { readDeflateSettings } from '../../packages/hawser/src/core/extensions/permessage-deflate/options.ts'
import { filesUnder, read, root } from '../../scripts/sources.ts'

test('docs/limits.md names every limit with its default', () => {
  const rows = new Map(
    [...read('docs/limits.md').matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, name, value]) => [name ?? '', (value ?? '').trim()]),
  )
  const { maxRatio, maxStreams } = readDeflateSettings({}, 8)
  const limits: Record<string, number> = { ...readSocketLimits(), ...readHandshakeLimits(), ...readAdmissionLimits(), maxRatio, maxStreams }
  for (const [name, value] of Object.entries(limits)) {
    const written = rows.get(name)
    assert.ok(written !== undefined, `${name} has no row`)
    if (/^\d+$/.test(written)) assert.equal(Number(written), value, name)
  }
  assert.equal(limits['frame'], limits['message'])
  assert.equal(limits['incompleteBytes'], 2 * (limits['message'] ?? 0) + 65_536)
})

test('docs/errors.md names every error class with its code, and no other', () => {
  const documented = new Map([...read('docs/errors.md').matchAll(/^\| `(HAWSER_\w+)` \| `(\w+)` \|/gm)].map(([, code, name]) => [name ?? '', code]))
  const { text, binary } = hawser
  assert.ok(text !== undefined && binary !== undefined)
  const thrown = new Map<string, string>()
  const errors = [
    new hawser.OptionError('a', 'b', 1),
    new hawser.HandshakeError('m', { stage: 'tcp', fault: 'network' }),
    new hawser.UpgradeConflictError('m'),
    new hawser.ConnectionError('m', { fault: 'peer', closeCode: 1002 }),
    new hawser.MessageError('m', { fault: 'peer', subprotocol: 'x', issues: [] }),
  ]
  for (const error of errors) thrown.set(error.name, error.code)
  for (const [name, value] of Object.entries(hawser)) {
    if (typeof value === 'function' && value.prototype instanceof hawser.HawserError) assert.ok(thrown.has(name), `${name} is not tried here`)
  }
  assert.deepEqual(Object.fromEntries(documented), Object.fromEntries(thrown))
})

test('every page and file that a page refers to exists', () => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesUnder('docs', '.md')]) {
    for (const [, target = ''] of read(page).matchAll(/\]\(([^)#\s]+)/g)) {
      if (!target.includes(':')) assert.ok(existsSync(join(root, dirname(page), target)), `${page} refers to ${target}`)
    }
  }
})
