import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { connect, OptionError, serve } from '../../../src/index.ts'
import { readUnixUrl, unixUrlOf } from '../../../src/runtime/node/unix-url.ts'

test('connect takes the URL that a server on a Unix domain socket gives out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  try {
    for (const name of ['chat.sock', 'a: b?#%41.sock']) {
      const targets: string[] = []
      await using server = closing(
        await serve({
          socketPath: join(folder, name),
          upgrade: (request) => {
            targets.push(request.path)
            return {}
          },
          message: (socket, message) => void socket.send(message),
        }),
      )
      const socket = await connect(server.url)
      socket.send('hello')
      for await (const message of socket) {
        assert.equal(message, 'hello')
        break
      }
      await socket.close()
      await (await connect(new URL(`${server.url}:/chat?room=1`))).close()
      assert.deepEqual(targets, ['/', '/chat'])
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a ws+unix URL names the socket and, after a colon, the request target', () => {
  assert.deepEqual(readUnixUrl('ws+unix:/run/a.sock', undefined), { url: 'ws://localhost/', socketPath: '/run/a.sock' })
  assert.deepEqual(readUnixUrl('WSS+UNIX:///run/a.sock:/b?c', undefined), { url: 'wss://localhost/b?c', socketPath: '/run/a.sock' })
  for (const path of ['/run/a.sock', '/run/ü :?#%.sock', String.raw`\\.\pipe\x`, '\0abstract']) {
    for (const secure of [true, false]) assert.equal(readUnixUrl(unixUrlOf(path, secure), undefined)?.socketPath, path)
  }
})

test('any other URL, and a malformed ws+unix URL, is left to the rules of ws URLs', async () => {
  for (const url of ['ws://h/', 'ws+unix:', 'ws+unix:/a.sock#f', 'ws+unix:/a.sock:b', 'ws+unix:/a.sock?b', 'ws+unix:/%zz', 'http+unix:/a', 7]) {
    assert.equal(readUnixUrl(url, undefined), undefined, String(url))
  }
  await assert.rejects(connect('ws+unix:/a.sock#f'), { name: 'HandshakeError', stage: 'url' })
})

test('a ws+unix URL cannot be combined with socketPath, createConnection or proxy', async () => {
  for (const options of [{ socketPath: '/b.sock' }, { createConnection: () => assert.fail() }, { proxy: 'http://localhost:1' }]) {
    await assert.rejects(connect('ws+unix:/a.sock', options), OptionError)
  }
})

/** `await using` without a server that knows it. */
function closing<T extends { close(): Promise<unknown> }>(server: T): T & AsyncDisposable {
  return Object.assign(server, { [Symbol.asyncDispose]: async () => void (await server.close()) })
}

test('a path that is too long for the system is refused, and not cut off', { skip: process.platform === 'win32' }, async () => {
  const socketPath = `/tmp/${'x'.repeat(120)}.sock`
  for (const attempt of [serve({ socketPath }), connect('ws://localhost/', { socketPath }), connect(unixUrlOf(socketPath, false))]) {
    await assert.rejects(attempt, /^OptionError: option socketPath: expected a path of at most 10[37] bytes, received /)
  }
})
