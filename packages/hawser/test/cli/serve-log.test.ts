import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ServeLog } from '../../src/cli/serve-log.ts'
import type { CloseInfo } from '../../src/core/protocol/events.ts'
import { MemoryIo } from './memory-io.ts'

const quietly = { json: false, quiet: false, verbose: false }
const opened = { number: 1, path: '/chat', httpVersion: '1.1', subprotocol: 'chat', extensions: [], remote: '127.0.0.1:5' }
const closed: CloseInfo = { code: 1000, reason: 'done', wasClean: true, initiator: 'remote', sent: undefined, received: undefined, error: undefined }
const refused = {
  status: 403,
  condition: 'request-origin',
  path: '/x',
  rule: { document: 'RFC 6455', section: '10.2', level: 'SHOULD', text: 'Origin is checked.' },
  transport: { httpVersion: '1.1', secure: false, remoteAddress: undefined, remotePort: undefined, localAddress: undefined, localPort: undefined },
} as const

function logAll(mode: typeof quietly): string {
  const io = new MemoryIo()
  const log = new ServeLog(io, mode)
  log.listening('ws://h:1/', 'http://h:1/')
  log.open(opened)
  if (log.wantsMessages) {
    log.message(1, 'hi\u001b')
    log.message(1, Uint8Array.of(0, 255))
  }
  log.refused(refused)
  log.close(1, closed)
  log.draining('SIGINT', 0)
  return io.written
}

describe('what hawser serve prints', () => {
  test('writes one line per event, messages only with --verbose, and escapes control characters', () => {
    assert.deepEqual(
      logAll({ ...quietly, verbose: true })
        .trimEnd()
        .split('\n'),
      [
        'listening ws://h:1/',
        'page http://h:1/',
        'open 1 /chat subprotocol chat from 127.0.0.1:5',
        'message 1 text hi\\x1b',
        'message 1 binary 00ff',
        'refused 403 /x from a Unix domain socket: Origin is checked. (RFC 6455 section 10.2)',
        'close 1: closed 1000 "done" by the peer',
        'draining 0 connections after SIGINT',
      ],
    )
    assert.doesNotMatch(logAll(quietly), /message/)
  })

  test('writes one object per line with --json', () => {
    const events = logAll({ ...quietly, json: true })
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string })
    assert.deepEqual(
      events.map(({ event }) => event),
      ['listening', 'open', 'message', 'message', 'refused', 'close', 'draining'],
    )
    assert.deepEqual(events[0], { event: 'listening', url: 'ws://h:1/', page: 'http://h:1/' })
    assert.deepEqual(events[3], { event: 'message', connection: 1, type: 'binary', data: 'AP8=' })
  })

  test('writes only the first line with --quiet', () => {
    assert.equal(logAll({ ...quietly, quiet: true }), 'listening ws://h:1/\n')
    assert.equal(logAll({ ...quietly, quiet: true, json: true }), '{"event":"listening","url":"ws://h:1/","page":"http://h:1/"}\n')
  })

  test('cuts a long message', () => {
    const io = new MemoryIo()
    new ServeLog(io, { ...quietly, verbose: true }).message(1, 'x'.repeat(1000))
    assert.equal(io.written, `message 1 text ${'x'.repeat(200)}…\n`)
  })

  test('stops when the reader goes away', async () => {
    const io = new MemoryIo()
    const log = new ServeLog(io, quietly)
    io.stdout.destroy(new Error('EPIPE'))
    await new Promise((resolve) => setImmediate(resolve))
    log.open(opened)
    assert.equal(io.written, '')
  })
})
