import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseRoute, describeProxyFailure, openRoute, within } from '../../../src/cli/doctor/route.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { HandshakeError, OptionError } from '../../../src/index.ts'
import { rawServer } from '../raw-server.ts'

const options = { timeoutMs: 2000, signal: new AbortController().signal }

test('a tunnel of a proxy leads to the host and port of the URL, without TLS, and fails with the status of the proxy', async () => {
  await using proxy = await rawServer('HTTP/1.1 200 OK\r\n\r\n')
  const target = readTarget('wss://app.example/chat')
  const through = await chooseRoute(target, `http://127.0.0.1:${proxy.port}`)
  const socket = await openRoute(target, through, options)
  socket.destroy()
  assert.match(proxy.heads[0] ?? '', /^CONNECT app\.example:443 HTTP\/1\.1\r\n/)
  await using refusing = await rawServer('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
  const error = await openRoute(target, await chooseRoute(target, `http://127.0.0.1:${refusing.port}`), options).catch((caught: unknown) => caught)
  const failure = describeProxyFailure(error)
  assert.equal(failure?.code, 'proxy-refused')
  assert.match(failure.message, /answered CONNECT with 407 Proxy Authentication Required/)
  assert.match(failure.hint ?? '', /credentials/)
})

test('ends at its time where a proxy is silent, and at the signal', async () => {
  await using silent = await rawServer('')
  const target = readTarget('ws://app.example/')
  const proxy = await chooseRoute(target, `http://127.0.0.1:${silent.port}`)
  const failure = (bounds: typeof options): Promise<string | undefined> =>
    openRoute(target, proxy, bounds).then(
      () => undefined,
      (error: unknown) => describeProxyFailure(error)?.code,
    )
  assert.equal(await failure({ ...options, timeoutMs: 50 }), 'ETIMEDOUT')
  assert.equal(await failure({ ...options, signal: AbortSignal.abort() }), 'ABORT_ERR')
})

test('refuses a proxy that is none, and blames no proxy for a name that this machine looks up', async () => {
  await assert.rejects(chooseRoute(readTarget('ws://a/'), 'ftp://p'), OptionError)
  assert.equal(describeProxyFailure(new HandshakeError('no such name', { stage: 'dns', fault: 'network' })), undefined)
})

test('within ends at its time and at the signal', async () => {
  const never = new Promise<never>(() => {})
  await assert.rejects(within(never, { timeoutMs: 10, signal: options.signal }), { code: 'ETIMEDOUT' })
  const aborted = new AbortController()
  const waiting = within(never, { timeoutMs: 10_000, signal: aborted.signal })
  aborted.abort()
  await assert.rejects(waiting, { code: 'ABORT_ERR' })
  assert.equal(await within(Promise.resolve(1), options), 1)
})
