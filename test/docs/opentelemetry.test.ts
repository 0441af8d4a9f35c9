import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { read, root } from '../../scripts/sources.ts'

test('the program for OpenTelemetry exports counters and spans through the real SDK', () => {
  const [program] = [...read('docs/metrics.md').matchAll(/^```ts run\n([\s\S]*?)^```$/gm)]
    .map(([, code]) => code)
    .filter((code) => code?.includes('@opentelemetry'))
  assert.ok(program !== undefined)
  const cache = join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  // Below the root, so that it finds the packages.
  const folder = mkdtempSync(join(cache, 'opentelemetry-'))
  try {
    const file = join(folder, 'program.mts')
    writeFileSync(file, program)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file], { cwd: root, encoding: 'utf8', timeout: 60_000 })
    assert.equal(status, 0, stderr)
    assert.deepEqual(stdout.trim().split('\n'), [
      'hawser.connections {} 0',
      'hawser.messages {"direction":"sent"} 1',
      'hawser.messages {"direction":"received"} 1',
      'hawser.handshakes {"outcome":"request-path"} 1',
      'hawser.handshakes {"outcome":"accepted"} 1',
      'opening handshake {"url.path":"/other","http.response.status_code":404,"error.type":"request-path"}',
      'opening handshake {"url.path":"/chat","http.response.status_code":101}',
      'WebSocket connection {"url.path":"/chat","hawser.close_code":1000}',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
