import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

async function opened(server: { client(): Promise<RawClient> }, path = '/'): Promise<RawClient> {
  const client = await server.client()
  client.write(openingRequest(path))
  assert.equal((await client.response()).status, 101)
  return client
}

test('1 MiB of frames in one burst with the handshake, slow application: bounded, backpressure, everything in order [S12.14, RFC 6455 §10.4]', async (t) => {
  const count = 1024
  const received: number[] = []
  let working = 0
  const server = await serveFor(t, {
    async message(_socket, message) {
      working++
      assert.equal(working, 1)
      received.push(Buffer.from(message as Uint8Array).readUInt32BE(0))
      await new Promise(setImmediate)
      working--
    },
  })
  const client = await server.client()
  const frames = Array.from({ length: count }, (_, index) => {
    const payload = Buffer.alloc(1024)
    payload.writeUInt32BE(index)
    return clientFrame(2, payload)
  })
  client.write(openingRequest(), ...frames, clientFrame(8))
  assert.equal((await client.response()).status, 101)
  await client.closeFrame()
  assert.deepEqual(
    received,
    Array.from({ length: count }, (_, index) => index),
  )
})

test('a server that sends with the 101 and one that reads late lose no message [A6]', async (t) => {
  const server = await serveFor(t, {
    async open(socket) {
      await turn()
      for await (const message of socket) {
        socket.send(`got ${String(message)}`)
        if (message === 'last') break
      }
      await socket.close(1000)
    },
  })
  const client = await server.client()
  client.write(openingRequest(), clientFrame(1, 'first'), clientFrame(1, 'last'))
  await client.response()
  assert.equal((await client.frame()).payload.toString(), 'got first')
  assert.equal((await client.frame()).payload.toString(), 'got last')
  assert.equal((await client.closeFrame()).code, 1000)
})

test('an early unmasked frame: 101, then close 1002 [S12.15, RS15, RFC 6455 §5.1]', async (t) => {
  const server = await serveFor(t, { message: () => assert.fail('delivered') })
  const client = await server.client()
  client.write(openingRequest(), clientFrame(1, 'x', { masked: false }))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.closeFrame()).code, 1002)
  await client.end()
})

test('RSV1 without an agreed extension fails with 1002, also when one was offered and declined [S12.28, RFC 6455 §5.2]', async (t) => {
  const server = await serveFor(t, { message: () => assert.fail('delivered') })
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }))
  assert.equal((await client.response()).get('sec-websocket-extensions'), undefined)
  client.write(clientFrame(1, 'x', { rsv: 0x40 }))
  assert.equal((await client.closeFrame()).code, 1002)
})

test('a frame with RSV2 and a reset right after the upgrade leave the server at work [CVE-2022-21676, CVE-2022-41940]', async (t) => {
  const server = await serveFor(t, { message: (socket, message) => void socket.send(message) })
  for (let i = 0; i < 10; i++) {
    const client = await server.client()
    client.write(openingRequest(), clientFrame(2, 'x', { rsv: 0x20 }))
    await new Promise(setImmediate)
    client.socket.resetAndDestroy()
  }
  const client = await opened(server)
  client.write(clientFrame(1, 'alive'))
  assert.equal((await client.frame()).payload.toString(), 'alive')
})

test('the message limit applies from the first byte: a header with a larger length closes with 1009 before any payload [RS14, CVE-2022-35922]', async (t) => {
  const server = await serveFor(t, { message() {}, limits: { message: 1000 } })
  for (const claimed of [1001n, 1n << 31n, 1n << 32n, 1n << 40n, (1n << 63n) - 1n]) {
    const client = await server.client()
    const header = Buffer.alloc(14)
    header[0] = 0x82
    header[1] = 0xff
    header.writeBigUInt64BE(claimed, 2)
    client.write(openingRequest(), header)
    await client.response()
    assert.equal((await client.closeFrame()).code, claimed < 65536n ? 1002 : 1009)
  }
})

test('at the limit on connections: 503 with Retry-After; a place that becomes free is given again [S12.29, RFC 9110 §15.6.4]', async (t) => {
  const server = await serveFor(t, { limits: { connections: 2 }, message() {} })
  const first = await opened(server)
  await opened(server)
  const refused = await server.client()
  refused.write(openingRequest())
  const response = await refused.response()
  assert.equal(response.status, 503)
  assert.match(response.get('retry-after') ?? '', /^\d+$/)
  assert.equal(server.connections.size, 2)
  first.destroy()
  while (server.connections.size > 1) await turn()
  await opened(server)
})

test('a handshake whose hook has not answered counts as a connection [S12.29]', async (t) => {
  const decisions: ((answer: object) => void)[] = []
  const server = await serveFor(t, {
    limits: { connections: 2 },
    upgrade: () => new Promise<object>((resolve) => decisions.push(resolve)),
    message() {},
  })
  const waiting = [await server.client(), await server.client()]
  for (const client of waiting) client.write(openingRequest())
  while (decisions.length < 2) await turn()
  const refused = await server.client()
  refused.write(openingRequest())
  assert.equal((await refused.response()).status, 503)
  for (const decide of decisions) decide({})
  for (const client of waiting) assert.equal((await client.response()).status, 101)
})

test('a peer that never reads costs limits.sendBuffer and no more, and is dropped [A2, CVE-2020-35896]', async (t) => {
  const closes: unknown[] = []
  const server = await serveFor(t, {
    limits: { sendBuffer: 1 << 20 },
    closeTimeoutMs: 100,
    message() {},
    close: (_socket, info) => void closes.push(info.sent?.code),
  })
  const client = await opened(server)
  client.socket.pause()
  const [socket] = [...server.connections]
  const payload = new Uint8Array(100_000)
  let most = 0
  for (let i = 0; i < 200 && socket!.send(payload) !== 'closed'; i++) {
    most = Math.max(most, socket!.bufferedAmount)
    if (i % 10 === 0) await new Promise(setImmediate)
  }
  assert.ok(most <= (1 << 20) + 100_000, `${most}`)
  while (server.connections.size > 0) await turn()
  assert.deepEqual(closes, [1013])
})

