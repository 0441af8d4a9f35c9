import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json } from '../../../src/core/subprotocols/index.ts'
import { HandshakeError } from '../../../src/core/errors.ts'
import { connect } from '../../../src/runtime/browser/connect.ts'
import { rawServer } from '../node/raw-server.ts'
import { serveFor } from '../../peers/test-server.ts'
import { idle } from '../../wpt/stream-server.ts'
import { platformKinds, usePlatform } from './platform-double.ts'

for (const kind of platformKinds) {
  test(`over ${kind}: typed messages both ways, and the end as each end sees it`, async (t) => {
    usePlatform(t, kind)
    const server = await serveFor(t, {
      port: 0,
      subprotocols: { sum: json() },
      message(socket, message, subprotocol) {
        if (subprotocol === 'sum') socket.send((message as number) + 1)
      },
    })
    const opened: string[] = []
    const socket = await connect(server.url.replace('ws:', 'http:'), {
      subprotocols: { sum: json() },
      open: (one) => void opened.push(one.subprotocol),
    })
    assert.deepEqual(opened, ['sum'])
    if (socket.subprotocol === 'sum') socket.send(1)
    assert.equal(await socket.receive(), 2)
    const info = await socket.close(3000, 'done')
    assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator], [3000, 'done', true, 'local'])
    assert.equal(socket.readyState, 'CLOSED')
  })

  test(`over ${kind}: messages that come with the handshake reach a handler, and the close handler comes last`, async (t) => {
    usePlatform(t, kind)
    const server = await serveFor(t, {
      port: 0,
      open(socket) {
        for (const message of ['a', 'b', 'c']) socket.send(message)
        void socket.close(4000, 'enough')
      },
    })
    const log: unknown[] = []
    const socket = await connect(server.url, {
      open: () => void log.push('open'),
      message: (_socket, message) => void log.push(message),
      close: (_socket, { code, reason, initiator }) => void log.push([code, reason, initiator]),
    })
    await socket.closed
    assert.deepEqual(log, ['open', 'a', 'b', 'c', [4000, 'enough', 'remote']])
  })

  test(`over ${kind}: a handshake that fails, ends by its signal, takes too long, or has a wrong URL is a HandshakeError`, async (t) => {
    usePlatform(t, kind)
    const refusing = await serveFor(t, { port: 0, upgrade: () => new Response('no', { status: 403 }) })
    const failure = async (url: string, options: object = {}): Promise<HandshakeError> => {
      const error = await connect(url, options).then(
        () => assert.fail('connected'),
        (reason: unknown) => reason,
      )
      assert.ok(error instanceof HandshakeError)
      return error
    }
    const refused = await failure(refusing.url)
    assert.deepEqual([refused.stage, refused.status], ['response', undefined])
    const silent = await rawServer(() => {})
    t.after(() => silent.close())
    assert.equal((await failure(silent.url, { limits: { handshakeMs: 20 } })).stage, 'timeout')
    const controller = new AbortController()
    const aborted = failure(silent.url, { signal: controller.signal })
    controller.abort()
    assert.equal((await aborted).stage, 'aborted')
    assert.equal((await failure(silent.url, { signal: controller.signal })).stage, 'aborted')
    for (const url of ['ftp://h/', '/relative', 'ws://h/#a']) assert.equal((await failure(url)).stage, 'url')
  })
}

test('over WebSocketStream, a page that takes no messages makes the server wait', async (t) => {
  usePlatform(t, 'WebSocketStream')
  let sent = 0
  const server = await serveFor(t, {
    port: 0,
    async open(socket) {
      for (const message = new Uint8Array(256 * 1024); sent < 200; sent++) {
        if (socket.send(message) === 'closed') return
        await socket.drained
      }
    },
  })
  const socket = await connect(server.url)
  await idle(() => sent)
  assert.ok(sent < 100, `${sent} messages were sent`)
  let received = 0
  for await (const message of socket) {
    assert.equal((message as Uint8Array).byteLength, 256 * 1024)
    if (++received === 200) break
  }
  await socket.close()
})

test('errors of handlers go to `error`, and otherwise to the console', async (t) => {
  usePlatform(t, 'WebSocket')
  const server = await serveFor(t, { port: 0 })
  const failure = new Error('why')
  const open = (): void => {
    throw failure
  }
  const reports: unknown[] = []
  await (await connect(server.url, { open, error: (error, where) => void reports.push(error, where) })).closed
  assert.deepEqual(reports, [failure, 'open'])
  const shown = t.mock.method(console, 'error', () => {})
  await (await connect(server.url, { open })).closed
  assert.deepEqual(shown.mock.calls[0]?.arguments, [failure])
})
