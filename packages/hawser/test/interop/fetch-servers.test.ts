/** The servers of hawser/fetch on their platforms: one application, the same clients, and the hostile cases. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket as WsClient } from 'ws'
import { missing } from '../../../../scripts/optional.ts'
import { connect, HandshakeError, json, WebSocket } from '../../src/index.ts'
import type { FetchCapabilities } from '../../src/fetch/index.ts'
import { bunCapabilities, denoCapabilities, workersCapabilities } from '../../src/fetch/capabilities.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { firstLine, start } from '../peers/runtime.ts'
import { allRight, exercise, fragmented } from '../peers/standard-client.ts'
import { startWorker } from '../peers/workerd.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

interface Ends {
  after(end: () => unknown): unknown
}

async function startOn(name: 'bun' | 'deno', ends: Ends): Promise<number> {
  const child = start(name, `fetch-${name}.ts`)
  ends.after(() => child.kill('SIGKILL'))
  return Number(await firstLine(child))
}

const platforms: readonly [name: string, capabilities: FetchCapabilities, start: (ends: Ends) => Promise<number>][] = [
  ['Bun.serve', bunCapabilities, (ends) => startOn('bun', ends)],
  ['Deno.serve', denoCapabilities, (ends) => startOn('deno', ends)],
  ['Workers', workersCapabilities, (ends) => startWorker(ends, here('../peers/fetch-worker.ts'))],
]

for (const [name, capabilities, run] of platforms) {
  describe(name, { skip: missing('runtimes'), timeout: 60_000 }, () => {
    let url = ''
    let port = 0
    const log: string[] = []

    const ends: (() => unknown)[] = []
    after(async () => {
      for (const end of ends) await end()
    })

    before(async () => {
      port = await run({ after: (end) => ends.push(end) })
      url = `ws://127.0.0.1:${port}`
    })

    /** Takes the log's lines up to the first that matches. */
    async function logged(pattern: RegExp): Promise<string> {
      for (;;) {
        const position = log.findIndex((line) => pattern.test(line))
        if (position !== -1) return log.splice(0, position + 1).at(-1) as string
        await answered()
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }

    /** The platform has read everything that was sent before. */
    async function answered(): Promise<void> {
      log.push(...((await (await fetch(`http://127.0.0.1:${port}/log`)).json()) as string[]))
    }

    async function refusal(path: string, options: object = {}): Promise<HandshakeError> {
      const error = await connect(`${url}${path}`, options).then(
        () => assert.fail('opened'),
        (reason: unknown) => reason,
      )
      assert.ok(error instanceof HandshakeError, String(error))
      return error
    }

    for (const [client, WebSocketClass] of [
      ['ws', WsClient],
      ['undici', UndiciWebSocket],
      ["hawser's own class", WebSocket],
    ] as const) {
      test(`a client of ${client} agrees on a subprotocol, exchanges messages of all kinds and closes in both directions`, async () => {
        const seen = await exercise(WebSocketClass, `${url}/`, { fragments: false, ping: false })
        assert.deepEqual({ ...seen, byClient: seen.byClient.code }, { ...allRight, fragments: fragmented, byClient: 4001 })
        await logged(/^close 4001 client says so remote true$/)
        await logged(/^close 4002 .*local true$/)
      })
    }

    test('the order of the client decides among declared subprotocols; no subprotocol is selected that was not declared [RS9]', async () => {
      const socket = await connect(url, { subprotocols: { unknown: json(), 'chat.v2': json(), soap: json() } })
      assert.equal(socket.subprotocol, 'chat.v2')
      ;(socket.send as (message: unknown) => void)({ n: [1, 'é'] })
      assert.deepEqual(await socket.receive(), { n: [1, 'é'] })
      await socket.close()
      const none = await connect(url, { subprotocols: ['unknown', 'other'], noSubprotocol: 'accept' })
      assert.equal(none.subprotocol, '')
      await none.close()
    })

    test('a message that its codec refuses goes to invalid, and the connection stays open', async () => {
      const socket = await connect(url, { subprotocols: ['chat.v2'] })
      socket.send('{"a":')
      await logged(/^invalid .*chat\.v2/)
      socket.send('1')
      assert.equal(await socket.receive(), '1')
      await socket.close()
    })

    test('the hook refuses with a Response, adds fields and cookies, and gives a context', async () => {
      const refused = await refusal('/refuse')
      assert.deepEqual([refused.status, new TextDecoder().decode(refused.response?.body)], [401, 'who are you?'])
      assert.ok(refused.response?.fields.some(([field, value]) => field.toLowerCase() === 'www-authenticate' && value === 'Basic realm="x"'))
      const raw = net.connect(port, '127.0.0.1')
      raw.write(openingRequest('/fields'))
      const [head] = (await once(raw, 'data')) as [Buffer]
      raw.destroy()
      assert.match(String(head), /^HTTP\/1\.1 101 /)
      for (const line of [/^x-room: seven\r$/im, /^set-cookie: a=1\r$/im, /^set-cookie: b=2\r$/im]) assert.match(String(head), line)
      const socket = await connect(`${url}/rooms/7`, { origin: 'https://app.example' })
      socket.send('context')
      const context = JSON.parse(String(await socket.receive())) as { room: string; address?: string }
      assert.equal(context.room, '7')
      assert.equal(context.address, capabilities.remoteAddress ? '127.0.0.1' : undefined)
      await socket.close()
    })

    test('a handler that returns a promise holds the next message', async () => {
      const socket = await connect(url)
      for (const message of ['hold 1', 'hold 2']) socket.send(message)
      assert.deepEqual([await socket.receive(), await socket.receive()], ['hold 1', 'hold 2'])
      await logged(/^begin hold 1/)
      await answered()
      assert.deepEqual(log.splice(0, 3), ['end hold 1', 'begin hold 2', 'end hold 2'])
      await socket.close()
    })

    test('a foreign origin, an unknown path, a wrong version and a key sent twice are refused with the rule [RFC 6455 §4.2.1]', async () => {
      assert.equal((await refusal('/', { origin: 'https://evil.example' })).status, 403)
      assert.equal((await refusal('/elsewhere')).status, 404)
      for (const [fields, status] of [
        [{ 'Sec-WebSocket-Version': '12' }, 426],
        [{ 'Sec-WebSocket-Key': 'short' }, 400],
        [{ 'Sec-WebSocket-Key': undefined, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' }, 400],
        [{ 'Sec-WebSocket-Protocol': 'a, a' }, 400],
      ] as const) {
        const socket = net.connect(port, '127.0.0.1')
        socket.write(openingRequest('/', fields))
        const [answer] = (await once(socket, 'data')) as [Buffer]
        assert.match(String(answer), new RegExp(`^HTTP/1\\.1 ${status} `), JSON.stringify(fields))
        socket.destroy()
      }
    })

    test('a hook that throws gives 500 and a hook that hangs 503, and the server goes on', async () => {
      assert.equal((await refusal('/throw')).status, 500)
      await logged(/^error upgrade the hook failed$/)
      assert.equal((await refusal('/hang')).status, 503)
      await logged(/^aborted: the upgrade hook did not answer in time$/)
      const socket = await connect(url)
      await socket.close()
    })

    test('a client that goes away while the hook runs costs nothing', async () => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write(openingRequest('/hang'))
      await once(socket, 'connect')
      await answered()
      socket.destroy()
      await logged(capabilities.disconnectSignal ? /^aborted: the client ended the connection/ : /^aborted: the upgrade hook did not answer in time/)
    })

    test('a handler that throws ends its connection with 1011, and no other', async () => {
      const [broken, other] = await Promise.all([connect(url), connect(url)])
      broken.send('throw')
      assert.equal((await broken.closed).code, 1011)
      await logged(/^error message the handler failed$/)
      other.send('a')
      assert.equal(await other.receive(), 'a')
      await other.close()
    })

    test('a message longer than limits.message closes its connection with 1009 [RFC 6455 §7.4.1]', async () => {
      const socket = await connect(url, { limits: { message: 8_000_000 } })
      socket.send(new Uint8Array(5_000_000))
      assert.equal((await socket.closed).code, 1009)
      await logged(/^close 10(?:06|09)/)
    })

    test('text that is not UTF-8 closes the connection, or is replaced, as the capabilities say [RFC 6455 §8.1]', async () => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write(openingRequest('/'))
      await once(socket, 'data')
      socket.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]))
      if (capabilities.invalidUtf8 === 'failed') await logged(/^close 1006/)
      else assert.equal(String(((await once(socket, 'data')) as [Buffer])[0].subarray(2)), '\ufffd')
      socket.destroy()
    })

    test('a peer that vanishes is 1006', async () => {
      const socket = await connect(url)
      socket.terminate()
      await logged(/^close 1006 .*false/)
    })

    test('ping measures the round trip, or says that the platform has none', async () => {
      const socket = await connect(url)
      socket.send('ping')
      assert.match(String(await socket.receive()), capabilities.ping ? /^pong came$/ : /^ping is not possible on /)
      await socket.close()
    })

    test('send tells that a peer does not read, drained when it does, and the memory of each message is its own', async () => {
      const socket = await connect(url, { limits: { message: 2_000_000, receiveBuffer: 0 } })
      socket.pause()
      socket.send('fill')
      if (capabilities.bufferedAmount) await logged(/^buffered at some bytes$/)
      socket.resume()
      for (let i = 0; ; i++) {
        const message = await socket.receive()
        if (message === 'end') break
        assert.ok(message instanceof Uint8Array && message.every((byte) => byte === i), `message ${i}`)
      }
      if (capabilities.bufferedAmount) await logged(/^drained$/)
      await socket.close()
    })

    // Where connections of different requests cannot reach each other there is nothing to test.
    if (!capabilities.sharedConnections) return

    test('broadcast reaches every connection', async () => {
      const sockets = await Promise.all([connect(url), connect(url)])
      sockets[0]?.send('broadcast')
      for (const socket of sockets) assert.equal(await socket.receive(), 'to all')
      await Promise.all(sockets.map((socket) => socket.close()))
    })

    test('drain closes open connections with 1001 and gives the counts; new ones get 503', async () => {
      const socket = await connect(url)
      const drained = fetch(`http://127.0.0.1:${port}/drain`)
      assert.equal((await socket.closed).code, 1001)
      assert.deepEqual(await (await drained).json(), { closed: 1, failed: 0, terminated: 0 })
      assert.equal((await refusal('/')).status, 503)
    })
  })
}
