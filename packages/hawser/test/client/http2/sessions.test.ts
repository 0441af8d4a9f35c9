import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError } from '../../../src/core/errors.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { Deadline } from '../../../src/client/deadline.ts'
import { Cancellation } from '../../../src/client/cancellation.ts'
import type { DialProgress } from '../../../src/client/dial.ts'
import { Http2Sessions } from '../../../src/client/http2/sessions.ts'
import { createTestPlatform, ManualClock, settle } from '../../../src/testing/index.ts'
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
    signal: new Cancellation(),
    abortSignal: new AbortController().signal,
    race: async (promise) => promise,
    stage: () => undefined,
    enter: async () => undefined,
  }
  const dial = async (_from: DialProgress, http2: boolean): Promise<Socket> => {
    const socket = { http2, destroyed: false }
    sockets.push(socket)
    return socket
  }
  const route = (required: boolean, key = 'k') => sessions.route({ key, origin: 'https://a.example', required, turnMs: 2_000, dial }, progress)
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

test('if ALPN chooses HTTP/1.1 the same socket is used, and the origin is remembered for five minutes', async () => {
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

test('a failed dial fails all that waited for it, and is not remembered', async () => {
  const { sessions, sockets } = client()
  const progress: DialProgress = {
    signal: new Cancellation(),
    abortSignal: new AbortController().signal,
    race: async (promise) => promise,
    stage: () => undefined,
    enter: async () => undefined,
  }
  let fails = true
  const target = {
    key: 'k',
    origin: 'https://a.example',
    required: false,
    turnMs: 2_000,
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

/** Connects whose dials get no answer before they are told to. */
function silence() {
  const { clock, sessions } = client()
  const answers: ((error?: Error) => void)[] = []
  const stages: string[][] = []
  const target = (required: boolean) => ({
    key: 'k',
    origin: 'https://a.example',
    required,
    turnMs: 2_000,
    dial: (from: DialProgress, http2: boolean): Promise<Socket> => {
      from.stage('tcp')
      return new Promise((resolve, reject) => {
        answers.push((error) => {
          from.stage('tls')
          if (error === undefined) resolve({ http2, destroyed: false })
          else reject(error)
        })
        from.signal.addEventListener('abort', () => reject(from.signal.reason as Error))
      })
    },
  })
  const route = (required = true, limitMs = 10_000) => {
    const deadline = new Deadline(clock, limitMs, undefined, () => undefined)
    const own: string[] = []
    stages.push(own)
    const progress: DialProgress = {
      signal: deadline.signal,
      abortSignal: deadline.abortSignal,
      race: (promise) => deadline.race(promise),
      stage: (stage) => own.push(stage),
      enter: async () => undefined,
    }
    return sessions.route(target(required), progress).finally(() => deadline.end())
  }
  return { clock, sessions, answers, stages, route }
}

test('those that wait for a silent dial keep their own deadlines, and dial once more after turnMs, together', async () => {
  const { clock, sessions, answers, route } = silence()
  const first = route().catch((error: unknown) => error)
  const impatient = route(true, 500).catch((error: unknown) => error)
  const patient = Array.from({ length: 20 }, () => route())
  await clock.advance(500)
  assert.ok((await impatient) instanceof HandshakeError)
  await clock.advance(1_499)
  assert.equal(answers.length, 1)
  await clock.advance(1)
  assert.equal(answers.length, 2)
  answers[1]?.()
  for (const found of await Promise.all(patient)) assert.ok('exchange' in found)
  assert.equal(sessions.size, 1)
  await clock.advance(8_000)
  const error = await first
  assert.ok(error instanceof HandshakeError && error.stage === 'timeout')
  assert.ok('exchange' in (await route()))
  assert.equal(answers.length, 2)
})

test('the deadline of the dialling attempt ends no other: the next one dials', async () => {
  const { clock, answers, route } = silence()
  const first = route(true, 100).catch((error: unknown) => error)
  const second = route()
  await clock.advance(100)
  assert.ok((await first) instanceof HandshakeError)
  assert.equal(answers.length, 2)
  answers[1]?.()
  assert.ok('exchange' in (await second))
})

test('a dial that fails under http 2 fails all that require it, and those with auto dial again', async () => {
  const { answers, route } = silence()
  const results = [route(true), route(true), route(false)].map((attempt) => attempt.catch((error: unknown) => error))
  await settle()
  answers[0]?.(new Error('refused'))
  assert.match(String(await results[0]), /refused/)
  assert.match(String(await results[1]), /refused/)
  await settle()
  assert.equal(answers.length, 2)
  answers[1]?.()
  assert.ok('exchange' in ((await results[2]) as object))
})
