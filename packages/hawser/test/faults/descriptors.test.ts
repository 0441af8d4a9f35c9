/** A process without free descriptors. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import type { HandshakeError } from '../../src/core/errors.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { command, library, spawnFor } from './peer-process.ts'

for (const tls of [false, true]) {
  test(`a server${tls ? ' with TLS' : ''} without free descriptors keeps its connections, and accepts new ones when some are free again`, async (t) => {
    const args = ['serve', '--port', '0', '--quiet', ...(tls ? ['--self-signed'] : [])]
    const child = spawnFor(t, 'sh', ['-c', 'ulimit -n 256; exec "$0" "$@"', process.execPath, command, ...args], ['ignore', 'pipe', 'inherit'])
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    const url = line.toString().replace('listening ', '').trim()
    const options = { tls: { rejectUnauthorized: false }, limits: { handshakeMs: 30_000 } }
    const first = await connect(url, options)
    const port = Number(new URL(url).port)
    const idle = Array.from({ length: 400 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined))
    for (let i = 0; i < 50; i++) {
      first.send(`message ${i}`)
      assert.equal(await first.receive(), `message ${i}`)
    }
    for (const socket of idle) socket.destroy()
    let second = await connect(url, options).catch(() => undefined)
    for (let attempt = 0; second === undefined && attempt < 100; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      second = await connect(url, options).catch(() => undefined)
    }
    second?.send('accepted')
    assert.equal(await second?.receive(), 'accepted')
    first.send('still open')
    assert.equal(await first.receive(), 'still open')
    assert.deepEqual([child.exitCode, child.signalCode], [null, null])
    await Promise.all([first.close(), second?.close()])
  })
}

test('a client without free descriptors gets a HandshakeError, and connects when some are free again', async (t) => {
  const program = `
    import { connect, serve } from '${library}'
    import { openSync, closeSync } from 'node:fs'
    const server = await serve({ message: (socket, message) => void socket.send(message) })
    const open = []
    try { for (;;) open.push(openSync('/dev/null')) } catch {}
    const error = await connect(server.url).catch((error) => error)
    for (const descriptor of open) closeSync(descriptor)
    const socket = await connect(server.url)
    socket.send('again')
    console.log(JSON.stringify({ name: error.name, stage: error.stage, fault: error.fault, echo: await socket.receive() }))
    process.exit()
  `
  const child = spawnFor(
    t,
    'sh',
    ['-c', 'ulimit -n 256; exec "$0" "$@"', process.execPath, '--input-type=module', '--eval', program],
    ['ignore', 'pipe', 'inherit'],
  )
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const result = JSON.parse(line.toString()) as Pick<HandshakeError, 'name' | 'stage' | 'fault'> & { echo: string }
  assert.deepEqual(result, { name: 'HandshakeError', stage: 'tcp', fault: 'network', echo: 'again' })
})
