import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { errorText, hasColor, jsonLine, painter, printable } from '../../src/cli/terminal.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { MemoryCli, runHere } from './memory-io.ts'
import { rawServer, switching } from './raw-server.ts'

/** One of each kind that moves the cursor, reorders text or hides in it, and how it is shown. */
const unsafe = new Map([
  ['\u0000', '\\x00'],
  ['\u0008', '\\x08'],
  ['\u000a', '\\x0a'],
  ['\u000d', '\\x0d'],
  ['\u001b', '\\x1b'],
  ['\u007f', '\\x7f'],
  ['\u0085', '\\x85'],
  ['\u009b', '\\x9b'],
  ['\u00ad', '\\xad'],
  ['\u061c', '\\u061c'],
  ['\u180e', '\\u180e'],
  ['\u200b', '\\u200b'],
  ['\u200e', '\\u200e'],
  ['\u2028', '\\u2028'],
  ['\u2029', '\\u2029'],
  ['\u202e', '\\u202e'],
  ['\u2066', '\\u2066'],
  ['\u3164', '\\u3164'],
  ['\ufeff', '\\ufeff'],
  ['\ufff9', '\\ufff9'],
  ['\ud800', '\\ud800'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\u{e0101}', '\\u{e0101}'],
])

test('escapes every character that moves the cursor, reorders text or hides in it', () => {
  for (const [character, shown] of unsafe) assert.equal(printable(`a${character}b`), `a${shown}b`)
})

test('keeps all other characters, those beyond the basic plane too', () => {
  for (const text of ['é漢😀', '❤\ufe0f', 'ไทย', 'e\u0301', 'שלום']) assert.equal(printable(text), text)
})

test('keeps line feeds and tabs where lines are wanted, but no carriage return', () => {
  assert.equal(printable('a\tb\nc\rd', true), 'a\tb\nc\\x0dd')
})

test('a line of JSON holds none of them raw and parses to the same value', () => {
  for (const character of unsafe.keys()) {
    const value = { [`k${character}`]: `a${character}b` }
    const line = jsonLine(value)
    assert.ok(line.endsWith('}\n'))
    assert.equal(printable(line.slice(0, -1)), line.slice(0, -1))
    assert.deepEqual(JSON.parse(line), value)
  }
})

test('no line of an error begins like a line of the log', () => {
  const error = new Error('one\nhawser: two\u001b[2J')
  for (const line of errorText(error).split('\n').slice(1)) assert.match(line, /^ {4}\S/)
  assert.match(errorText('text\u009b'), /^text\\x9b$/)
  assert.doesNotMatch(errorText(error), /\u001b/)
})

test('colour is for terminals that want it (NO_COLOR, TERM=dumb)', () => {
  const output = (isTTY: boolean) => Object.assign(new Writable(), { isTTY })
  assert.equal(hasColor(output(true), {}), true)
  assert.equal(hasColor(output(false), {}), false)
  assert.equal(hasColor(output(true), { NO_COLOR: '1' }), false)
  assert.equal(hasColor(output(true), { NO_COLOR: '' }), true)
  assert.equal(hasColor(output(true), { TERM: 'dumb' }), false)
})

test('styled text is escaped, with colour and without', () => {
  assert.equal(painter(false)('red', 'x\u001b'), 'x\\x1b')
  assert.equal(painter(true)('red', 'x\u001b'), '\u001b[31mx\\x1b\u001b[39m')
})

const hostile = [...unsafe.keys()].filter((character) => character !== '\ud800').join('')
/** The same in a head, where octets are Latin-1 and line ends would end the line. */
const hostileOctets = Buffer.from(hostile.replaceAll(/[\0\r\n]/g, '')).toString('latin1')

function assertSafe(output: string): void {
  for (const line of output.split('\n')) assert.equal(line, printable(line))
}

const serverFrame = (opcode: number, payload: Uint8Array | string): Uint8Array => clientFrame(opcode, payload, { masked: false })
const closing = (code: number, reason: string): Uint8Array => serverFrame(8, Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]))

