import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError } from '../../../src/core/errors.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import type { DialProgress } from '../../../src/client/dial.ts'
import { Http2Sessions } from '../../../src/client/http2/sessions.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { SessionDouble } from '../../peers/session-double.ts'

type Socket = { readonly http2: boolean; destroyed: boolean }

function client(allowsConnect = true, agrees = true) {
  const clock = new ManualClock()
  const sockets: Socket[] = []
  const opened: SessionDouble[] = []
  const sessions = new Http2Sessions<Socket>(createRuntime(createTestPlatform(1), clock), {
    speaksHttp2: ({ http2 }) => http2 && agrees,
    open: async () => {
      const session = new SessionDouble()
      session.allowsConnect = allowsConnect
      opened.push(session)
      return session
    },
    destroy: (socket) => {
      socket.destroyed = true
    },
  })
  const progress: DialProgress = {
    signal: new AbortController().signal,
    race: async (promise) => promise,
    stage: () => undefined,
    enter: async () => undefined,
  }
  const dial = async (_from: DialProgress, http2: boolean): Promise<Socket> => {
    const socket = { http2, destroyed: false }
    sockets.push(socket)
    return socket
  }
  const route = (required: boolean, key = 'k') => sessions.route({ key, origin: 'https://a.example', required, dial }, progress)
  return { clock, sockets, opened, sessions, route }
}

test('concurrent connects to one origin share one dial, and those to another do not', async () => {
  const { route, sockets, sessions } = client()
  await Promise.all([route(true), route(false), route(true), route(true, 'other')])
  assert.equal(sockets.length, 2)
  assert.equal(sessions.size, 2)
})

test('a session that is gone is forgotten, and the next connect dials', async () => {
  const { route, sockets, opened, sessions } = client()
  await route(true)
  opened[0]?.close()
  assert.equal(sessions.size, 0)
  await route(true)
  assert.equal(sockets.length, 2)
})

test('where ALPN chooses HTTP/1.1 the same socket goes on, and the origin is remembered for five minutes', async () => {
  const { clock, route, sockets } = client(true, false)
  assert.equal(await route(false), sockets[0])
  await route(false)
  await clock.advance(299_000)
  await route(false)
  assert.deepEqual(
    sockets.map(({ http2 }) => http2),
    [true, false, false],
  )
  await clock.advance(2_000)
  await route(false)
  assert.equal(sockets[3]?.http2, true)
})

test('HTTP/2 that is required and not agreed to is a HandshakeError at stage tls, and the socket is destroyed', async () => {
  const { route, sockets } = client(true, false)
  await assert.rejects(route(true), (error) => error instanceof HandshakeError && error.stage === 'tls' && error.rule?.section === '3.2')
  assert.ok(sockets[0]?.destroyed)
})

test('without SETTINGS_ENABLE_CONNECT_PROTOCOL the session is aborted, and a fresh connection speaks HTTP/1.1 [RFC 8441 §3]', async () => {
  const { route, sockets, opened } = client(false)
  assert.equal(await route(false), sockets[1])
  assert.equal(sockets[1]?.http2, false)
  assert.deepEqual(opened[0]?.asked, ['abort'])
  await assert.rejects(route(true), (error) => error instanceof HandshakeError && error.stage === 'settings')
})

test('a failed dial is told to all that waited for it, and not remembered', async () => {
  const { sessions, sockets } = client()
  const progress: DialProgress = {
    signal: new AbortController().signal,
    race: async (promise) => promise,
    stage: () => undefined,
    enter: async () => undefined,
  }
  let fails = true
  const target = {
    key: 'k',
    origin: 'https://a.example',
    required: false,
    dial: async (_from: DialProgress, http2: boolean): Promise<Socket> => {
      if (fails) throw new Error('no way')
      return { http2, destroyed: false }
    },
  }
  const results = await Promise.allSettled([sessions.route(target, progress), sessions.route(target, progress)])
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  fails = false
  await sessions.route(target, progress)
  assert.equal(sessions.size, 1)
  assert.equal(sockets.length, 0)
})
