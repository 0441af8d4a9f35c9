import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Requirement } from '../../src/index.ts'
import { runCommand } from './command-process.ts'
import { json } from './fixtures.ts'

test('requirements lists each with its level, its sections and its cases, as JSON too', async () => {
  const { code, stdout } = await runCommand('requirements')
  assert.match(stdout, /^RC20 {2}MUST: Sec-WebSocket-Accept missing or wrong fails the connection \(RFC 6455 section 4\.1\) {2}\[\d+ cases\]$/m)
  assert.match(stdout, /^RC4 {2}SHOULD: .* \[a proxy is a setting of the client\]$/m)
  assert.equal(code, 0)
  const all = json<Requirement[]>((await runCommand('requirements', '--json', '-')).stdout)
  assert.equal(all.length, stdout.trimEnd().split('\n').length)
})
