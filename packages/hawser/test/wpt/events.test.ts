import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { WebSocket } from '../../src/index.ts'
import { make } from '../web/harness.ts'
import { frame, switchingProtocols } from '../runtime/node/raw-server.ts'
import { echoUrl, next, openFor, rawUrl } from './echo-server.ts'

const types = ['open', 'message', 'error', 'close'] as const
type Attributes = Record<`on${(typeof types)[number]}`, unknown>

for (const type of types) {
  const name = `on${type}` as const
  test(`${name} is null, keeps functions and objects, and becomes null for anything else [WPT eventhandlers, events/001 to 013]`, () => {
    const socket = make().webSocket as unknown as Attributes
    assert.equal(socket[name], null)
    for (const handler of [() => {}, { handleEvent() {} }, {}]) {
      socket[name] = handler
      assert.equal(socket[name], handler)
      for (const other of [2, 'x', undefined, null, Symbol('s'), true]) {
        socket[name] = handler
        socket[name] = other
        assert.equal(socket[name], null)
      }
    }
  })

  test(`${name} is called with the socket as this and the event; handleEvent of an object is not [WPT events/014 to 017]`, () => {
    const { webSocket } = make()
    const socket = webSocket as unknown as Attributes
    const seen: unknown[] = []
    socket[name] = { handleEvent: () => seen.push('handleEvent') }
    const first = new Event(type)
    webSocket.dispatchEvent(first)
    socket[name] = function (this: WebSocket, event: Event) {
      seen.push(this, event)
    }
    const second = new Event(type)
    webSocket.dispatchEvent(second)
    assert.equal(seen.length, 2)
    assert.equal(seen[0], webSocket)
    assert.equal(seen[1], second)
  })
}

test('the events are of their class, neither bubble nor can be canceled, and have the origin of the server [WPT events/018, 020]', async (t) => {
  const url = await rawUrl(t, async ({ head, socket }) => {
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'a'), Buffer.from([0x83, 0])]))
  })
  const socket = openFor(t, url)
  const seen: [string, string][] = []
  const done = next(socket, 'close')
  for (const type of types) {
    socket.addEventListener(type, (event: Event) => {
      seen.push([event.type, String(event)])
      assert.deepEqual([event.bubbles, event.cancelable, event.target === socket], [false, false, true])
      if (event instanceof MessageEvent) assert.deepEqual([event.data, event.origin, event.ports.length], ['a', new URL(url).origin, 0])
    })
  }
  await done
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(
    seen.map(([type]) => type),
    ['open', 'message', 'error', 'close'],
  )
  // The MessageEvent of Node 20 has the class string of an Event.
  assert.deepEqual([seen[0]?.[1], seen[1]?.[1], seen[3]?.[1]], ['[object Event]', String(new MessageEvent('x')), '[object CloseEvent]'])
})

test('readyState is what the event says: OPEN in open, OPEN in message, CLOSED in close [WPT readyState/003 to 008]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  const states: [string, number][] = []
  for (const type of types) socket.addEventListener(type, () => states.push([type, socket.readyState]))
  assert.equal(socket.readyState, 0)
  await next(socket, 'open')
  socket.send('a')
  await next(socket, 'message')
  socket.close()
  assert.equal(socket.readyState, 2)
  await once(socket, 'close')
  assert.deepEqual(states, [
    ['open', 1],
    ['message', 1],
    ['close', 3],
  ])
})

test('nothing is lost between two `await once(…)`, whatever came in one segment [WebSockets standard §4: each event in a task]', async (t) => {
  const payloads = Array.from({ length: 100 }, (_, index) => String(index))
  const url = await rawUrl(t, async ({ head, socket }) => {
    const frames = payloads.map((payload) => frame(1, payload))
    socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), ...frames, frame(8, Buffer.from([3, 232]))]))
  })
  const socket = openFor(t, url)
  await once(socket, 'open')
  const seen: unknown[] = []
  for (const _ of payloads) seen.push(((await once(socket, 'message')) as [MessageEvent])[0].data)
  assert.deepEqual(seen, payloads)
  const [{ code }] = (await once(socket, 'close')) as [{ code: number }]
  assert.equal(code, 1000)
})

test('no message comes after close(), in the event of another message too [WPT Close-delayed, send/007]', async (t) => {
  const url = await rawUrl(t, async ({ head, socket }) => {
    socket.write(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'a'), frame(1, 'b'), frame(8, Buffer.from([3, 232]))]))
  })
  const socket = openFor(t, url)
  const seen: unknown[] = []
  socket.onmessage = ({ data }) => {
    seen.push(data)
    socket.close()
    assert.equal(socket.send('after close'), undefined)
  }
  await next(socket, 'close')
  assert.deepEqual(seen, ['a'])
})