test('a client that half-closes an open connection ends it with 1006, and the server ends its side', async (t) => {
  const closes: unknown[] = []
  const server = await serveFor(t, { message() {}, close: (_socket, info) => void closes.push([info.code, info.wasClean]) })
  const client = await opened(server)
  client.socket.end()
  await client.gone()
  while (closes.length === 0) await turn()
  assert.deepEqual(closes, [[1006, false]])
})

test('after the closing handshake the server ends the transport first [RFC 6455 §7.1.1]', async (t) => {
  const server = await serveFor(t, { message() {} })
  const client = await opened(server)
  client.write(clientFrame(8, new Uint8Array([0x03, 0xe8])))
  assert.deepEqual(await client.closeFrame(), { code: 1000, reason: '' })
  await client.end()
  assert.equal(client.closed, false)
  client.socket.end()
  await client.gone()
  assert.equal(client.error, undefined)
})

test('one connection that fails does not stall or end another', async (t) => {
  const server = await serveFor(t, { message: (socket, message) => void socket.send(message) })
  const good = await opened(server)
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const bad = await opened(server)
      bad.write(Buffer.from([index, index * 7, 1, 2, 3, 4, 255, 255]))
      bad.socket.end()
    }),
  )
  good.write(clientFrame(1, 'fine'))
  assert.equal((await good.frame()).payload.toString(), 'fine')
})

test('thousands of handshakes of random reject classes leave no heap, descriptors or connections behind [S12.33]', { timeout: 60_000 }, async (t) => {
  const server = await serveFor(t, {
    paths: ['/'],
    limits: { handshakeMs: 2000 },
    message() {},
    upgrade: async (request) => (request.url.search === '?no' ? new Response('no', { status: 403 }) : {}),
  })
  const requests = [
    openingRequest('/other'),
    openingRequest('/?no'),
    openingRequest('/', { 'Sec-WebSocket-Version': '12' }),
    openingRequest('/', { Origin: 'https://evil.example' }),
    openingRequest('/', { 'Sec-WebSocket-Key': 'x' }),
    openingRequest('/', { Host: undefined }),
    openingRequest('/').replace(' HTTP/1.1', ''),
    'GET / HTTP/1.1\r\n',
    '\u0000\u0001\u0002',
  ]
  const round = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const client = await RawClient.to({ port: server.port })
          client.write(requests[(done + index * 7) % requests.length] as string)
          if (index % 4 === 0) client.socket.resetAndDestroy()
          else client.socket.end()
          await client.gone()
        }),
      )
    }
  }
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  await round(500)
  await turn()
  globalThis.gc?.()
  const before = {
    heap: process.memoryUsage().heapUsed,
    descriptors: descriptors(),
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  }
  await round(2000)
  while (descriptors() > before.descriptors) await turn()
  globalThis.gc?.()
  assert.equal(server.connections.size, 0)
  assert.ok(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length <= before.timers + 1)
  assert.ok(process.memoryUsage().heapUsed < before.heap + 24_000_000)
})

const throughProxy = {
  Host: 'inner:8080',
  Origin: 'https://app.example',
  'X-Forwarded-For': '192.0.2.1',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'app.example',
}

test("a page behind a TLS proxy in trustProxy passes the same-origin check, and the hook sees the client's scheme, host and address [RS6]", async (t) => {
  const seen: unknown[] = []
  const server = await serveFor(t, {
    trustProxy: ['127.0.0.0/8'],
    upgrade({ url, authority, remoteAddress, transport }) {
      seen.push(url.href, authority, remoteAddress, transport.remoteAddress)
      return {}
    },
  })
  const client = await server.client()
  client.write(openingRequest('/chat', throughProxy))
  assert.equal((await client.response()).status, 101)
  assert.deepEqual(seen, ['wss://app.example/chat', 'app.example', '192.0.2.1', '127.0.0.1'])
  const other = await server.client()
  other.write(openingRequest('/', { ...throughProxy, Origin: 'https://evil.example' }))
  assert.equal((await other.response()).status, 403)
  const contradicting = await server.client()
  contradicting.write(openingRequest('/', { ...throughProxy, Forwarded: 'for=192.0.2.9;proto=https;host=app.example' }))
  assert.equal((await contradicting.response()).status, 400)
})

test('forwarded fields are ignored without trustProxy and from other peers [RS6]', async (t) => {
  for (const trustProxy of [[], ['192.0.2.7']]) {
    const server = await serveFor(t, { trustProxy, upgrade: () => assert.fail('called') })
    const client = await server.client()
    client.write(openingRequest('/', { ...throughProxy, Host: 'localhost', Origin: 'https://localhost' }))
    const response = await client.response()
    assert.equal(response.status, 403)
    assert.match(response.body, /trustProxy/)
  }
})

test('close() during a drain ends it at once, and its result counts the connections that were dropped', async (t) => {
  const server = await serveFor(t, { message() {} })
  const clients = [await opened(server), await opened(server), await opened(server)]
  const drained = server.drain({ graceMs: 60_000, spreadMs: 60_000 })
  const [first] = clients as [RawClient]
  await first.closeFrame()
  first.write(clientFrame(8, new Uint8Array([0x03, 0xe9])))
  first.socket.end()
  while (server.connections.size > 2) await turn()
  await server.close()
  assert.deepEqual(await drained, { closed: 1, failed: 0, terminated: 2 })
})
