import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readReplaySettings } from '../../src/cli/replay-options.ts'

test('reads the recording, and offers its subprotocols unless others are given', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-replay-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'session.jsonl')
  writeFileSync(
    file,
    '{"t":0,"event":"open","url":"ws://h/","subprotocols":["a","b"],"subprotocol":"a"}\n{"t":5,"event":"sent","type":"text","data":"x"}\n',
  )
  const settings = readReplaySettings([file, ':8080'])
  assert.equal(settings.url, 'ws://localhost:8080')
  assert.deepEqual(settings.subprotocols, ['a', 'b'])
  assert.deepEqual(settings.events[1], { t: 5, event: 'sent', message: 'x' })
  assert.deepEqual([settings.fast, settings.check, settings.waitMs, settings.form], [false, false, 5000, 'text'])
  const other = readReplaySettings(['--fast', '--check', '--wait', '1', '--base64', '-s', 'c', file, 'u'])
  assert.deepEqual([other.fast, other.check, other.waitMs, other.form, other.subprotocols], [true, true, 1000, 'base64', ['c']])
  assert.throws(() => readReplaySettings([file]), /replay needs URL/)
  assert.throws(() => readReplaySettings(['/no/such/file', 'u']), /the recording: ENOENT/)
})
