/** A network that takes bytes and delivers none, as behind a firewall that forgot the connection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { HandshakeError } from '../../src/core/errors.ts'
import { Deferred } from '../../src/connection/deferred.ts'
import type { CloseInfo } from '../../src/core/protocol/index.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { serveFor } from '../peers/test-server.ts'

/** `taken`: the bytes are acknowledged and lost. `kept`: they are not read, so the sender's buffers fill. */
type Kind = 'taken' | 'kept'

/** Forwards both ways until `open`, and never ends a connection by itself. */
class BlackHole {
  readonly server: net.Server
  readonly #pairs: [net.Socket, net.Socket][] = []
  #kind: Kind | undefined

  constructor(t: TestContext, port: number) {
    this.server = net.createServer({ allowHalfOpen: true }, (near) => {
      const far = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      this.#pairs.push([near, far])
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => undefined)
        one.on('data', (chunk) => void (this.#kind === undefined && other.write(chunk)))
        one.on('end', () => void (this.#kind === undefined && other.end()))
      }
      if (this.#kind !== undefined) this.open(this.#kind)
    })
    t.after(() => {
      this.server.close()
      for (const socket of this.#pairs.flat()) socket.destroy()
    })
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return `ws://127.0.0.1:${(this.server.address() as net.AddressInfo).port}/`
  }

  open(kind: Kind): void {
    this.#kind = kind
    if (kind === 'kept') for (const socket of this.#pairs.flat()) socket.pause()
  }
}

for (const kind of ['taken', 'kept'] as const) {
  test(`bytes are ${kind} and never delivered: keepalive ends both ends with 1006 and the fault timeout`, async (t) => {
    const keepalive = { intervalMs: 200, timeoutMs: 300 }
    const closed = new Deferred<CloseInfo>()
    const server = await serveFor(t, { keepalive, message: (socket, message) => void socket.send(message), close: (_, info) => closed.resolve(info) })
    const hole = new BlackHole(t, server.port)
    const socket = await connect(await hole.listen(), { keepalive, message: () => undefined })
    hole.open(kind)
    for (const one of [socket, ...server.connections]) one.send('x'.repeat(100_000))
    for (const { code, error } of [await socket.closed, await closed.promise]) assert.deepEqual([code, error?.fault], [1006, 'timeout'])
    assert.equal(server.connections.size, 0)
  })

  test(`bytes are ${kind} during the opening handshake: the client fails at its deadline, and the server drops its end`, async (t) => {
    const server = await serveFor(t, { limits: { handshakeMs: 300 } })
    const hole = new BlackHole(t, server.port)
    const url = await hole.listen()
    hole.open(kind)
    await assert.rejects(connect(url, { limits: { handshakeMs: 300 } }), ({ stage, fault }: HandshakeError) => {
      assert.deepEqual([stage, fault], ['timeout', 'timeout'])
      return true
    })
    const own = await connect(server.url)
    await own.close()
  })

  test(`bytes are ${kind} during the closing handshake: close resolves at its deadline`, async (t) => {
    const closed = new Deferred<CloseInfo>()
    const server = await serveFor(t, { closeTimeoutMs: 300, close: (_, info) => closed.resolve(info) })
    const hole = new BlackHole(t, server.port)
    const socket = await connect(await hole.listen(), { closeTimeoutMs: 300 })
    hole.open(kind)
    const [own] = server.connections
    const infos = await Promise.all([socket.close(1000), own?.close(1001)])
    for (const info of [...infos, await closed.promise]) assert.deepEqual([info?.code, info?.wasClean, info?.error?.fault], [1006, false, 'timeout'])
  })
}
