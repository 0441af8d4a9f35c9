import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runServerSuite } from '../src/index.ts'
import { report } from './doubles/report.ts'
import { acceptRequest, ScriptedServer } from './doubles/scripted.ts'

test('the same seed sends the same bytes', async () => {
  const sent = async (seed: number): Promise<string[]> => {
    const { results } = await report([], ['masking/keys/size-7'], seed)
    // The port is another each time; what follows the request is not.
    return results[0]!.exchange
      .filter(({ from, kind }) => from === 'suite' && kind === 'bytes')
      .slice(1)
      .map(({ bytes }) => bytes!)
  }
  assert.deepEqual(await sent(5), await sent(5))
  assert.notDeepEqual(await sent(5), await sent(6))
})

test('a verdict comes with the bytes of both directions, decoded, and with the rule', async () => {
  const { results } = await report(['utf8-unchecked'], ['utf8/bad/bad-byte-ff'])
  const [result] = results
  assert.equal(result?.verdict, 'fail')
  assert.equal(result?.outcome, 'a text message instead of failing the connection')
  assert.equal(result?.section, 'RFC 6455 section 8.1')
  for (const from of ['suite', 'peer'] as const) {
    assert.ok(result?.exchange.some((entry) => entry.from === from && entry.kind === 'bytes'))
    assert.ok(result?.exchange.some((entry) => entry.from === from && entry.kind === 'decoded'))
  }
})

test('what the endpoint does not have is unsupported, and never passed', async () => {
  const { counts, results } = await report(['deflate-never'], ['deflate/good', 'limits/over', 'handshake/origin/refused'])
  assert.equal(counts.unsupported, results.length)
})

test('a server that is not there fails every case and ends in time', async () => {
  const { counts, results } = await runServerSuite('ws://127.0.0.1:1/', {
    only: ['framing/length/text-1', 'control/ping-pong/ping-empty'],
    bounds: { answerMs: 300 },
  })
  assert.equal(counts.fail, 2)
  assert.match(results[0]!.outcome, /^no connection to 127\.0\.0\.1:1: /)
})

test('a connection that the server resets is not closed cleanly', async () => {
  const closing = async (mutants: readonly string[]): Promise<unknown> => (await report(mutants, ['closing/order/after-echo'])).results[0]!.closing
  assert.deepEqual(await closing([]), { verdict: 'clean', code: 1000 })
  assert.deepEqual(await closing(['reset-at-the-end']), { verdict: 'reset', code: 1000 })
})

/** Answers each opening handshake, and then sends the first bytes once and the others without end. @returns how many bytes of them a connection took */
async function flooding(once: string, repeated: Buffer): Promise<ScriptedServer & { most: () => number }> {
  let most = 0
  const server = await ScriptedServer.listen((socket) => {
    const flood = (): void => {
      while (!socket.destroyed && socket.write(repeated));
      most = Math.max(most, socket.bytesWritten)
    }
    socket.on('drain', flood)
    socket.once('data', (chunk) => {
      socket.write(acceptRequest(chunk.toString('latin1')) + once, 'latin1')
      flood()
    })
  })
  return Object.assign(server, { most: () => most })
}

const endless = 'the peer sent more than 10000 control frames or empty fragments in a row'

for (const [name, once, frame, outcome] of [
  ['Pings', '', '\x89\x00', endless],
  ['Pongs', '', '\x8a\x01x', endless],
  ['empty fragments', '\x01\x00', '\x00\x00', endless],
  ['fragments of one message', '\x01\x00', '\x00\x01x', 'the peer sent a message of more than 1048576 frames'],
] as const)
  test(`a server that sends ${name} without end fails the case, and the run ends`, async () => {
    await using server = await flooding(once, Buffer.from(frame.repeat(30_000), 'latin1'))
    const { results } = await runServerSuite(server.url, { only: ['framing/length/text-1'], bounds: { answerMs: 300 } })
    assert.deepEqual([results[0]!.verdict, results[0]!.outcome], ['fail', outcome])
  })

test('a server that sends messages without end fails a case that passes over messages', async () => {
  await using server = await flooding('', Buffer.from('\x81\x01x'.repeat(30_000), 'latin1'))
  const { results } = await runServerSuite(server.url, { only: ['closing/order/large-then-close-answered'], bounds: { answerMs: 300 } })
  assert.deepEqual([results[0]!.verdict, results[0]!.outcome], ['fail', 'the peer sent more than 10000 messages that nothing asked for'])
})

test('the suite stops reading a frame that is longer than any it asks for', async () => {
  await using server = await flooding('\x82\x7f\x00\x00\x00\x00\xf0\x00\x00\x00', Buffer.alloc(1 << 20))
  const { results } = await runServerSuite(server.url, { only: ['framing/length/text-1'], bounds: { answerMs: 1000 } })
  assert.equal(results[0]!.outcome, 'nothing instead of the echo')
  assert.ok(server.most() < 64 << 20, `${server.most()} bytes`)
})
