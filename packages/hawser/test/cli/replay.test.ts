import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { serve } from '../../src/index.ts'
import { runCli } from './cli-process.ts'
import { runHere } from './memory-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'hawser-replay-'))
after(() => rmSync(folder, { recursive: true }))

/** An echo server that keeps what came, and when, and how each connection closed. */
async function echoServer(answer: (message: string | Uint8Array) => string | Uint8Array = (message) => message) {
  const messages: (string | Uint8Array)[] = []
  const times: number[] = []
  let tellClosed: (close: readonly [number, string]) => void = () => {}
  const closed = new Promise<readonly [number, string]>((resolve) => {
    tellClosed = resolve
  })
  const server = await serve({
    port: 0,
    subprotocols: ['chat'],
    message(socket, message) {
      messages.push(message)
      times.push(performance.now())
      if (message === 'bye') void socket.close(1001)
      else socket.send(answer(message))
    },
    close: (_socket, { code, reason }) => tellClosed([code, reason]),
  })
  return { url: server.url, messages, times, closed, [Symbol.asyncDispose]: () => server.close() }
}

function write(name: string, ...events: object[]): string {
  const file = join(folder, name)
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  return file
}

const sent = (t: number, data: string): object => ({ t, event: 'sent', type: 'text', data })
const received = (t: number, data: string): object => ({ t, event: 'received', type: 'text', data })

describe('record and replay', { concurrency: 3 }, () => {
  test('a recorded session is replayed, message for message and with its Close frame', async () => {
    const file = join(folder, 'session.jsonl')
    await using first = await echoServer()
    const secret = first.url.replace('//', '//ada:secret@')
    const recorded = await runCli(['connect', '--commands', '-s', 'chat', '--record', file, secret], 'one\ntwö\n/close 4000 done\n')
    assert.deepEqual([recorded.code, recorded.stdout], [0, 'one\ntwö\n'])
    assert.doesNotMatch(readFileSync(file, 'utf8'), /secret/)
    const events = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; data?: string })
    assert.deepEqual(events.map(({ event }) => event).sort(), ['close', 'open', 'received', 'received', 'sent', 'sent'])
    await using second = await echoServer()
    const replayed = await runCli(['replay', '--check', file, second.url])
    assert.deepEqual(replayed, { code: 0, stdout: 'one\ntwö\n', stderr: '' })
    assert.deepEqual(second.messages, first.messages)
    assert.deepEqual(await second.closed, [4000, 'done'])
  })

  test('a recording that cannot be written to its end ends the session with 1', {
    skip: process.platform !== 'linux' && 'needs /dev/full',
  }, async () => {
    await using echo = await echoServer()
    const { code, stderr } = await runHere(['connect', '--record', '/dev/full', echo.url], 'one\n')
    assert.deepEqual([code, stderr], [exitCodes.abnormal, 'hawser: the recording ends here: ENOSPC: no space left on device, write\n'])
  })

  test('keeps the pauses, unless --fast', async () => {
    await using echo = await echoServer()
    const file = write('slow.jsonl', sent(10, 'a'), sent(310, 'b'))
    assert.equal((await runHere(['replay', '--wait', '0', file, echo.url])).code, 0)
    assert.equal((await runHere(['replay', '--wait', '0', '--fast', file, echo.url])).code, 0)
    const [a = 0, b = 0, c = 0, d = 0] = echo.times
    assert.ok(b - a >= 250, `${b - a} ms`)
    assert.ok(d - c < 250, `${d - c} ms`)
  })

  test('--check exits with 1 at the first difference, and for what is missing', async () => {
    await using echo = await echoServer((message) => (message === 'b' ? 'B' : message))
    const file = write('check.jsonl', sent(0, 'a'), received(1, 'a'), sent(2, 'b'), received(3, 'b'), {
      t: 4,
      event: 'close',
      code: 1000,
      reason: '',
      initiator: 'local',
    })
    const different = await runCli(['replay', '--fast', '--check', file, echo.url])
    assert.equal(different.code, exitCodes.abnormal)
    assert.match(different.stderr, /message 2 is "B", and was "b"/)
    const more = write('more.jsonl', sent(0, 'a'))
    const extra = await runHere(['replay', '--fast', '--check', more, echo.url])
    assert.equal(extra.code, 0, 'it was not asked for')
    const missing = write('missing.jsonl', sent(0, 'a'), received(1, 'a'), received(2, 'later'))
    const { code, stderr } = await runHere(['replay', '--fast', '--check', '--wait', '100ms', missing, echo.url])
    assert.equal(code, exitCodes.abnormal)
    assert.match(stderr, /received 1 of the 2 messages of the recording/)
  })

  test('waits for the server to close where it did so then', async () => {
    await using echo = await echoServer()
    const file = write('bye.jsonl', sent(0, 'bye'), { t: 1, event: 'close', code: 1001, reason: '', initiator: 'remote' })
    assert.deepEqual(await runHere(['replay', file, echo.url]), { code: 0, stdout: '', stderr: '' })
    assert.deepEqual(await echo.closed, [1001, ''])
  })

  test('prints events with --json and binary messages as asked', async () => {
    await using echo = await echoServer()
    const file = write('binary.jsonl', { t: 0, event: 'sent', type: 'binary', encoding: 'base64', data: 'AP8=' }, received(0, ''))
    assert.equal((await runHere(['replay', file, echo.url])).stdout, '00ff\n')
    assert.equal((await runHere(['replay', '--base64', file, echo.url])).stdout, 'AP8=\n')
    const json = (await runHere(['replay', '--json', file, echo.url])).stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event)
    assert.deepEqual(json, ['open', 'message', 'close'])
  })
})
