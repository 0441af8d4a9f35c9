import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { UsageError } from '../../src/cli/command.ts'
import { readRecording, Recorder } from '../../src/cli/recording.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-recording-'))
after(() => rmSync(folder, { recursive: true }))

test('reads what was written, with times since the connection opened', () => {
  const file = join(folder, 'session.jsonl')
  const recorder = new Recorder(file)
  recorder.open({ url: 'ws://h/', subprotocols: ['a', 'b'], subprotocol: 'b' })
  recorder.message('sent', 'line\nbreak\u202e')
  recorder.message('received', Uint8Array.of(0, 255))
  recorder.closed({ code: 4000, reason: 'done', wasClean: true, initiator: 'local', sent: undefined, received: undefined, error: undefined })
  recorder.close()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  assert.equal(lines.length, 4)
  assert.doesNotMatch(lines.join(''), /\u202e/)
  const events = readRecording(file)
  assert.ok(events.every(({ t }, index) => t >= (events[index - 1]?.t ?? 0) && t < 60_000))
  assert.deepEqual(
    events.map(({ t: _, ...event }) => event),
    [
      { event: 'open', url: 'ws://h/', subprotocols: ['a', 'b'], subprotocol: 'b' },
      { event: 'sent', message: 'line\nbreak\u202e' },
      { event: 'received', message: Uint8Array.of(0, 255) },
      { event: 'close', code: 4000, reason: 'done', initiator: 'local' },
    ],
  )
})

test('names the line that is wrong', () => {
  for (const [text, message] of [
    ['not json', /line 1: expected a JSON object/],
    ['null', /line 1: expected "t"/],
    ['{"t":1,"event":"sent","type":"text","data":"a"}\n{"event":"sent"}', /line 2: expected "t"/],
    ['{"t":1,"event":"sent","type":"text"}', /line 1: expected "type" and "data"/],
    ['{"t":1,"event":"sent","type":"binary","data":"AA=="}', /"encoding": "base64"/],
    ['{"t":1,"event":"sent","type":"binary","encoding":"base64","data":"%%%%"}', /"data" is not base64/],
    ['{"t":1,"event":"sent","type":"text","data":"\\ud800"}', /lone surrogate/],
    ['{"t":2147483648,"event":"sent","type":"text","data":"a"}', /expected "t", a time in milliseconds, at most 2147483647/],
    [JSON.stringify({ t: 1, event: 'close', code: 1000, reason: 'ü'.repeat(62), initiator: 'local' }), /"reason" has more than 123 bytes/],
    ['{"t":1,"event":"ping"}', /unknown event "ping" \(known: open, sent, received, close\)/],
  ] as const) {
    const file = join(folder, 'wrong.jsonl')
    writeFileSync(file, text)
    assert.throws(
      () => readRecording(file),
      (error) => error instanceof UsageError && message.test(error.message),
      text,
    )
  }
  assert.throws(() => readRecording(join(folder, 'none')), /the recording: ENOENT/)
  assert.throws(() => new Recorder(join(folder, 'none', 'x')), /option --record: ENOENT/)
})

test('says once that nothing more can be written', { skip: process.platform !== 'linux' && 'needs /dev/full' }, () => {
  const recorder = new Recorder('/dev/full')
  const failures: string[] = []
  recorder.failed = (why) => failures.push(why)
  for (const message of ['one', 'two']) recorder.message('sent', message)
  recorder.close()
  assert.equal(failures.length, 1)
  assert.match(failures[0] ?? '', /ENOSPC/)
})
