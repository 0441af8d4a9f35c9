import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConnectOutput } from '../../src/cli/connect-output.ts'
import { HandshakeError } from '../../src/core/errors.ts'
import type { CloseInfo } from '../../src/core/protocol/events.ts'
import { MemoryIo } from './memory-io.ts'

const plain = { form: 'text', json: false, quiet: false } as const
const socket = {
  url: 'ws://h/',
  httpVersion: '1.1',
  subprotocol: 'chat',
  extensions: [
    {
      name: 'x',
      parameters: [
        ['a', true],
        ['b', '1'],
      ] as const,
    },
  ],
}
const closed: CloseInfo = { code: 1011, reason: 'oops', wasClean: true, initiator: 'remote', sent: undefined, received: undefined, error: undefined }
const failure = new HandshakeError('refused', {
  stage: 'response',
  condition: 'status-403',
  fault: 'peer',
  response: { httpVersion: '1.1', status: 403, statusText: 'Forbidden', fields: [['A', 'b']], body: Buffer.from('no'), bodyTruncated: false },
  supportedVersions: ['13'],
  hint: 'ask',
})

describe('what hawser connect prints', () => {
  test('writes messages and nothing else to a pipe', () => {
    const io = new MemoryIo()
    const output = new ConnectOutput(io, plain)
    output.open(socket)
    output.message('hi\u001b')
    output.message(Uint8Array.of(1, 2))
    output.close({ ...closed, code: 1000 }, true)
    assert.equal(io.written, 'hi\u001b\n0102\n')
    assert.equal(io.errors, '')
  })

  test('reports an unsuccessful close on standard error, unless --quiet', () => {
    const io = new MemoryIo()
    new ConnectOutput(io, plain).close(closed, false)
    assert.equal(io.errors, 'hawser: closed 1011 "oops" by the peer\n')
    const silent = new MemoryIo()
    new ConnectOutput(silent, { ...plain, quiet: true }).close(closed, false)
    assert.equal(silent.errors, '')
  })

  test('marks and escapes messages on a terminal', () => {
    const io = new MemoryIo({ isTTY: true, env: { NO_COLOR: '1' } })
    const output = new ConnectOutput(io, plain)
    output.open(socket)
    output.message('a\u001b[2Jb')
    output.message(Uint8Array.of(1, 2))
    output.close(closed, true)
    assert.equal(io.written, '< a\\x1b[2Jb\n< binary 0102\n')
    assert.equal(io.errors, 'connected to ws://h/, subprotocol chat, x; a; b=1\nclosed 1011 "oops" by the peer\n')
  })

  test('with --json, writes one object per line for open, message, close and error', () => {
    const io = new MemoryIo()
    const output = new ConnectOutput(io, { ...plain, json: true })
    output.open(socket)
    output.message('hi')
    output.message(Uint8Array.of(0, 255))
    output.close(closed, false)
    output.handshakeFailed(failure)
    output.problem('bad line')
    assert.deepEqual(
      io.written
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [
        { event: 'open', url: 'ws://h/', httpVersion: '1.1', subprotocol: 'chat', extensions: ['x; a; b=1'] },
        { event: 'message', type: 'text', data: 'hi' },
        { event: 'message', type: 'binary', encoding: 'base64', data: 'AP8=' },
        { event: 'close', code: 1011, reason: 'oops', wasClean: true, initiator: 'remote' },
        {
          event: 'error',
          stage: 'response',
          condition: 'status-403',
          message: 'refused',
          status: 403,
          statusText: 'Forbidden',
          fields: [['A', 'b']],
          body: 'no',
          bodyTruncated: false,
          supportedVersions: ['13'],
          hint: 'ask',
          url: 'https://github.com/hawser-ws/hawser/blob/main/docs/errors-handshake.md#status-403',
        },
        { event: 'error', message: 'bad line' },
      ],
    )
  })

  test('explains a failed handshake on standard error', () => {
    const io = new MemoryIo()
    new ConnectOutput(io, plain).handshakeFailed(failure)
    assert.match(io.errors, /^hawser: refused\n {2}stage/)
    assert.match(io.errors, /HTTP\/1\.1 403 Forbidden\n {4}A: b\n {4}\n {4}no/)
    assert.equal(io.written, '')
  })
})
