import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeRaw, maxBodyBytes } from '../../../src/cli/doctor/raw-exchange.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { rawServer } from '../raw-server.ts'

const options = { timeoutMs: 2000, signal: new AbortController().signal, tls: {} }
const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

test('reads a head and the content that its length tells', async () => {
  await using server = await rawServer('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nA: b\r\n\r\nnone and more')
  const { answer } = await exchangeRaw(readTarget(server.url), request, options)
  assert.deepEqual(
    [answer?.status, answer?.statusText, answer?.fields],
    [
      404,
      'Not Found',
      [
        ['Content-Length', '4'],
        ['A', 'b'],
      ],
    ],
  )
  assert.match(answer?.body ?? '', /^none/)
  assert.deepEqual(server.heads, [request])
})

test('keeps a bounded part of content without an end', async () => {
  await using server = await rawServer(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(3 * maxBodyBytes)}`)
  assert.equal((await exchangeRaw(readTarget(server.url), request, options)).answer?.body.length, maxBodyBytes)
  await using slow = await rawServer('HTTP/1.1 200 OK\r\n\r\nbegin')
  assert.equal((await exchangeRaw(readTarget(slow.url), request, options)).answer?.body, 'begin')
})

test('tells what is no HTTP, with its first bytes', async () => {
  await using server = await rawServer('SSH-2.0-OpenSSH_9.2\r\n')
  const { failure, banner } = await exchangeRaw(readTarget(server.url), request, options)
  assert.deepEqual([failure, banner], ['not-http', 'SSH-2.0-OpenSSH_9.2\r\n'])
})

test('ends at a head that does not end, at silence, at a close and at a closed port', async () => {
  await using endless = await rawServer(`HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20_000)}`)
  assert.equal((await exchangeRaw(readTarget(endless.url), request, options)).failure, 'too-large')
  await using silent = await rawServer('')
  assert.equal((await exchangeRaw(readTarget(silent.url), request, { ...options, timeoutMs: 50 })).failure, 'no-answer')
  await using closing = await rawServer('', (socket) => socket.destroy())
  assert.equal((await exchangeRaw(readTarget(closing.url), request, options)).failure, 'closed')
  const { url } = closing
  await closing[Symbol.asyncDispose]()
  assert.equal((await exchangeRaw(readTarget(url), request, options)).failure, 'unreachable')
})

test('ends when it is interrupted', async () => {
  await using silent = await rawServer('')
  const aborted = new AbortController()
  const exchange = exchangeRaw(readTarget(silent.url), request, { ...options, signal: aborted.signal })
  aborted.abort()
  assert.equal((await exchange).failure, 'no-answer')
})
