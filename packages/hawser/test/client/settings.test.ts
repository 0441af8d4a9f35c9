import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, HandshakeError, OptionError } from '../../src/index.ts'
import { bearerName } from '../../src/core/subprotocols/index.ts'
import { readSettings, stripForCrossOrigin } from '../../src/client/settings.ts'

const nobody = 'ws://127.0.0.1:1/'

async function refused(options: object, option: string): Promise<OptionError> {
  try {
    await connect(nobody, {
      ...options,
      createConnection: () => {
        throw new Error('dialled')
      },
    })
  } catch (error) {
    assert.ok(error instanceof OptionError, String(error))
    assert.equal(error.option, option)
    return error
  }
  throw new Error('accepted')
}

test('fields that the handshake writes itself are refused by name, in any case [C1.24]', async () => {
  for (const name of [
    'Sec-WebSocket-Key',
    'sec-websocket-version',
    'Sec-WebSocket-Accept',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'HOST',
    'Upgrade',
    'connection',
    'Content-Length',
    'Transfer-Encoding',
    'Origin',
    'Expect',
  ]) {
    await refused({ headers: { [name]: 'x' } }, `headers['${name}']`)
    await refused({ headers: [[name, 'x']] }, `headers['${name}']`)
  }
})

test('CR, LF, NUL and other controls in a field are refused, and the value is not shown [C1.25]', async () => {
  for (const value of ['a\r\nX: 1', 'a\nb', 'a\rb', 'a\0b', 'a\x7fb', 'ā']) {
    const error = await refused({ headers: { 'X-Secret': value } }, "headers['X-Secret']")
    assert.ok(!error.message.includes(value))
  }
  await refused({ headers: { 'X Y': 'v' } }, 'headers')
  await refused({ headers: { 'X\r\nY': 'v' } }, 'headers')
})

test('CR and LF in any other option that goes on the wire are refused too [C1.25, CVE-2026-1527]', async () => {
  const evil = 'a\r\nX: 1'
  await refused({ origin: `https://h\r\nX: 1` }, 'origin')
  await refused({ authority: evil }, 'authority')
  await refused({ subprotocols: [evil] }, 'subprotocols[0]')
  await refused({ subprotocols: { [evil]: { decode() {}, encode() {} } } }, 'subprotocols[0]')
})

test('wrong options are refused with their name and the expected value', async () => {
  await refused({ subprotocols: 'chat' }, 'subprotocols')
  await refused({ subprotocols: ['a', 'a'] }, 'subprotocols[1]')
  await refused({ subprotocols: { chat: {} } }, "subprotocols['chat']")
  await refused({ noSubprotocol: 'maybe' }, 'noSubprotocol')
  await refused({ extensions: {} }, 'extensions')
  await refused({ redirects: -1 }, 'redirects')
  await refused({ redirects: 1.5 }, 'redirects')
  await refused({ signal: {} }, 'signal')
  await refused({ origin: 'app.example' }, 'origin')
  await refused({ parallel: 1 }, 'parallel')
  await refused({ message: 'x' }, 'message')
  await refused({ limits: { message: 0 } }, 'limits.message')
  await refused({ limits: { handshakeMs: 0 } }, 'limits.handshakeMs')
  await refused({ limits: { mesage: 1 } }, 'limits.mesage')
  await refused({ keepalive: { intervalMs: 0 } }, 'keepalive.intervalMs')
  await refused({ text: 'buffer' }, 'text')
  await refused({ subprotocol: ['a'] }, 'subprotocol')
})

test('names of declared subprotocols may be those of properties of objects', async () => {
  const settings = readSettings({ subprotocols: ['constructor', '__proto__', 'hasOwnProperty'] })
  assert.deepEqual(settings.request.subprotocols, ['constructor', '__proto__', 'hasOwnProperty'])
  assert.equal(settings.codecs.get('constructor'), undefined)
})

test('another origin gets nothing that the caller added, including a bearer name', () => {
  const { request } = readSettings({
    subprotocols: ['chat', bearerName('secret')],
    headers: { cookie: 'a=b' },
    origin: 'https://app.example',
    authority: 'h',
  })
  assert.deepEqual(stripForCrossOrigin(request), { subprotocols: ['chat'], headers: [], origin: undefined, authority: undefined })
})

test('a wrong URL is not an OptionError: it fails the handshake at stage url', async () => {
  await assert.rejects(connect('ws://h/#f'), (error: unknown) => error instanceof HandshakeError && error.stage === 'url')
})
