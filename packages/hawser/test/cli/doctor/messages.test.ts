import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attemptHandshake } from '../../../src/cli/doctor/handshake.ts'
import { EchoWatch, filler, observeMessages } from '../../../src/cli/doctor/messages.ts'
import type { MessagesObservation } from '../../../src/cli/doctor/observation.ts'
import { planHandshakes } from '../../../src/cli/doctor/probes.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { rawServer, switching } from '../raw-server.ts'

const signal = new AbortController().signal

async function observe(url: string, timeoutMs = 3000, text: string | undefined = 'hello'): Promise<MessagesObservation> {
  const [probe] = planHandshakes(readTarget(url), [])
  const watch = new EchoWatch()
  const { socket } = await attemptHandshake(probe!, { timeoutMs, signal, tls: {}, headers: [], maxMessage: 1 << 20, message: watch.message })
  return observeMessages(socket!, watch, { timeoutMs, signal, text, largeBytes: 100_000 })
}

const outcomes = ({ steps }: MessagesObservation): string => steps.map(({ name, outcome }) => `${name} ${outcome}`).join(', ')

test('sees echoes of small, binary, fragmented and large messages, Pongs, and a clean close', async () => {
  await using server = await serve({ message: (socket, message) => void socket.send(message) })
  const seen = await observe(server.url)
  assert.equal(outcomes(seen), 'small echoed, binary echoed, fragmented echoed, medium echoed, large echoed')
  assert.equal(seen.pings.roundTrips.length, 3)
  assert.deepEqual([seen.end.code, seen.end.wasClean], [1000, true])
})

test('sees by a Pong that a message without an echo arrived', async () => {
  await using server = await serve({ message() {} })
  assert.equal(outcomes(await observe(server.url)), 'small passed, binary passed, fragmented passed, medium passed, large passed')
})

test('sees a message that ends the connection, and with which code', async () => {
  await using server = await serve({ limits: { message: 80_000 }, message() {} })
  const seen = await observe(server.url)
  assert.equal(outcomes(seen), 'small passed, binary passed, fragmented passed, medium passed, large ended')
  assert.deepEqual([seen.end.code, seen.end.received], [1009, true])
})

test('ends with a server that says nothing after the 101', async () => {
  await using server = await rawServer(switching)
  const seen = await observe(server.url, 100)
  assert.deepEqual([outcomes(seen), seen.pings.roundTrips], ['small silent', []])
  assert.equal(seen.end.received, false)
})

test('sends no message without a text', async () => {
  await using server = await serve({ message: () => assert.fail('a message') })
  const [probe] = planHandshakes(readTarget(server.url), [])
  const { socket } = await attemptHandshake(probe!, { timeoutMs: 1000, signal, tls: {}, headers: [], maxMessage: 1 << 20 })
  const seen = await observeMessages(socket!, new EchoWatch(), { timeoutMs: 1000, signal, text: undefined, largeBytes: 1 })
  assert.deepEqual([seen.steps, seen.pings.roundTrips.length], [[], 3])
})

test('the text of large messages hardly repeats', () => {
  const text = filler(10_000)
  assert.equal(text.length, 10_000)
  assert.equal(new Set(text.match(/.{20}/g)).size, 500)
})
