import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observeIdle } from '../../../src/cli/doctor/idle.ts'
import { planHandshakes } from '../../../src/cli/doctor/probes.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { rawServer, switching } from '../raw-server.ts'

const options = { timeoutMs: 2000, signal: new AbortController().signal, tls: {}, headers: [], maxMessage: 1 << 20 }
const probeOf = (url: string) => planHandshakes(readTarget(url), [])[0]!

test('sees a connection that survives, and the Pings of the server', async () => {
  await using server = await serve({ keepalive: { intervalMs: 250 }, message() {} })
  const seen = await observeIdle(probeOf(server.url), options, { lengthMs: 900 })
  assert.equal(seen?.survived, true)
  assert.ok((seen?.pings.length ?? 0) >= 1)
  await using quiet = await serve({ message() {} })
  assert.deepEqual((await observeIdle(probeOf(quiet.url), options, { lengthMs: 400 }))?.pings, [])
})

test('sees an end without a Close frame, and one with', async () => {
  await using dropping = await rawServer(switching, (socket) => setTimeout(() => socket.destroy(), 300))
  const dropped = await observeIdle(probeOf(dropping.url), options, { lengthMs: 5000 })
  assert.deepEqual([dropped?.survived, dropped?.end?.code, dropped?.end?.received], [false, 1006, false])
  assert.ok((dropped?.afterMs ?? 0) >= 250 && (dropped?.afterMs ?? 0) < 2000)
  await using closing = await serve({ idleTimeoutMs: 200, message() {} })
  assert.equal((await observeIdle(probeOf(closing.url), options, { lengthMs: 5000 }))?.end?.code, 1001)
})

test('sends Pings where they are asked for, and ends when it is interrupted', async () => {
  const aborted = new AbortController()
  let bytes = 0
  await using server = await rawServer(switching, (socket) => {
    socket.on('data', (data) => {
      bytes += data.length
      aborted.abort()
    })
  })
  assert.equal(await observeIdle(probeOf(server.url), { ...options, signal: aborted.signal }, { lengthMs: 60_000, pingIntervalMs: 50 }), undefined)
  assert.ok(bytes > 0)
})

test('sees nothing where no connection can be opened', async () => {
  await using server = await rawServer('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')
  assert.equal(await observeIdle(probeOf(server.url), options, { lengthMs: 100 }), undefined)
})
