import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../../', import.meta.url))

/** A folder with copies of built packages in its node_modules, as an installation has them. */
function installed(...names: ('hawser' | '@hawser/conformance')[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-conformance-'))
  after(() => rmSync(folder, { recursive: true }))
  for (const name of names) {
    const [from, to] = [join(packages, name.replace('@hawser/', '')), join(folder, 'node_modules', name)]
    mkdirSync(to, { recursive: true })
    for (const part of ['package.json', 'dist']) cpSync(join(from, part), join(to, part), { recursive: true })
  }
  return folder
}

function hawser(folder: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(folder, 'node_modules/hawser/dist/node/cli.js'), ...args], { cwd: folder, encoding: 'utf8' })
}

test('runs the command of @hawser/conformance where it is installed', () => {
  const folder = installed('hawser', '@hawser/conformance')
  const listing = hawser(folder, 'conformance', 'server', '--list', '--only', 'handshake/key/key-missing')
  assert.match(listing.stdout, /^handshake\/key\/key-missing {2}\[must, /)
  assert.deepEqual([listing.status, listing.stderr], [0, ''])
  assert.match(hawser(folder, 'conformance', '--help').stdout, /^usage: hawser conformance server URL/m)
  assert.match(hawser(folder, 'help', 'conformance').stdout, /^usage: hawser conformance server URL/m)
  const wrong = hawser(folder, 'conformance', 'server')
  assert.match(wrong.stderr, /^see hawser conformance server --help$/m)
  assert.equal(wrong.status, 2)
})

test('says what to type where @hawser/conformance is not installed', () => {
  const { status, stdout, stderr } = hawser(installed('hawser'), 'conformance', 'client', '--each', 'node echo.js {url}')
  assert.match(stderr, /^hawser: hawser conformance needs the package @hawser\/conformance, which is not installed here$/m)
  assert.match(stderr, /npm install --save-dev @hawser\/conformance$/m)
  assert.match(stderr, /npx @hawser\/conformance client --each 'node echo\.js \{url\}'$/m)
  assert.deepEqual([status, stdout], [2, ''])
})
