import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import type { ReconnectChange } from '../../../src/client/reconnecting/options.ts'
import { reconnecting } from '../../../src/runtime/browser/reconnecting.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { serveFor } from '../../peers/test-server.ts'
import { platformKinds, usePlatform } from './platform-double.ts'
import { Arrivals } from '../../peers/arrivals.ts'

const timeout = 30_000
const soon = { firstDelayMs: 10, maxDelayMs: 20 }

/** The events of a page, and whether it is online, until the test ends. */
function usePage(t: TestContext): {
  readonly page: EventTarget
  readonly document: EventTarget & { visibilityState: string }
  readonly navigator: { onLine: boolean }
} {
  const page = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const navigator = { onLine: true }
  const members = {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    document,
    navigator,
  }
  for (const [name, value] of Object.entries(members)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    t.after(() => (before === undefined ? Reflect.deleteProperty(globalThis, name) : Object.defineProperty(globalThis, name, before)))
  }
  return { page, document, navigator }
}

for (const kind of platformKinds) {
  test(`over ${kind}: a client has its connection again, and its queue is sent [R01, R07]`, { timeout }, async (t) => {
    usePlatform(t, kind)
    const arrivals = new Arrivals()
    const first = await serve({ port: 0, message: arrivals.message })
    const client = reconnecting(first.url, { reconnect: soon, queue: {}, state() {} })
    t.after(() => client.terminate())
    await client.opened
    client.send('one')
    await first.drain()
    const second = await serve({ port: first.port, message: arrivals.message })
    t.after(() => second.close())
    client.send('two')
    await arrivals.reach(2)
    assert.deepEqual([arrivals.messages, client.connectionCount], [['one', 'two'], 2])
    await client.close(3000, 'done')
    assert.equal(client.readyState, 'CLOSED')
  })
}

test('a failed handshake is never final in a page, which is not told why; attempts bounds them [R04]', { timeout }, async (t) => {
  usePlatform(t, 'WebSocket')
  const server = await serveFor(t, { port: 0, upgrade: () => new Response('', { status: 404 }) })
  const { failure } = await reconnecting(server.url, { reconnect: { ...soon, attempts: 3 }, state() {} }).closed
  assert.equal(failure?.failures, 3)
})

test('no attempt is made while the page is offline, and one when it is back; a page that is shown again does not wait [R06, R13]', {
  timeout,
}, async (t) => {
  usePlatform(t, 'WebSocket')
  const { page, document, navigator } = usePage(t)
  let asked = 0
  const server = await serveFor(t, { port: 0 })
  const changes: ReconnectChange[] = []
  let waiting: (() => void) | undefined
  const client = reconnecting(
    () => {
      asked += 1
      if (asked === 1) navigator.onLine = false
      if (asked < 4) throw new Error('no network')
      return server.url
    },
    {
      reconnect: { firstDelayMs: 1, maxDelayMs: 60_000, retry: ({ failures }) => (failures === 1 ? 1 : 60_000) },
      state(change) {
        changes.push(change)
        if (change.state === 'WAITING') waiting?.()
      },
    },
  )
  const nextWait = (): Promise<void> => new Promise((resolve) => (waiting = resolve))
  await nextWait()
  // The timer of one millisecond passes, and nothing is tried.
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(asked, 1)
  navigator.onLine = true
  const second = nextWait()
  page.dispatchEvent(new Event('online'))
  await second
  assert.equal(asked, 2)
  // Hidden, it waits for its minute.
  document.visibilityState = 'hidden'
  document.dispatchEvent(new Event('visibilitychange'))
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(asked, 2)
  document.visibilityState = 'visible'
  const third = nextWait()
  document.dispatchEvent(new Event('visibilitychange'))
  await third
  await new Promise((resolve) => setTimeout(resolve, 5))
  page.dispatchEvent(new Event('pageshow'))
  await client.opened
  assert.equal(asked, 4)
  await client.close()
})

test('a page that begins offline makes its first attempt when it is online [R13]', { timeout }, async (t) => {
  usePlatform(t, 'WebSocket')
  const { page, navigator } = usePage(t)
  navigator.onLine = false
  const server = await serveFor(t, { port: 0 })
  const changes: ReconnectChange[] = []
  const client = reconnecting(server.url, { state: (change) => void changes.push(change) })
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(changes, [{ state: 'WAITING', failure: undefined }])
  navigator.onLine = true
  page.dispatchEvent(new Event('online'))
  await client.opened
  await client.close()
})

test('a page in the background whose network was away for an instant is not forgotten, and one that is offline is not woken [R06, R13]', {
  timeout,
}, async (t) => {
  usePlatform(t, 'WebSocket')
  const { page, document, navigator } = usePage(t)
  const server = await serveFor(t, { port: 0 })
  const listeners = t.mock.method(globalThis as unknown as EventTarget, 'removeEventListener')
  let asked = 0
  let waiting: (() => void) | undefined
  const waits = new Promise<void>((resolve) => (waiting = resolve))
  const client = reconnecting(
    () => {
      asked += 1
      if (asked > 1) return server.url
      navigator.onLine = false
      throw new Error('no network')
    },
    // The wait is shorter than the first window: its timer comes while the page is offline.
    { reconnect: { firstDelayMs: 60_000, maxDelayMs: 60_000, retry: () => 1 }, state: ({ state }) => void (state === 'WAITING' && waiting?.()) },
  )
  await waits
  await new Promise((resolve) => setTimeout(resolve, 10))
  document.dispatchEvent(new Event('visibilitychange'))
  page.dispatchEvent(new Event('pageshow'))
  await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual([asked, client.readyState], [1, 'WAITING'])
  document.visibilityState = 'hidden'
  navigator.onLine = true
  page.dispatchEvent(new Event('online'))
  await client.opened
  await client.close()
  assert.equal(listeners.mock.callCount(), 2)
})

test('a page that is shown again and again makes no attempt before the first window is over, and one then [R06]', { timeout }, async (t) => {
  usePlatform(t, 'WebSocket')
  const { document } = usePage(t)
  const server = await serveFor(t, { port: 0 })
  const times: number[] = []
  const client = reconnecting(
    () => {
      times.push(performance.now())
      if (times.length === 1) throw new Error('no network')
      return server.url
    },
    {
      reconnect: { firstDelayMs: 50, retry: () => 3_600_000 },
      state({ state }) {
        if (state === 'WAITING') for (let i = 0; i < 3; i++) queueMicrotask(() => document.dispatchEvent(new Event('visibilitychange')))
      },
    },
  )
  await client.opened
  const [first = 0, second = 0] = times
  // A timer may come a little early.
  assert.ok(second - first >= 40, `${second - first}`)
  await client.close()
})

test('options that a browser cannot obey, and codes that a page must not send, are named at once', (t) => {
  usePlatform(t, 'WebSocket')
  assert.throws(() => reconnecting('ws://localhost/', { headers: {} } as object), /option headers is not for browsers/)
  assert.throws(() => reconnecting('ws://localhost/', { recconnect: {} } as object), /unknown option "recconnect"/)
  const client = reconnecting('ws://127.0.0.1:1/', { state() {} })
  assert.throws(() => client.close(1001), OptionError)
  assert.throws(() => client.reconnect(1001), OptionError)
  client.terminate()
})
