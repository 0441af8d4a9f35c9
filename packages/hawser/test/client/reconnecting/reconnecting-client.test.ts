import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, HandshakeError, MessageError, OptionError } from '../../../src/core/errors.ts'
import { json, text } from '../../../src/core/subprotocols/index.ts'
import { transitions } from '../../../src/client/reconnecting/options.ts'
import type { ReconnectAttempt, ReconnectChange, ReconnectState } from '../../../src/client/reconnecting/options.ts'
import { SilenceWatch } from '../../../src/client/reconnecting/silence.ts'
import { memoryServer, settle } from '../../../src/testing/index.ts'
import type { MemoryServer } from '../../../src/testing/index.ts'

/** What a hook returns to accept. */
const yes = { context: undefined }

/** Records every change, and checks that each one is in the table. */
function recorder(): { state(change: ReconnectChange): void; readonly states: ReconnectState[]; readonly changes: ReconnectChange[] } {
  const states: ReconnectState[] = []
  const changes: ReconnectChange[] = []
  return {
    states,
    changes,
    state(change) {
      const last = states.at(-1)
      if (last !== undefined) assert.ok(transitions[last].includes(change.state), `${last} → ${change.state}`)
      states.push(change.state)
      changes.push(change)
    },
  }
}

/** Runs the clock from wait to wait until `done`. */
async function advanceUntil(server: MemoryServer, done: () => boolean, stepMs = 100, limitMs = 10_000_000): Promise<void> {
  for (let passed = 0; !done(); passed += stepMs) {
    assert.ok(passed < limitMs, 'it never came')
    await server.clock.advance(stepMs)
  }
}

