import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDoctorSettings } from '../../../src/cli/doctor-options.ts'
import { examine } from '../../../src/cli/doctor/examine.ts'
import type { Observations } from '../../../src/cli/doctor/observation.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { permessageDeflate } from '../../../src/runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { localhost } from '../../certificates/index.ts'
import { rawServer } from '../raw-server.ts'

function observe(url: string, args: readonly string[] = ['--no-idle'], signal: AbortSignal = new AbortController().signal): Promise<Observations> {
  return examine(readTarget(url), readDoctorSettings(['--large', '70000', '--timeout', '2', ...args, url]), signal)
}

test('tries everything with a server where everything works', async () => {
  await using server = await serve({ extensions: [permessageDeflate()], tls: localhost, message: (socket, message) => void socket.send(message) })
  const seen = await observe(server.url, ['--idle', '300ms', '--subprotocol', 'chat'])
  assert.equal(seen.reach.tls?.alpn, 'h2')
  const outcomes = Object.fromEntries(Object.entries(seen.handshakes).map(([id, { outcome }]) => [id, outcome]))
  const working = ['rfc6455', 'browser', 'no-origin', 'no-compression', 'no-subprotocol', 'http2-rfc6455', 'http2-browser']
  for (const id of working) assert.equal(outcomes[id], 'opened', id)
  for (const id of ['foreign-origin', 'http-origin', 'other-scheme']) assert.equal(outcomes[id], 'failed', id)
  assert.equal(seen.raw.ordinary?.answer?.status, 426)
  assert.equal(seen.raw['connection-list']?.answer?.status, 101)
  assert.deepEqual([seen.messages.plain?.compressed, seen.messages.compressed?.compressed], [false, true])
  assert.ok(seen.messages.compressed?.steps.every(({ outcome }) => outcome === 'echoed'))
  assert.deepEqual([seen.idle?.silent.survived, seen.idle?.pinged.survived], [true, true])
})

test('looks elsewhere only where no handshake succeeds', async () => {
  await using server = await serve({ message() {} })
  await using from = await rawServer(`HTTP/1.1 301 Moved\r\nLocation: ${server.url.replace('ws:', 'http:')}chat\r\nContent-Length: 0\r\n\r\n`)
  const seen = await observe(`${from.url}chat`)
  assert.deepEqual(
    ['redirect-target', 'root-path', 'other-slash'].map((id) => seen.handshakes[id as 'root-path']?.outcome),
    ['opened', 'failed', 'failed'],
  )
  assert.equal(seen.messages.plain, undefined)
})

test('opens at most six connections at once', async () => {
  let open = 0
  let most = 0
  await using server = await rawServer('', (socket) => {
    open += 1
    most = Math.max(most, open)
    socket.on('close', () => (open -= 1))
    setTimeout(() => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'), 30)
  })
  await observe(server.url)
  assert.ok(most > 1 && most <= 6, String(most))
})

test('ends soon after it is interrupted, with what was seen until then', async () => {
  await using server = await serve({ message() {} })
  const aborted = new AbortController()
  setTimeout(() => aborted.abort(), 400)
  const started = performance.now()
  const seen = await observe(server.url, ['--idle', '1h'], aborted.signal)
  assert.ok(performance.now() - started < 3000)
  assert.equal(seen.handshakes.browser?.outcome, 'opened')
  assert.equal(seen.idle, undefined)
})
