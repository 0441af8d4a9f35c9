import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, OptionError, WebSocket } from '../../../src/index.ts'

const cases: [options: object, option: string][] = [
  [{ socketPath: '' }, 'socketPath'],
  [{ localAddress: 1 }, 'localAddress'],
  [{ localPort: 70_000 }, 'localPort'],
  [{ family: 5 }, 'family'],
  [{ lookup: 'dns' }, 'lookup'],
  [{ createConnection: {} }, 'createConnection'],
  [{ tls: true }, 'tls'],
  [{ tls: { ALPNProtocols: ['h2'] } }, 'tls.ALPNProtocols'],
  [{ tls: { host: 'h' } }, 'tls.host'],
  [{ proxyTls: { socket: {} } }, 'proxyTls.socket'],
  [{ proxy: 'socks4://h:1' }, 'proxy'],
  [{ proxy: 'http://h:1', socketPath: '/x' }, 'proxy'],
  [{ socketPath: '/x', createConnection: () => {} }, 'createConnection'],
  [{ agent: {} }, 'agent'],
]

test('options of Node that are wrong are refused at once with their name, by connect() and by the class', async () => {
  for (const [options, option] of cases) {
    const named = (error: unknown): boolean => error instanceof OptionError && error.option === option
    await assert.rejects(connect('ws://127.0.0.1:1/', options), named, option)
    assert.throws(() => new WebSocket('ws://127.0.0.1:1/', options), named, option)
  }
  await assert.rejects(connect('ws://127.0.0.1:1/', null as unknown as object), OptionError)
})

test('a misspelt option is named with the nearest one, by connect() and by the class', async () => {
  await assert.rejects(connect('ws://127.0.0.1:1/', { subprotocol: [] } as object), {
    message: /^unknown option "subprotocol" \(did you mean "subprotocols"\?\)$/,
  })
  assert.throws(() => new WebSocket('ws://127.0.0.1:1/', { protocol: [] } as object), { message: /did you mean "protocols"/ })
})

test('the class refuses handlers among its options, because it has events', () => {
  assert.throws(
    () => new WebSocket('ws://127.0.0.1:1/', { message() {} } as object),
    (error: unknown) => error instanceof OptionError && error.option === 'message',
  )
})

test('a wrong header throws from the constructor of the class', () => {
  assert.throws(() => new WebSocket('ws://127.0.0.1:1/', { headers: { a: 'b\r\nc: d' } }), OptionError)
})