test('a connection that ends is followed by another one, after a random part of a window that doubles [R02, R09]', async () => {
  let refusals = 3
  const server = memoryServer({ upgrade: () => (refusals-- > 0 ? new Response('not yet', { status: 503 }) : yes) })
  const { state, states, changes } = recorder()
  const client = server.reconnecting('/', { state })
  assert.deepEqual([client.readyState, client.socket, states.length], ['CONNECTING', undefined, 0])
  const opened = client.opened
  await advanceUntil(server, () => client.readyState === 'OPEN')
  assert.equal(await opened, client.socket)
  assert.deepEqual(states, ['CONNECTING', 'WAITING', 'CONNECTING', 'WAITING', 'CONNECTING', 'WAITING', 'CONNECTING', 'OPEN'])
  const waits = changes.filter((change) => change.state === 'WAITING').map(({ failure }) => failure)
  for (const [index, failure] of waits.entries()) {
    const window = 1000 * 2 ** index
    const { delayMs = -1 } = failure ?? {}
    assert.ok(delayMs >= window * 0.05 && delayMs <= window, `${delayMs} of ${window}`)
    assert.deepEqual([failure?.failures, failure?.connectionCount, failure?.close], [index + 1, 0, undefined])
    assert.equal((failure?.error as HandshakeError).status, 503)
  }
  const [first] = server.connections
  await first?.close(1001, 'deploy')
  await settle()
  assert.equal(client.readyState, 'WAITING')
  assert.deepEqual([changes.at(-1)?.failure?.close?.code, changes.at(-1)?.failure?.close?.reason], [1001, 'deploy'])
  await advanceUntil(server, () => client.connectionCount === 2)
  assert.equal((await client.close(1000, 'bye')).close?.reason, 'bye')
  assert.deepEqual(states.slice(-4), ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'])
  assert.equal(server.clock.pending, 0)
})

test('ten thousand clients of a server that restarts come back spread over the window, and none in its first twentieth [R14]', async () => {
  const clients = 10_000
  const server = memoryServer({ upgrade: () => new Response('', { status: 503 }) })
  const delays: number[] = []
  for (let i = 0; i < clients; i++) {
    server.reconnecting(
      () => {
        throw new Error('no network')
      },
      { state: ({ state, failure }) => void (state === 'WAITING' && delays.push(failure?.delayMs ?? -1)) },
    )
  }
  for (let turn = 0; delays.length < clients && turn < 100; turn++) await settle()
  assert.equal(delays.length, clients)
  const tenths = Array.from({ length: 10 }, () => 0)
  for (const delay of delays) {
    assert.ok(delay >= 50 && delay <= 1000, `${delay}`)
    const tenth = Math.min(9, Math.floor((delay - 50) / 95))
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  // A tenth of them in each; the delays are the same in every run.
  for (const count of tenths) assert.ok(count > clients * 0.085 && count < clients * 0.115, `${tenths.join(' ')}`)
})

test('failures are counted in a row until a connection was open for reconnect.stableMs [R03]', async () => {
  let ends = true
  const server = memoryServer({ open: (socket) => void (ends && socket.close(1011, 'failing')) })
  const { state, changes } = recorder()
  const client = server.reconnecting('/', { state, reconnect: { stableMs: 3000 } })
  const failures = (): (number | undefined)[] => changes.filter((one) => one.state === 'WAITING').map((one) => one.failure?.failures)
  await advanceUntil(server, () => failures().length === 4)
  assert.deepEqual(failures(), [1, 2, 3, 4])
  ends = false
  await advanceUntil(server, () => client.readyState === 'OPEN')
  await server.clock.advance(3000)
  for (const one of server.connections) one.terminate()
  await advanceUntil(server, () => failures().length === 5)
  assert.deepEqual(failures().at(-1), 1)
  await client.close()
})

test('a server that asks for time with Retry-After gets it, within a bound, and the random time after it [R02, RFC 9110 section 10.2.3]', async () => {
  const delayAfter = async (retryAfter: string, more: Record<string, string> = {}): Promise<number> => {
    const server = memoryServer({ upgrade: () => new Response('', { status: 503, headers: { 'Retry-After': retryAfter, ...more } }) })
    const { state, changes } = recorder()
    const client = server.reconnecting('/', { state, reconnect: { maxRetryAfterMs: 600_000 } })
    await settle()
    await client.close()
    return changes.find((change) => change.state === 'WAITING')?.failure?.delayMs ?? -1
  }
  const within = (delay: number, from: number): void => assert.ok(delay > from && delay <= from + 1000, `${delay} after ${from}`)
  within(await delayAfter('120'), 120_000)
  within(await delayAfter('Fri, 31 Dec 1999 23:59:59 GMT', { Date: 'Fri, 31 Dec 1999 23:59:29 GMT' }), 30_000)
  within(await delayAfter('9'.repeat(400)), 600_000)
  within(await delayAfter('Friday, 31-Dec-99 23:59:59 GMT', { Date: 'Fri Dec 31 23:59:54 1999' }), 5000)
  within(await delayAfter('Fri, 31 Dec 1999 23:59:59 GMT', { Date: 'Sat, 01 Jan 2000 00:00:00 GMT' }), 0)
  within(await delayAfter('86400'), 600_000)
  for (const nothing of ['soon', 'soon 3000', '3000-01-01', 'Fri, 99 Foo 3000 23:59:59 GMT', '-5', '1.5', '1e3', '120, 5', ''])
    within(await delayAfter(nothing), 0)
})

test('close codes 1012 and 1013 wait in the largest window, since all clients come at once [R02]', async () => {
  for (const code of [1012, 1013] as const) {
    const server = memoryServer()
    const { state, changes } = recorder()
    const client = server.reconnecting('/', { state })
    await client.opened
    for (const one of server.connections) void one.close(code)
    await settle()
    const { delayMs = -1 } = changes.at(-1)?.failure ?? {}
    assert.ok(delayMs >= 1500 && delayMs <= 30_000, `${delayMs}`)
    await client.close()
  }
})

test('an answer that would be the same again is final, and is told where it happened [R04]', async (t) => {
  const statuses: [status: number, attempts: number][] = [
    [400, 1],
    [401, 1],
    [403, 1],
    [404, 1],
    [410, 1],
    [501, 1],
    [408, 3],
    [429, 3],
    [500, 3],
    [502, 3],
    [503, 3],
    [530, 3],
  ]
  for (const [status, attempts] of statuses) {
    let asked = 0
    const server = memoryServer({ upgrade: () => ((asked += 1), new Response('', { status })) })
    const { state, states, changes } = recorder()
    const client = server.reconnecting('/', { state, reconnect: { attempts: 3 } })
    await advanceUntil(server, () => client.readyState === 'CLOSED')
    const end = await client.closed
    assert.deepEqual([status, asked], [status, attempts])
    assert.equal((end.failure?.error as HandshakeError).status, status)
    assert.equal(end.failure?.delayMs, undefined)
    assert.equal(changes.at(-1)?.failure, end.failure)
    assert.equal(states.at(-1), 'CLOSED')
    await assert.rejects(client.opened, (error) => error === end.failure?.error)
    await assert.rejects(client.receive(), (error) => error === end.failure?.error)
    assert.equal(client.send('late'), 'closed')
  }
  const codes: [code: 1000 | 1001 | 1002 | 1003 | 1007 | 1008 | 1009 | 1011 | 3000 | 4001, isFinal: boolean][] = [
    [1000, false],
    [1001, false],
    [1002, true],
    [1003, true],
    [1007, true],
    [1008, true],
    [1009, true],
    [1011, false],
    [3000, false],
    [4001, false],
  ]
  for (const [code, isFinal] of codes) {
    const server = memoryServer()
    const client = server.reconnecting('/', { state() {} })
    await client.opened
    for (const one of server.connections) void one.close(code, 'why')
    await settle()
    assert.deepEqual([code, client.readyState], [code, isFinal ? 'CLOSED' : 'WAITING'])
    await client.close()
  }
  await t.test('a server that breaks a rule of the handshake is none to come back to', async () => {
    const server = memoryServer({ subprotocols: ['other'] })
    const client = server.reconnecting('/', { subprotocols: ['chat'], state() {} })
    const { failure } = await client.closed
    assert.equal((failure?.error as HandshakeError).stage, 'subprotocol')
  })
  await t.test('without a state handler the error option is told, so that it is not silent', async () => {
    const server = memoryServer({ upgrade: () => new Response('', { status: 404 }) })
    const told: unknown[] = []
    const client = server.reconnecting('/', { error: (error, where) => void told.push([(error as HandshakeError).status, where]) })
    await client.closed
    assert.deepEqual(told, [[404, 'connect']])
  })
})

test('url and prepare are asked for each attempt, and 401 and 403 get one attempt with other credentials [R01, R04]', async () => {
  const tokens: (string | undefined)[] = []
  let valid = 'second'
  const server = memoryServer({
    upgrade({ fields, url }) {
      tokens.push(`${url.searchParams.get('n')} ${fields.get('authorization')}`)
      return fields.get('authorization') === valid ? yes : new Response('', { status: 401 })
    },
  })
  const attempts: ReconnectAttempt[] = []
  const names = ['first', 'second', 'third', 'fourth']
  const client = server.reconnecting(({ number }) => `/?n=${number}`, {
    headers: { 'X-Kept': 'yes' },
    async prepare(attempt) {
      attempts.push(attempt)
      await Promise.resolve()
      return { headers: { Authorization: names[attempts.length - 1] ?? '' } }
    },
    state() {},
  })
  await advanceUntil(server, () => client.readyState === 'OPEN')
  assert.deepEqual(tokens, ['1 first', '2 second'])
  assert.deepEqual(
    attempts.map(({ number, connectionCount, failure }) => [number, connectionCount, (failure?.error as HandshakeError | undefined)?.status]),
    [
      [1, 0, undefined],
      [2, 0, 401],
    ],
  )
  valid = 'none'
  for (const one of server.connections) one.terminate()
  await advanceUntil(server, () => client.readyState === 'CLOSED')
  // One more with other credentials, and that is all.
  assert.deepEqual(tokens.slice(2), ['3 third', '4 fourth'])
})

test('url and prepare may fail, take too long, or give nonsense; close ends what they do [R01, R09]', async (t) => {
  const server = memoryServer()
  await t.test('what they throw is a failure, and the next attempt asks again', async () => {
    let asked = 0
    const { state, changes } = recorder()
    const client = server.reconnecting('/', {
      state,
      prepare() {
        asked += 1
        if (asked === 1) throw new Error('no token')
        return asked === 2 ? Promise.reject(new Error('no token either')) : undefined
      },
    })
    await advanceUntil(server, () => client.readyState === 'OPEN')
    const errors = changes.filter((one) => one.state === 'WAITING').map((one) => (one.failure?.error as Error).message)
    assert.deepEqual(errors, ['no token', 'no token either'])
    await client.close()
  })
  await t.test('a promise that never settles', async () => {
    const signals: AbortSignal[] = []
    const { state, changes } = recorder()
    const client = server.reconnecting(({ signal }) => (signals.push(signal), new Promise<string>(() => undefined)), {
      state,
      reconnect: { prepareMs: 500 },
    })
    await advanceUntil(server, () => changes.length >= 2)
    const error = changes[1]?.failure?.error as HandshakeError
    assert.deepEqual([error.stage, error.message], ['timeout', 'the option url took longer than reconnect.prepareMs, 500 ms'])
    assert.equal(signals[0]?.aborted, true)
    await advanceUntil(server, () => signals.length === 2)
    const end = client.close()
    assert.equal(signals[1]?.aborted, true)
    assert.deepEqual(await end, { failure: undefined, close: undefined })
  })
  await t.test('an abort listener that throws is reported', async () => {
    const told: unknown[] = []
    const client = server.reconnecting(
      ({ signal }) =>
        new Promise<string>(() =>
          signal.addEventListener('abort', () => {
            throw new Error('from the listener')
          }),
        ),
      { state() {}, error: (error, where) => void told.push([(error as Error).message, where]) },
    )
    await settle()
    await client.close()
    assert.deepEqual(told, [['from the listener', 'connect']])
  })
  await t.test('wrong options from prepare are an OptionError that names them, and final', async () => {
    const wrong: [given: unknown, option: string][] = [
      [{ header: {} }, 'prepare().header'],
      [{ message() {} }, 'prepare().message'],
      [{ signal: new AbortController().signal }, 'prepare().signal'],
      ['headers', 'prepare'],
      [{ headers: 5 }, 'headers'],
    ]
    for (const [given, option] of wrong) {
      const { failure } = await server.reconnecting('/', { state() {}, prepare: () => given as object }).closed
      assert.equal((failure?.error as OptionError).option, option)
    }
  })
  await server.close()
  assert.equal(server.clock.pending, 0)
})

test('reconnect.retry decides over the table; where it fails, the plan stands [R04]', async () => {
  const run = async (
    retry: (failure: { failures: number }) => unknown,
    status: number,
  ): Promise<{ asked: number; delays: unknown[]; told: unknown[] }> => {
    let asked = 0
    const server = memoryServer({ upgrade: () => ((asked += 1), new Response('', { status })) })
    const told: unknown[] = []
    const delays: unknown[] = []
    const client = server.reconnecting('/', {
      state: ({ state, failure }) => void (state === 'WAITING' && delays.push(failure?.delayMs)),
      reconnect: { retry: retry as never, attempts: 5 },
      error: (error, where) => void told.push([(error as Error).message.slice(0, 40), where]),
    })
    await advanceUntil(server, () => client.readyState === 'CLOSED' || asked === 4)
    await client.close()
    return { asked, delays, told }
  }
  assert.equal((await run(() => false, 503)).asked, 1)
  assert.equal((await run(() => true, 404)).asked, 4)
  assert.deepEqual((await run(({ failures }) => (failures < 3 ? 7 * failures : false), 404)).delays, [7, 14])
  assert.equal((await run(() => undefined, 404)).asked, 1)
  const broken = [
    () => {
      throw new Error('my own')
    },
    () => 'soon',
    () => -1,
    () => NaN,
    () => Promise.resolve(true),
  ]
  for (const retry of broken) {
    const { asked, told } = await run(retry, 404)
    assert.deepEqual([asked, told.length, (told[0] as string[])[1]], [1, 1, 'retry'])
  }
})

test('close, terminate and the signal end it for good in every state, and nothing is left [R09]', async (t) => {
  const ways = {
    close: (client: { close(): unknown }) => void client.close(),
    terminate: (client: { terminate(): void }) => client.terminate(),
    signal: (_client: object, controller: AbortController) => controller.abort(new Error('enough')),
  }
  for (const [name, end] of Object.entries(ways)) {
    await t.test(name, async () => {
      for (const wanted of ['nothing', 'CONNECTING', 'WAITING', 'OPEN'] as const) {
        const server = memoryServer({
          upgrade: () =>
            wanted === 'WAITING' ? new Response('', { status: 503 }) : wanted === 'CONNECTING' ? new Promise<never>(() => undefined) : yes,
        })
        const controller = new AbortController()
        const { state, states } = recorder()
        const client = server.reconnecting('/', { state, signal: controller.signal })
        if (wanted !== 'nothing') {
          await settle()
          assert.equal(client.readyState, wanted)
        }
        const { opened } = client
        end(client as never, controller)
        const { failure } = await client.closed
        assert.equal(failure, undefined)
        assert.deepEqual([client.readyState, client.socket, states.at(-1)], ['CLOSED', undefined, 'CLOSED'])
        if (wanted !== 'OPEN') await assert.rejects(opened, ConnectionError)
        await server.close()
        await server.clock.advance(100_000)
        assert.deepEqual([states.filter((one) => one === 'CONNECTING').length, server.clock.pending], [wanted === 'nothing' ? 0 : 1, 0])
        assert.equal(await client.close(), await client.closed)
      }
    })
  }
  await t.test('a signal that is aborted already', async () => {
    const server = memoryServer()
    const client = server.reconnecting('/', { signal: AbortSignal.abort() })
    await client.closed
    assert.equal(client.connectionCount, 0)
  })
  await t.test('await using', async () => {
    const server = memoryServer()
    const client = server.reconnecting('/')
    await client.opened
    await client[Symbol.asyncDispose]()
    assert.deepEqual([client.readyState, server.connections.size], ['CLOSED', 0])
  })
  await t.test('the application that closes the socket has ended it, and terminate as well', async () => {
    const server = memoryServer()
    for (const end of ['close', 'terminate'] as const) {
      const client = server.reconnecting('/', { state() {} })
      const socket = await client.opened
      void socket[end]()
      assert.equal((await client.closed).failure?.delayMs, undefined)
      assert.equal(client.readyState, 'CLOSED')
    }
  })
})

test('reconnect() ends a wait, and replaces an open connection [R09]', async () => {
  let isUp = false
  const server = memoryServer({ upgrade: () => (isUp ? yes : new Response('', { status: 503 })) })
  const { state, states } = recorder()
  const client = server.reconnecting('/', { state })
  await settle()
  assert.equal(client.readyState, 'WAITING')
  isUp = true
  client.reconnect()
  const first = await client.opened
  client.reconnect(4000, 'new token')
  const info = await first.closed
  assert.deepEqual([info.initiator, info.sent?.code], ['local', 4000])
  await settle()
  assert.equal(client.readyState, 'OPEN')
  assert.notEqual(client.socket, first)
  assert.deepEqual(states, ['CONNECTING', 'WAITING', 'CONNECTING', 'OPEN', 'CONNECTING', 'OPEN'])
  assert.throws(() => client.reconnect(1005 as never), OptionError)
  await client.close()
})

test('send says what became of the message; without the option queue nothing waits [R07]', async () => {
  const got: unknown[] = []
  const server = memoryServer({ message: (_socket, message) => void got.push(message) })
  const client = server.reconnecting('/')
  assert.equal(client.send('too early'), 'closed')
  await client.opened
  assert.equal(client.send('in time'), 'sent')
  assert.throws(() => client.send(5 as never), TypeError)
  await client.close()
  assert.equal(client.send('too late'), 'closed')
  assert.deepEqual(got, ['in time'])
})

test('the queue keeps messages in order until the open handler is done, within its bounds [R07]', async (t) => {
  await t.test('order, and what was sent from the open handler comes first', async () => {
    const got: unknown[] = []
    const server = memoryServer({ message: (_socket, message) => void got.push(message) })
    let go: (() => void) | undefined
    const client = server.reconnecting('/', {
      queue: {},
      open: (socket) => {
        socket.send('hello')
        return new Promise<void>((resolve) => (go = resolve))
      },
    })
    assert.deepEqual([client.send('a'), client.send(new Uint8Array([1, 2]))], ['queued', 'queued'])
    assert.deepEqual([client.queuedMessages, client.queuedBytes], [2, 3])
    await client.opened
    assert.equal(client.send('b'), 'queued')
    await settle()
    assert.deepEqual(got, ['hello'])
    go?.()
    await settle()
    assert.equal(client.send('c'), 'sent')
    await settle()
    assert.deepEqual(got, ['hello', 'a', new Uint8Array([1, 2]), 'b', 'c'])
    assert.deepEqual([client.queuedMessages, client.queuedBytes], [0, 0])
    await client.close()
  })
  await t.test('bounds in messages, bytes and age; keys replace', async () => {
    const server = memoryServer({ upgrade: () => new Response('', { status: 503 }) })
    const unsent: unknown[] = []
    const client = server.reconnecting('/', {
      state() {},
      queue: { messages: 3, bytes: 10, ageMs: 5000 },
      unsent: (message, reason) => void unsent.push([message, reason]),
    })
    await settle()
    assert.deepEqual([client.send('1234'), client.send('ä', { key: 'a' }), client.send('12345')], ['queued', 'queued', 'dropped'])
    assert.equal(client.send('xyz', { key: 'a' }), 'queued')
    assert.deepEqual([client.send('5'), client.send('6')], ['queued', 'dropped'])
    assert.deepEqual([client.queuedMessages, client.queuedBytes, unsent], [3, 8, [['ä', 'replaced']]])
    await server.clock.advance(5001)
    assert.equal(client.send('new'), 'queued')
    assert.deepEqual(
      unsent.slice(1).map((one) => (one as unknown[])[1]),
      ['expired', 'expired', 'expired'],
    )
    await client.close()
    assert.deepEqual(unsent.at(-1), ['new', 'closed'])
    assert.equal(client.queuedBytes, 0)
  })
  await t.test('what a codec refuses is refused at once; what the next subprotocol cannot carry is told', async () => {
    const got: unknown[] = []
    const server = memoryServer({
      subprotocols: { numbers: json(), words: text() },
      message: (_socket, message) => void got.push(message),
    })
    const unsent: unknown[] = []
    const both = { numbers: json(), words: text() }
    const client = server.reconnecting('/', {
      subprotocols: both,
      queue: {},
      state() {},
      prepare: ({ connectionCount }) => ({ subprotocols: connectionCount === 0 ? both : { words: text() } }),
      unsent: (message, reason) => void unsent.push([message, reason]),
    })
    assert.throws(() => client.send(undefined as never), MessageError)
    assert.equal(client.send(1 as never), 'queued')
    await client.opened
    await settle()
    assert.deepEqual(got, [1])
    for (const one of server.connections) one.terminate()
    await settle()
    assert.deepEqual([client.send(2 as never), client.readyState], ['queued', 'WAITING'])
    await advanceUntil(server, () => client.connectionCount === 2)
    await settle()
    assert.deepEqual([got, unsent], [[1], [[2, 'refused']]])
    await client.close()
  })
  await t.test('a peer that reads slowly makes the queue wait, and the client may go away meanwhile', async () => {
    const got: number[] = []
    const server = memoryServer({ message: (_socket, message) => void got.push((message as string).length) }, { capacity: 1000 })
    const client = server.reconnecting('/', { queue: { messages: 100 }, limits: { sendBuffer: 4000, highWaterMark: 1000, lowWaterMark: 0 } })
    for (let i = 0; i < 50; i++) client.send('x'.repeat(900))
    for (let turn = 0; turn < 400 && got.length < 50; turn++) await settle()
    assert.equal(got.length, 50)
    await client.close()
  })
  await t.test('what failed on one connection is not sent again on the next', async () => {
    const got: unknown[] = []
    const server = memoryServer({
      message(socket, message) {
        got.push(message)
        if (message === 'poison') socket.terminate()
      },
    })
    const client = server.reconnecting('/', { queue: {}, state() {} })
    await client.opened
    client.send('poison')
    await settle()
    client.send('after')
    await advanceUntil(server, () => client.connectionCount === 2)
    await settle()
    assert.deepEqual(got, ['poison', 'after'])
    await client.close()
  })
})

test('messages are received and iterated over all connections, and the sockets too [R11]', async () => {
  let connections = 0
  const server = memoryServer({
    open(socket) {
      connections += 1
      for (const letter of ['a', 'b']) socket.send(`${letter}${connections}`)
      if (connections < 4) void socket.close(1001)
    },
  })
  const client = server.reconnecting('/', { state() {} })
  const sockets: unknown[] = []
  const seen = (async () => {
    for await (const socket of client.connections()) sockets.push(socket)
  })()
  await advanceUntil(server, () => client.connectionCount === 2)
  assert.equal(await client.receive(), 'a1')
  await advanceUntil(server, () => client.connectionCount === 4)
  const messages: unknown[] = []
  for await (const message of client) if (messages.push(message) === 7) break
  assert.deepEqual(messages, ['b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'b4'])
  const waiting = client.receive()
  await client.close()
  await assert.rejects(waiting, { name: 'ConnectionError', condition: 'connection-closed' })
  for await (const message of client) assert.fail(`${String(message)} after the end`)
  await seen
  assert.equal(sockets.at(-1) !== undefined, true)
  assert.equal(new Set(sockets).size, sockets.length)
})

test('an iteration ends with the error that was final, and a client that only sends keeps at most four connections', async () => {
  let isOver = false
  const server = memoryServer({
    upgrade: () => (isOver ? new Response('', { status: 410 }) : yes),
    open(socket) {
      socket.send('unread')
      void socket.close(1001)
    },
  })
  const client = server.reconnecting('/', { state() {} })
  await advanceUntil(server, () => client.connectionCount === 6)
  isOver = true
  await advanceUntil(server, () => client.readyState === 'CLOSED')
  let count = 0
  await assert.rejects(
    async () => {
      for await (const message of client) count += message === 'unread' ? 1 : 0
    },
    (error) => error instanceof HandshakeError && error.status === 410,
  )
  assert.equal(count, 4)
})

test('handlers get the socket of their connection, and those of an earlier one are done before the next attempt [R10]', async () => {
  const log: string[] = []
  const server = memoryServer({
    open: (socket) => void socket.send('hello'),
    message(socket, message) {
      socket.send(`re: ${String(message)}`)
      void socket.close(1001)
    },
  })
  const client = server.reconnecting('/', {
    open(socket) {
      log.push(`open ${client.connectionCount} ${client.readyState} ${client.socket === socket}`)
      client.send('hi')
    },
    message: (_socket, message) => void log.push(`message ${client.connectionCount} ${message as string}`),
    close: (_socket, { code }) => void log.push(`close ${client.connectionCount} ${code}`),
    state: ({ state }) => void log.push(state),
  })
  await advanceUntil(server, () => client.connectionCount === 2)
  await settle()
  await client.close()
  assert.deepEqual(log.slice(0, 8), [
    'CONNECTING',
    'OPEN',
    'open 1 OPEN true',
    'message 1 hello',
    'message 1 re: hi',
    'close 1 1001',
    'WAITING',
    'CONNECTING',
  ])
  await assert.rejects(client.receive(), TypeError)
})

test('a server that is silent is probed, and given up when it does not answer [R05]', async () => {
  let answers = true
  const probes: unknown[] = []
  const server = memoryServer({
    message(socket, message) {
      probes.push(message)
      if (answers) socket.send('pong')
    },
  })
  const { state, changes } = recorder()
  let slow: (() => void) | undefined
  const client = server.reconnecting('/', {
    keepalive: false,
    state,
    probe: { message: 'ping', intervalMs: 1000, timeoutMs: 300 },
    message: (_socket, message) => (message === 'work' ? new Promise<void>((resolve) => (slow = resolve)) : undefined),
  })
  await client.opened
  await server.clock.advance(5000)
  assert.equal(client.readyState, 'OPEN')
  assert.ok(probes.length >= 4, `${probes.length}`)
  // A handler that takes its time is not silence: the next message waits for it.
  for (const one of server.connections) one.send('work')
  await server.clock.advance(20_000)
  assert.equal(client.readyState, 'OPEN')
  slow?.()
  answers = false
  await server.clock.advance(2500)
  const failed = changes.find((change) => change.state === 'WAITING')?.failure
  assert.equal((failed?.error as ConnectionError).condition, 'keepalive-timeout')
  assert.match((failed?.error as Error).message, /probe\.timeoutMs, 300 ms/)
  assert.equal(failed?.delayMs !== undefined, true)
  await client.close()
  assert.equal(server.clock.pending, 0)
})

test('handlers of the application that throw or reject are reported, and nothing else changes', async () => {
  const server = memoryServer({ upgrade: () => new Response('', { status: 503 }) })
  const told: unknown[] = []
  const client = server.reconnecting('/', {
    queue: { ageMs: 10 },
    state() {
      throw new Error('in state')
    },
    unsent: () => Promise.reject(new Error('in unsent')),
    error: (error, where) => void told.push([(error as Error).message, where]),
  })
  client.send('x')
  await settle()
  await client.close()
  await settle()
  const inState = ['in state', 'state']
  assert.deepEqual(told, [inState, inState, inState, inState, ['in unsent', 'unsent']])
})

test('handlers may call close, terminate and reconnect from within', async () => {
  const server = memoryServer()
  for (const at of ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'] as const) {
    const client = server.reconnecting('/', { state: ({ state }) => void (state === at && client.close()) })
    await settle()
    if (at === 'CLOSING' || at === 'CLOSED') void client.close()
    await client.closed
    assert.equal(client.readyState, 'CLOSED')
  }
  const refusing = memoryServer({ upgrade: () => new Response('', { status: 503 }) })
  const client = refusing.reconnecting('/', { state: ({ state }) => void (state === 'WAITING' && client.terminate()) })
  await client.closed
  assert.equal(refusing.clock.pending, 0)
})

test('wrong options are named at once', () => {
  const server = memoryServer()
  const wrong: [options: object, option: string][] = [
    [{ reconect: {} }, 'reconect'],
    [{ reconnect: { firstDelay: 1 } }, 'reconnect.firstDelay'],
    [{ reconnect: { firstDelayMs: 0 } }, 'reconnect.firstDelayMs'],
    [{ reconnect: { firstDelayMs: 2000, maxDelayMs: 1000 } }, 'reconnect.firstDelayMs'],
    [{ reconnect: { maxDelayMs: 2 ** 31 } }, 'reconnect.maxDelayMs'],
    [{ reconnect: { maxRetryAfterMs: -1 } }, 'reconnect.maxRetryAfterMs'],
    [{ reconnect: { stableMs: NaN } }, 'reconnect.stableMs'],
    [{ reconnect: { attempts: 0 } }, 'reconnect.attempts'],
    [{ reconnect: { prepareMs: 0 } }, 'reconnect.prepareMs'],
    [{ reconnect: { retry: true } }, 'reconnect.retry'],
    [{ reconnect: 5 }, 'reconnect'],
    [{ queue: true }, 'queue'],
    [{ queue: { size: 3 } }, 'queue.size'],
    [{ queue: { messages: 0 } }, 'queue.messages'],
    [{ queue: { bytes: 0.5 } }, 'queue.bytes'],
    [{ queue: { ageMs: -1 } }, 'queue.ageMs'],
    [{ probe: { message: 'x' } }, 'probe'],
    [{ message() {}, probe: {} }, 'probe.message'],
    [{ message() {}, probe: { message: 'x', intervalMs: 0 } }, 'probe.intervalMs'],
    [{ message() {}, probe: { message: 'x', timeoutMs: 0 } }, 'probe.timeoutMs'],
    [{ prepare: {} }, 'prepare'],
    [{ state: 1 }, 'state'],
    [{ unsent: 1 }, 'unsent'],
    [{ error: 1 }, 'error'],
    [{ signal: {} }, 'signal'],
    [{ headers: 7 }, 'headers'],
    [{ subprotocols: ['a b'] }, 'subprotocols[0]'],
    [[], 'options'],
  ]
  for (const [options, option] of wrong) {
    assert.throws(
      () => server.reconnecting('/', options),
      (error) => error instanceof OptionError && error.option === option,
      option,
    )
  }
  assert.throws(() => server.reconnecting(5 as never), { option: 'url' })
  assert.equal(server.clock.pending, 0)
})

test('reconnect() from a handler is not lost, wherever the loop is [R09]', async (t) => {
  await t.test('in the state handler of WAITING, before the wait', async () => {
    let asked = 0
    const server = memoryServer({ upgrade: () => (++asked < 5 ? new Response('', { status: 503 }) : yes) })
    const client = server.reconnecting('/', { state: ({ state }) => void (state === 'WAITING' && client.reconnect()) })
    await client.opened
    assert.deepEqual([asked, server.clock.now()], [5, 0])
    await client.close()
  })
  await t.test('in retry and in the close handler of a connection that has ended; the attempt after it is judged again', async () => {
    for (const where of ['retry', 'close'] as const) {
      let isUp = true
      const server = memoryServer({ upgrade: () => (isUp ? yes : new Response('', { status: 503 })) })
      const { state, states, changes } = recorder()
      const client = server.reconnecting('/', {
        state,
        reconnect: { retry: () => void (where === 'retry' && client.reconnect()) },
        close: () => void (where === 'close' && client.reconnect()),
      })
      await client.opened
      isUp = false
      for (const one of server.connections) one.terminate()
      for (let turn = 0; turn < 5; turn++) await settle()
      assert.deepEqual(states, ['CONNECTING', 'OPEN', 'CONNECTING', 'WAITING'], where)
      assert.equal(changes.at(-1)?.failure?.failures, 1)
      await client.close()
    }
  })
  await t.test('after it, 401 gets one attempt with other credentials again', async () => {
    const answers = [401, 101, 401, 101]
    const server = memoryServer({ upgrade: () => (answers.shift() === 101 ? yes : new Response('', { status: 401 })) })
    const client = server.reconnecting('/', { state() {}, prepare: () => undefined })
    await advanceUntil(server, () => client.connectionCount === 1)
    client.reconnect()
    await advanceUntil(server, () => client.connectionCount === 2)
    await client.close()
  })
})

test('close in the open handler makes the closing handshake, and terminate at any moment drops the connection [R09]', async () => {
  const closes: unknown[] = []
  const server = memoryServer({ close: (_socket, { code, reason }) => void closes.push(`${code} ${reason}`) })
  const closing = server.reconnecting('/', { open: () => void closing.close(3001, 'bye') })
  const { close } = await closing.closed
  await settle()
  assert.deepEqual([close?.code, close?.reason, closes], [3001, 'bye', ['3001 bye']])
  let connections = 0
  for (let turns = 0; turns < 60; turns++) {
    const client = server.reconnecting('/', { state() {} })
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    client.terminate()
    assert.equal((await client.closed).failure, undefined)
    connections += client.connectionCount
    await settle()
  }
  assert.ok(connections > 0, 'some came before their end')
  assert.deepEqual([[...new Set(closes)], server.connections.size], [['3001 bye', '1006 '], 0])
})

test('a signal that is aborted already is told once the caller has its client [R09]', async () => {
  const told: unknown[] = []
  const error = (thrown: unknown): void => void told.push(thrown)
  const client = memoryServer().reconnecting('/', {
    signal: AbortSignal.abort(),
    error,
    state: ({ state }) => void told.push([state, client.readyState]),
  })
  assert.deepEqual(told, [])
  await client.closed
  assert.deepEqual(told, [
    ['CLOSING', 'CLOSING'],
    ['CLOSED', 'CLOSED'],
  ])
})

test('options are read, and handlers called, on the object that the application gave: an instance with private members, frozen or shared', async () => {
  const seen: unknown[] = []
  const server = memoryServer({
    origins: ['https://app.example'],
    upgrade: ({ fields }) => (seen.push(fields.get('authorization')), yes),
    open: (socket) => void socket.send('hello'),
  })
  class Chat {
    #token = 0
    get headers(): Record<string, string> {
      return { Authorization: `token ${++this.#token}` }
    }
    get token(): number {
      return this.#token
    }
    open(): void {
      this.#token += 10
    }
    message(): void {
      this.#token += 100
    }
    close(): void {
      this.#token += 1000
    }
    state(): void {}
    error(error: unknown): void {
      seen.push(error)
    }
    prepare(): object {
      return new Prepared()
    }
  }
  /** Getters, which an object of its members alone would lose. */
  class Prepared {
    #url = 'https://app.example'
    get origin(): string {
      return this.#url
    }
  }
  const chat = Object.freeze(new Chat())
  const clients = [server.reconnecting('/', chat), server.reconnecting('/', chat)]
  for (const client of clients) await client.opened
  await settle()
  for (const client of clients) await client.close()
  // Two reads by the checks, and one for each attempt.
  assert.deepEqual([seen, chat.token % 10, chat.token - (chat.token % 10)], [['token 3', 'token 4'], 4, 2220])
})

test('what prepare gives may be frozen, without a prototype, cyclic or undefined in parts; a getter that throws is a failure', async () => {
  const seen: unknown[] = []
  const server = memoryServer({ upgrade: ({ fields }) => (seen.push(fields.get('authorization')), yes) })
  const cyclic: Record<string, unknown> = { headers: { Authorization: 'cyclic' } }
  const given: object[] = [
    Object.freeze({ headers: Object.freeze({ Authorization: 'frozen' }) }),
    Object.assign(Object.create(null) as object, { headers: { Authorization: 'null' } }),
    Object.assign(cyclic, { limits: Object.defineProperty({}, 'self', { value: cyclic }) }),
    { headers: undefined },
  ]
  for (const prepared of given) {
    const client = server.reconnecting('/', { headers: { Authorization: 'own' }, prepare: () => prepared, state() {} })
    await client.opened
    await client.close()
  }
  assert.deepEqual(seen, ['frozen', 'null', 'cyclic', 'own'])
  const failing = {
    get headers(): Record<string, string> {
      throw new Error('from the getter')
    },
  }
  const { failure } = await server.reconnecting('/', { prepare: () => failing, state() {}, reconnect: { attempts: 1 } }).closed
  assert.equal((failure?.error as Error).message, 'from the getter')
})

test('the queue loses nothing to a full buffer, and expires messages behind one that was replaced [R07]', async (t) => {
  for (const slowConsumer of ['drop-newest', 'drop-oldest', 'wait'] as const) {
    await t.test(`${slowConsumer}: what the open handler sent leaves first`, async () => {
      const got: unknown[] = []
      const server = memoryServer({ message: (_socket, message) => void got.push((message as string)[0]) }, { capacity: 1000 })
      const client = server.reconnecting('/', {
        queue: {},
        slowConsumer,
        limits: { sendBuffer: 4000, highWaterMark: 1000, lowWaterMark: 900 },
        open(socket) {
          for (let i = 0; i < 4; i++) socket.send('o'.repeat(900))
        },
        unsent: (message, reason) => assert.fail(`${String(message)[0] ?? ''} ${reason}`),
      })
      for (const letter of ['a', 'b', 'c']) assert.equal(client.send(letter.repeat(letter === 'b' ? 3500 : 900)), 'queued')
      for (let turn = 0; turn < 100 && got.length < 7; turn++) await settle()
      assert.deepEqual(got, ['o', 'o', 'o', 'o', 'a', 'b', 'c'])
      await client.close()
    })
  }
  await t.test('the end of the connection in the middle', async () => {
    const got: unknown[] = []
    const server = memoryServer(
      {
        message(socket, message) {
          got.push(Number((message as string).slice(0, 3)))
          if (got.length === 10) socket.terminate()
        },
      },
      { capacity: 1000 },
    )
    const client = server.reconnecting('/', { queue: {}, state() {}, limits: { sendBuffer: 4000, highWaterMark: 1000 } })
    for (let i = 0; i < 40; i++) client.send(String(i).padStart(900, '0').slice(-900).replace(/^.{3}/, String(i).padStart(3, '0')))
    await advanceUntil(server, () => client.connectionCount === 2 && client.queuedMessages === 0)
    for (let turn = 0; turn < 50; turn++) await settle()
    // In order, none twice; those that were on their way are gone with the connection.
    assert.deepEqual(
      got,
      [...got].sort((one, other) => Number(one) - Number(other)),
    )
    assert.equal(new Set(got).size, got.length)
    assert.ok(got.length >= 36 && got.at(-1) === 39, got.join(' '))
    await client.close()
  })
  await t.test('a message that takes the place of an older one does not keep those behind it', async () => {
    const server = memoryServer({ upgrade: () => new Response('', { status: 503 }) })
    const unsent: unknown[] = []
    const client = server.reconnecting('/', {
      state() {},
      queue: { messages: 2, ageMs: 1000 },
      unsent: (message, reason) => void unsent.push([message, reason]),
    })
    client.send('first', { key: 1 })
    client.send('old')
    await server.clock.advance(900)
    client.send('newer', { key: 1 })
    await server.clock.advance(101)
    assert.equal(client.send('last'), 'queued')
    assert.deepEqual(unsent, [
      ['first', 'replaced'],
      ['old', 'expired'],
    ])
    await client.close()
  })
  await t.test('of several subprotocols that may be agreed, one that takes the message is enough', async () => {
    const got: unknown[] = []
    const server = memoryServer({ subprotocols: { objects: json() }, message: (_socket, message) => void got.push(message) })
    const client = server.reconnecting('/', { subprotocols: { words: text(), objects: json() }, queue: {} })
    assert.equal(client.send({ a: 1 }), 'queued')
    await client.opened
    await settle()
    assert.deepEqual(got, [{ a: 1 }])
    assert.throws(() => client.send(undefined as never), MessageError)
    await client.close()
  })
})

test('a handler that outlasts its connection is done before those of the next one are called [R10]', async () => {
  const log: string[] = []
  const server = memoryServer({
    open(socket) {
      for (const letter of ['a', 'b']) socket.send(letter)
    },
  })
  const go: (() => void)[] = []
  const client = server.reconnecting('/', {
    state() {},
    open: () => void log.push('open'),
    async message(_socket, message) {
      log.push(message as string)
      if (log.length === 2) await new Promise<void>((resolve) => go.push(resolve))
      // The next connection is OPEN meanwhile, so that a handler may wait for it.
      if (log.length === 2) await client.opened
    },
    close: () => void log.push('close'),
  })
  await client.opened
  await settle()
  for (const one of server.connections) one.terminate()
  await advanceUntil(server, () => client.connectionCount === 2)
  await settle()
  assert.deepEqual(log, ['open', 'a'])
  go[0]?.()
  await settle()
  assert.deepEqual(log, ['open', 'a', 'b', 'close', 'open', 'a', 'b'])
  await client.close()
})

test('a probe spares a connection whose open handler takes its time, whose peer reads slowly, or whose timer comes late [R05]', async (t) => {
  const probe = { message: 'ping', intervalMs: 1000, timeoutMs: 300 }
  await t.test('the open handler holds the messages', async () => {
    const server = memoryServer({ message: (socket) => void socket.send('pong') })
    const client = server.reconnecting('/', {
      keepalive: false,
      probe,
      message() {},
      open: () => new Promise<void>((resolve) => void server.clock.schedule(resolve, 10_000)),
    })
    await server.clock.advance(20_000)
    assert.equal(client.connectionCount, 1)
    await client.close()
  })
  await t.test('a timer that comes late is followed by a second probe, and bytes that leave in front of it are no silence', () => {
    let [now, probes, silences, bufferedAmount] = [0, 0, 0, 0]
    let due: { callback(): void; at: number } | undefined
    const watch = new SilenceWatch(probe, {
      now: () => now,
      schedule: (callback, delayMs) => ((due = { callback, at: now + delayMs }), { cancel: () => (due = undefined) }),
      bufferedAmount: () => bufferedAmount,
      sendProbe: () => ++probes > 0,
      silent: () => void silences++,
    })
    const fire = (lateMs: number): void => {
      now = (due?.at ?? NaN) + lateMs
      due?.callback()
    }
    fire(60_000)
    assert.deepEqual([probes, silences], [1, 0])
    // Awake again: what came meanwhile is about to be read.
    fire(60_000)
    assert.deepEqual([probes, silences], [2, 0])
    watch.began()
    watch.done()
    bufferedAmount = 1000
    fire(60_000)
    while (bufferedAmount > 0) {
      bufferedAmount -= 200
      fire(0)
    }
    assert.deepEqual([probes, silences], [3, 0])
    fire(0)
    // In time, the data that has arrived is still read before the connection is given up.
    assert.deepEqual([probes, silences, due?.at], [3, 0, now + 1])
    fire(0)
    assert.equal(silences, 1)
    watch.stop()
  })
  await t.test('a message that cannot be sent is no probe, and is reported', async () => {
    const server = memoryServer({ subprotocols: { a: json() } })
    const told: unknown[] = []
    const client = server.reconnecting('/', {
      keepalive: false,
      subprotocols: { a: json() },
      probe: { ...probe, message: 1n },
      message() {},
      error: (error) => void told.push((error as Error).name),
    })
    await server.clock.advance(3500)
    assert.deepEqual([client.connectionCount, client.readyState, told], [1, 'OPEN', ['MessageError', 'MessageError', 'MessageError']])
    await client.close()
  })
})

test('a hundred connections leave nothing: no listener, no timer, and of failures only the latest [R09]', async () => {
  const server = memoryServer({
    open(socket) {
      socket.send('right before the close')
      void socket.close(1001)
    },
  })
  const { signal } = new AbortController()
  const listeners = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  Object.assign(signal, {
    addEventListener: (type: string, listener: () => void) => (listeners.add(listener), add(type, listener)),
    removeEventListener: (type: string, listener: () => void) => (listeners.delete(listener), remove(type, listener)),
  })
  let received = 0
  const client = server.reconnecting('/', {
    signal,
    queue: {},
    reconnect: { firstDelayMs: 1, maxDelayMs: 1 },
    prepare: ({ signal: own }) => (own.addEventListener('abort', () => undefined), Promise.resolve({})),
    message: () => void received++,
    state() {},
  })
  await advanceUntil(server, () => client.connectionCount === 100, 1)
  assert.equal(listeners.size, 1)
  await client.close()
  await settle()
  assert.deepEqual([listeners.size, server.clock.pending, server.connections.size, received >= 99], [0, 0, 0, true])
})

test('every method may be called twice in every state and from every handler, and iterations may be broken off and shared [R09, R11]', async (t) => {
  const methods = ['close', 'terminate', 'reconnect', 'send', 'receive'] as const
  await t.test('from handlers', async () => {
    let count = 0
    for (const method of methods) {
      for (const where of ['state', 'open', 'close', 'unsent', 'retry', 'prepare', 'error'] as const) {
        let left = 3
        const server = memoryServer({ open: (socket) => void (left > 0 && socket.close(1001)) })
        const call = (): void => {
          if (left-- <= 0) return
          for (let twice = 0; twice < 2; twice++) void (client[method] as (data?: unknown) => unknown)(method === 'send' ? 'x' : undefined)
          count++
        }
        const handler = (): void => {
          call()
          throw new Error('and fails')
        }
        const client: ReturnType<typeof server.reconnecting> = server.reconnecting('/', {
          queue: { ageMs: 1 },
          reconnect: { firstDelayMs: 10, ...(where === 'retry' && { retry: handler as never }) },
          state() {},
          error() {},
          ...(where !== 'retry' && { [where]: handler }),
        })
        client.send('early')
        await server.clock.advance(200)
        await client.close()
        assert.deepEqual([client.readyState, client.queuedMessages, client.queuedBytes], ['CLOSED', 0, 0], `${method} in ${where}`)
        await server.clock.advance(20_000)
        assert.equal(server.clock.pending, 0, `${method} in ${where}`)
      }
    }
    assert.ok(count >= 30, `${count}`)
  })
  await t.test('iterations', async () => {
    const server = memoryServer({ open: (socket) => ['a', 'b', 'c', 'd', 'e', 'f'].forEach((letter) => socket.send(letter)) })
    const client = server.reconnecting('/', { state() {} })
    const seen: unknown[] = []
    for await (const message of client) {
      seen.push(message)
      break
    }
    const [one, other] = [client[Symbol.asyncIterator](), client[Symbol.asyncIterator]()]
    const taken = await Promise.all([one.next(), other.next(), client.receive(), one.next()])
    seen.push(...taken.map((result) => (typeof result === 'object' ? (result as { value: unknown }).value : result)))
    for await (const message of client) if (seen.push(message) === 6) break
    assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e', 'f'])
    const ends = [one.next(), other.next()]
    await client.close()
    assert.deepEqual(await Promise.all(ends), [
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
  })
})