describe('hawser connect prints nothing that drives a terminal', { concurrency: 3 }, () => {
  const shortReason = '\u001b\u009b\u202e\u2028\u061c\u{e0041}'
  const answers: [what: string, answer: string, ...frames: Uint8Array[]][] = [
    ['a message, a close reason', switching, serverFrame(1, `a${hostile}b`), closing(4000, shortReason)],
    ['a message that looks like lines of ours', switching, serverFrame(1, 'a\nhawser: closed\n< b'), closing(1000, '')],
    ['a refusal', `HTTP/1.1 403 No${hostileOctets}\r\nX-Why: ${hostileOctets}\r\nContent-Length: ${hostileOctets.length}\r\n\r\n${hostileOctets}`],
    ['a refusal with C1 controls in fields', 'HTTP/1.1 403 No\u009b\r\nX-Why: a\u009b\u0085b\r\nServer: a\u009b\r\nContent-Length: 0\r\n\r\n'],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: ws://a\u009b/\r\nContent-Length: 0\r\n\r\n'],
    ['a field name', 'HTTP/1.1 403 No\r\nX\u009bY: a\r\n\r\n'],
    ['versions', 'HTTP/1.1 426 No\r\nSec-WebSocket-Version: 8\u009b, 7\r\nContent-Length: 0\r\n\r\n'],
    ['no HTTP', `SSH-2.0-x${hostileOctets}\r\n`],
    ['an accept value', 'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \u009b2J\r\n\r\n'],
    ['a subprotocol', switching.replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: \u009b\u0080\r\n\r\n')],
    ['an extension', switching.replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: x; y="\u009b"\r\n\r\n')],
    ['a frame that breaks the protocol', switching, Uint8Array.of(0xf1, 0x00)],
  ]
  for (const [what, answer, ...frames] of answers) {
    test(`from ${what}`, async () => {
      await using server = await rawServer(answer, (socket) => {
        for (const frame of frames) socket.write(frame)
        if (frames.length === 0) socket.end()
      })
      for (const [mode, isTTY] of [
        [[], true],
        [['--json'], true],
        [['--json'], false],
        [['--redirects', '2'], true],
      ] as const) {
        await using cli = new MemoryCli(['connect', '--stay', ...mode, server.url], { isTTY, env: { NO_COLOR: '1' } })
        const { stdout, stderr } = await cli.ended
        // readline moves the cursor with these, around the prompt that is ours
        assertSafe(stdout.replaceAll(/\r|\u001b\[\d*[GJ]/g, ''))
        assertSafe(stderr)
        if (what.startsWith('a message that') && mode.length === 0) assert.match(stdout, /< a\n {2}hawser: closed\n {2}< b\n/)
      }
    })
  }

  test('from its own arguments', async () => {
    for (const args of [
      [hostile],
      [`--${hostile}`],
      [`ws://${hostile}/`],
      ['help', hostile],
      ['connect', `--${hostile}`, 'x'],
      ['connect', `ws://a${hostile}/`],
      ['connect', 'ws://127.0.0.1:1/', hostile],
      ['connect', '--ca', hostile, 'x'],
      ['connect', '--wait', hostile, 'x'],
      ['connect', '-s', hostile, 'x'],
      ['connect', '-H', `${hostile}: x`, 'x'],
      ['connect', '--proxy', hostile, 'x'],
      ['connect', '--unix', `/tmp/${hostile.replace('\0', '')}`, 'ws://localhost/'],
      ['serve', '--host', hostile],
      ['serve', '--unix', `/nowhere/${hostile.replace('\0', '')}`],
      ['serve', '--origin', hostile],
      ['serve', '--path', hostile],
      ['serve', '--inspect', '--host', `a${hostile}`],
      ['serve', '--tls-cert', hostile, '--tls-key', hostile],
    ]) {
      const { code, stdout, stderr } = await runHere(args)
      assert.notEqual(code, 0, stderr)
      assertSafe(stdout + stderr)
    }
  })
})

describe('hawser serve logs nothing that drives a terminal', () => {
  for (const mode of ['--verbose', '--json'])
    test(`with ${mode}: paths, messages, close reasons`, async () => {
      await using cli = new MemoryCli(['serve', '--port', '0', '--grace', '0', mode])
      const port = Number((await cli.sees(/:(\d+)\//))[1])
      const open = (): net.Socket => net.connect(port, '127.0.0.1').on('error', () => {})

      const refused = open()
      refused.write(openingRequest(`/${hostileOctets}`, { Host: `a${hostileOctets}`, 'X-A': hostileOctets }), 'latin1')
      await once(refused.resume(), 'close')
      await cli.sees(/refused/)

      const socket = open()
      socket.write(openingRequest('/%1b%9b', { Host: `127.0.0.1:${port}` }))
      await once(socket, 'data')
      socket.write(clientFrame(1, `a${hostile}b`))
      socket.write(clientFrame(8, Buffer.concat([Buffer.of(0x0f, 0xa0), Buffer.from('\u001b\u009b\u202e\u2028\u061c')])))
      await once(socket.resume(), 'close')
      await cli.sees(/message.*\n[^]*close/)
      assertSafe(cli.stdout)
      assertSafe(cli.io.errors)
    })
})
