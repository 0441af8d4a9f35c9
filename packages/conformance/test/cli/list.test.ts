import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCommand } from './command-process.ts'
import { json } from './fixtures.ts'

test('lists the cases for a server and for a client, as JSON too', async () => {
  const { code, stdout } = await runCommand('server', '--list', '--only', 'handshake/key')
  assert.match(stdout, /^handshake\/key\/key-missing {2}\[must, RFC 6455 section 4\.2\.1, RS2, RS1\]/m)
  assert.equal(code, 0)
  const rows = json<{ id: string }[]>((await runCommand('client', '--list', '--json', '-', '--only', 'url')).stdout)
  assert.ok(rows.some(({ id }) => id === 'url/fragment'))
})
