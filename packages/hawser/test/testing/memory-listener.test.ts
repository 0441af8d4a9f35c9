import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryServer, settle } from '../../src/testing/index.ts'

test('idle connections make room for a new one, as they do at a port', async () => {
  const server = memoryServer({ limits: { connections: 2 } })
  const ended: string[] = []
  for (let i = 0; i < 2; i++) {
    const { client } = server.link()
    client.attach({
      data: (chunk) => void ended.push(Buffer.from(chunk).toString().slice(0, 12)),
      end: () => client.end(),
      drained() {},
      closed() {},
    })
    client.resume()
  }
  await server.connect('/')
  assert.deepEqual(ended, ['HTTP/1.1 503'])
})

test('after drain and close nobody gets in, and close drops connections and connections without a request', async () => {
  const infos: number[] = []
  const server = memoryServer({ close: (_, { code }) => void infos.push(code) })
  const socket = await server.connect('/')
  const raw = server.link()
  const gone = new Promise<string>((resolve) => {
    raw.client.attach({ data() {}, end() {}, drained() {}, closed: (error) => resolve(error?.message ?? 'closed') })
  })
  await server.close()
  assert.equal(await gone, 'the peer reset the connection')
  assert.equal((await socket.closed).code, 1006)
  assert.deepEqual(infos, [1006])
  await assert.rejects(server.connect('/'), { name: 'HandshakeError', stage: 'tcp', fault: 'network' })
  assert.deepEqual(await server.drain(), { closed: 0, failed: 0, terminated: 0 })
  await settle()
  assert.equal(server.clock.pending, 0)
})

test('an ordinary request gets 426, and the connection serves the next one [RFC 9110 section 15.5.22]', async () => {
  const server = memoryServer()
  const { client } = server.link()
  let received = ''
  client.attach({ data: (chunk) => void (received += Buffer.from(chunk).toString('latin1')), end() {}, drained() {}, closed() {} })
  client.resume()
  client.write([Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2))])
  await settle()
  assert.equal(received.match(/^HTTP\/1\.1 426 /gm)?.length, 2)
})
