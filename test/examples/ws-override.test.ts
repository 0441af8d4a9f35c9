/** The example project with the override, installed from the packed packages, prints what its header says. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { root } from '../../scripts/sources.ts'

test('examples/ws-override runs its library on @hawser/ws', { timeout: 120_000 }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-override-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(root, 'examples/ws-override'), folder, { recursive: true })
  const npm = (args: readonly string[], cwd: string): string =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const pack = (name: string): string => {
    const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], join(root, 'packages', name))) as [
      { filename: string },
    ]
    return `file:${join(folder, packed.filename)}`
  }
  // The packed files instead of the published ones; everything else is the project's own.
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { overrides: Record<string, string> }
  assert.deepEqual(manifest.overrides, { ws: 'npm:@hawser/ws@8' })
  manifest.overrides = { ws: pack('ws'), hawser: pack('hawser') }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], folder)
  const [, expected] = /prints:\n \*\n([^]*?) \*\//.exec(readFileSync(join(folder, 'index.js'), 'utf8')) ?? []
  const printed = execFileSync(process.execPath, ['--no-warnings', 'index.js'], { cwd: folder, encoding: 'utf8' })
  assert.equal(printed, expected?.replaceAll(/^ \* {3}/gm, ''))
})
