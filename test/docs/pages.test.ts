import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as hawser from '../../packages/hawser/src/index.ts'
import { readHandshakeLimits, readSocketLimits } from '../../packages/hawser/src/connection/limits.ts'
import { readAdmissionLimits } from '../../packages/hawser/src/server/admission.ts'
import { readDeflateSettings } from '../../packages/hawser/src/core/extensions/permessage-deflate/options.ts'
import { readBrowserLimits } from '../../packages/hawser/src/runtime/browser/limits.ts'
import { readHttp2Settings } from '../../packages/hawser/src/server/http2/options.ts'
import { readInspectLimits } from '../../packages/hawser/src/inspect/limits.ts'
import { limitsOf, limitTables, withTables } from '../../scripts/limit-tables.ts'
import { filesUnder, read, root } from '../../scripts/sources.ts'

test('the tables of limits are those that the docstrings make: node --import tsx scripts/limit-tables.ts', () => {
  for (const page of new Set(limitTables.map((one) => one.page))) assert.equal(read(page), withTables(page, read(page)))
})

test('every limit of the code has a row, with the default of the code', () => {
  const rows = new Map(
    limitTables
      .filter(({ table }) => table !== 'inspect')
      .flatMap(({ interfaces }) => interfaces.flatMap(([file, name]) => limitsOf(read(file), name)))
      .map((row) => [row.name, row.defaultValue]),
  )
  const { maxRatio, maxStreams } = readDeflateSettings({}, 8)
  const limits: Record<string, number> = {
    ...readBrowserLimits(),
    ...readSocketLimits(),
    ...readHandshakeLimits(),
    ...readAdmissionLimits(),
    maxRatio,
    maxStreams,
    ...readHttp2Settings(true),
  }
  assert.deepEqual([...rows.keys()].sort(), Object.keys(limits).sort())
  /** Defaults that depend on another limit. */
  const computed: Record<string, (message: number) => number> = {
    frame: (message) => message,
    incompleteBytes: (message) => 2 * message + 65_536,
    fragments: (message) => Math.max(16_384, message / 64),
  }
  for (const [name, value] of Object.entries(limits)) {
    const written = rows.get(name) ?? ''
    const depends = computed[name]
    if (depends !== undefined) assert.equal(value, depends(limits['message'] ?? 0), name)
    else assert.equal(written === 'none' ? Number.POSITIVE_INFINITY : Number(written), value, name)
  }
})

test('every limit of inspect has a row, with the default of the code', () => {
  const rows = limitTables
    .filter(({ table }) => table === 'inspect')
    .flatMap(({ interfaces }) => interfaces.flatMap(([file, name]) => limitsOf(read(file), name)))
  assert.deepEqual(Object.fromEntries(rows.map(({ name, defaultValue }) => [name, Number(defaultValue)])), readInspectLimits(undefined))
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

test('the picture of the page is a PNG of less than 120 kB, which README.md shows and no package contains', () => {
  const picture = readFileSync(join(root, 'docs/page.png'))
  assert.equal(picture.subarray(1, 4).toString(), 'PNG')
  assert.ok(picture.length < 120_000, `${picture.length} bytes`)
  assert.match(read('README.md'), /^!\[[^\]]{20,}\]\(docs\/page\.png\)$/m)
  assert.match(read('CONTRIBUTING.md'), /`node --import tsx scripts\/page-picture\.ts` makes docs\/page\.png/)
  const { files } = JSON.parse(read('packages/hawser/package.json')) as { files: string[] }
  assert.deepEqual(files, ['dist'])
})
