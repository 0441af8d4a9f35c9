import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../src/client/address.ts'
import { checkProxyOption, chooseProxy } from '../../src/client/proxy.ts'
import { OptionError } from '../../src/core/errors.ts'

const ws = parseAddress('ws://host.example/chat')
const wss = parseAddress('wss://host.example/chat')

test('no proxy is used without the option, whatever the environment', async () => {
  assert.equal(await chooseProxy(undefined, ws, { http_proxy: 'http://p:1' }), undefined)
  assert.equal(await chooseProxy(null, ws, { http_proxy: 'http://p:1' }), undefined)
})

test('the environment’s proxies: one for WebSockets first, then that of HTTPS before that of HTTP [RFC 6455 §4.1 step 3, RC4]', async () => {
  const chosen = async (address: typeof ws, env: Record<string, string>) => (await chooseProxy('env', address, env))?.host
  assert.equal(await chosen(ws, { http_proxy: 'http://plain:1', https_proxy: 'http://secure:1', ws_proxy: 'http://ws:1' }), 'ws')
  assert.equal(await chosen(ws, { http_proxy: 'http://plain:1', https_proxy: 'http://secure:1' }), 'secure')
  assert.equal(await chosen(ws, { http_proxy: 'plain:1' }), 'plain')
  assert.equal(await chosen(wss, { HTTPS_PROXY: 'http://secure:1', all_proxy: 'http://all:1' }), 'secure')
  assert.equal(await chosen(wss, { ALL_PROXY: 'http://all:1' }), 'all')
  assert.equal(await chosen(ws, { HTTP_PROXY: 'http://evil:1', REQUEST_METHOD: 'GET' }), undefined)
  assert.equal(await chosen(ws, { http_proxy: 'http://plain:1', NO_PROXY: '.example' }), undefined)
  assert.equal(await chosen(ws, {}), undefined)
})

test('a proxy function is given the ws or wss URL, without userinfo [RFC 6455 §4.1 step 3, RC4]', async () => {
  const seen: string[] = []
  const proxy = await chooseProxy(
    (url) => {
      seen.push(url.href)
      return new URL('https://user:pass@proxy.example')
    },
    parseAddress('https://me:secret@host.example/chat'),
    {},
  )
  assert.deepEqual(seen, ['wss://host.example/chat'])
  assert.deepEqual(proxy, { secure: true, host: 'proxy.example', port: 443, shown: 'https://proxy.example', basic: `Basic ${btoa('user:pass')}` })
  assert.equal(await chooseProxy(() => null, ws, {}), undefined)
})

test('a proxy that is not an http or https URL is refused with the option’s name and without its credentials', () => {
  for (const proxy of ['socks5://h:1', 'proxy:3128', '', 'ftp://user:secret@h']) {
    assert.throws(
      () => checkProxyOption(proxy),
      (error: unknown) => error instanceof OptionError && error.option === 'proxy' && !/secret/.test(error.message),
    )
  }
  for (const proxy of [Object.create(null), [Symbol('s')], 5, {}]) {
    assert.throws(() => checkProxyOption(proxy as never), OptionError)
  }
  checkProxyOption('http://h:1')
  checkProxyOption(new URL('http://h:1'))
  checkProxyOption('env')
})

test('the error for what a proxy function returned, or the environment has, names what is allowed there', async () => {
  await assert.rejects(
    chooseProxy(() => 'env', ws, {}),
    /^OptionError: option proxy\(\): expected an http: or https: URL or null, received "env"$/,
  )
  await assert.rejects(chooseProxy('env', ws, { ws_proxy: 'socks5://h:1' }), /: expected an http: or https: URL, received "socks5:\/\/h:1"$/)
})
