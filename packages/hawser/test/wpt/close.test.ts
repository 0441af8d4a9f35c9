import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frame, switchingProtocols } from '../runtime/node/raw-server.ts'
import { echoUrl, next, openFor, rawUrl } from './echo-server.ts'

for (const code of [0, 500, Number.NaN, 'string', null, 65_536 + 1000, 999, 1001, 1005, 2999, 5000]) {
  test(`close(${String(code)}) is an InvalidAccessError in every state [WPT close-invalid, Close-0, Close-null, Close-NaN, Close-2999-reason]`, async (t) => {
    const socket = openFor(t, await echoUrl(t))
    const close = (): void => socket.close(code as number, 'reason')
    assert.throws(close, { name: 'InvalidAccessError' })
    await next(socket, 'open')
    assert.throws(close, { name: 'InvalidAccessError' })
    assert.equal(socket.readyState, 1)
    socket.close()
    await next(socket, 'close')
    assert.throws(close, { name: 'InvalidAccessError' })
  })
}

const ends: [values: unknown[], code: number, reason: string, test: string][] = [
  [[], 1005, '', 'closing-handshake/003'],
  [[undefined], 1005, '', 'Close-undefined'],
  [[undefined, undefined], 1005, '', 'Close-1005'],
  [[1000], 1000, '', 'Close-1000'],
  [[1000, 'Clean Close'], 1000, 'Clean Close', 'Close-1000-reason'],
  [[3000, 'x'], 3000, 'x', 'Close-3000-reason'],
  [[4999, 'x'], 4999, 'x', 'Close-4999-reason'],
  [['3001'], 3001, '', 'Web IDL conversion'],
  [[1000, 'r'.repeat(123)], 1000, 'r'.repeat(123), 'close/006'],
  [[1000, '\ud801\udc07'], 1000, '\ud801\udc07', 'Close-reason with paired surrogates'],
  [[1000, '\ud807'], 1000, '\ufffd', 'Close-reason-unpaired-surrogates'],
]
for (const [values, code, reason, from] of ends) {
  test(`close(${JSON.stringify(values).slice(1, -1)}) ends cleanly with ${code} ${JSON.stringify(reason)} [WPT ${from}]`, async (t) => {
    const socket = openFor(t, await echoUrl(t))
    socket.onerror = () => assert.fail('error')
    await next(socket, 'open')
    assert.equal(Reflect.apply(socket.close, socket, values), undefined)
    assert.equal(socket.readyState, 2)
    const event = await next(socket, 'close')
    assert.deepEqual([event.code, event.reason, event.wasClean, socket.readyState], [code, reason, true, 3])
  })
}

test('a reason above 123 bytes of UTF-8 is a SyntaxError [WPT Close-Reason-124Bytes, close/006]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  for (const reason of ['r'.repeat(124), `${'é'.repeat(61)}ab`, '\ud800'.repeat(42)]) {
    assert.throws(() => socket.close(1000, reason), { name: 'SyntaxError' })
  }
  assert.equal(socket.readyState, 0)
})

test('close() while CONNECTING is an unclean close without open [WPT close/close-connecting, close/001, close/002]', async (t) => {
  const url = await rawUrl(t, () => {})
  const socket = openFor(t, url)
  socket.onopen = () => assert.fail('open')
  socket.close()
  assert.equal(socket.readyState, 2)
  const { code, wasClean } = await next(socket, 'close')
  assert.deepEqual([code, wasClean, socket.readyState], [1006, false, 3])
})

test('close() again, and in the close event, changes nothing [WPT close/close-multiple, close/close-nested, Close-readyState-Closed]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  await next(socket, 'open')
  let closes = 0
  socket.onclose = () => {
    closes++
    socket.close()
    assert.equal(socket.readyState, 3)
  }
  socket.close(3000)
  socket.close(3001)
  assert.equal(socket.readyState, 2)
  assert.equal((await next(socket, 'close')).code, 3000)
  socket.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(closes, 1)
})

test('a server that closes gives its code and reason, and readyState is CLOSED in the event [WPT Close-server-initiated-close, Close-1000-verify-code]', async (t) => {
  const url = await rawUrl(t, async ({ head, afterHead, socket }) => {
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(8, Buffer.from('\x0b\xb9why', 'latin1'))]))
    await afterHead(8)
    socket.end()
  })
  const socket = openFor(t, url)
  const { code, reason, wasClean } = await next(socket, 'close')
  assert.deepEqual([code, reason, wasClean, socket.readyState], [3001, 'why', true, 3])
})

test('a server that ends without a Close frame gives 1006, not clean, with error before it [WPT closing-handshake/002, CloseEvent/clean-close]', async (t) => {
  const url = await rawUrl(t, async ({ head, socket }) => void socket.end(switchingProtocols(await head())))
  const socket = openFor(t, url)
  await next(socket, 'open')
  const { code, reason, wasClean } = await next(socket, 'close')
  assert.deepEqual([code, reason, wasClean], [1006, '', false])
})

test('a Close frame without a code gives 1005, clean [WPT closing-handshake/004]', async (t) => {
  const url = await rawUrl(t, async ({ head, afterHead, socket }) => {
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(8)]))
    await afterHead(6)
    socket.end()
  })
  const { code, wasClean } = await next(openFor(t, url), 'close')
  assert.deepEqual([code, wasClean], [1005, true])
})
