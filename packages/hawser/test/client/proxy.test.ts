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
  assert.deepEqual(proxy, {
    kind: 'http',
    secure: true,
    host: 'proxy.example',
    port: 443,
    shown: 'https://proxy.example',
    basic: `Basic ${btoa('user:pass')}`,
  })
  assert.equal(await chooseProxy(() => null, ws, {}), undefined)
})

test('a SOCKS proxy by option, function and environment, with its default port, a normalized host and credentials [RFC 1928, RFC 1929]', async () => {
  const expected = { kind: 'socks5', resolvesNames: false, host: 'xn--bcher-kva.example', port: 1080, shown: 'socks5://xn--bcher-kva.example:1080' }
  assert.deepEqual(await chooseProxy('socks5://B\u00fccher.example', ws, {}), { ...expected, credentials: undefined })
  assert.deepEqual(await chooseProxy(() => 'SOCKS5H://[::1]:80/', ws, {}), {
    kind: 'socks5',
    resolvesNames: true,
    host: '::1',
    port: 80,
    shown: 'socks5h://[::1]:80',
    credentials: undefined,
  })
  const { credentials } = (await chooseProxy('env', wss, { ALL_PROXY: 'socks5h://us%40er:p%3As@h:1' })) as { credentials?: unknown }
  assert.deepEqual(credentials, { username: new TextEncoder().encode('us@er'), password: new TextEncoder().encode('p:s') })
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'https_proxy', 'http_proxy', 'all_proxy']) {
    assert.equal((await chooseProxy('env', wss, { [name]: 'socks5://h:1' }))?.shown, 'socks5://h:1', name)
    for (const exempt of ['NO_PROXY', 'no_proxy']) {
      assert.equal(await chooseProxy('env', wss, { [name]: 'socks5://h:1', [exempt]: 'host.example' }), undefined)
    }
  }
})

test('a username or password of SOCKS that is empty or has more than 255 bytes is refused and not shown [RFC 1929 §2]', () => {
  for (const userinfo of ['secret', ':secret', `secret:${'\u00e9'.repeat(128)}`, `${'s'.repeat(256)}:secret`]) {
    assert.throws(
      () => checkProxyOption(`socks5://${userinfo}@h:1`),
      (error: unknown) =>
        error instanceof OptionError && error.option === 'proxy' && /1 to 255 bytes/.test(error.message) && !/secret/.test(error.message),
    )
  }
  checkProxyOption(`socks5://${'s'.repeat(255)}:${'\u00e9'.repeat(127)}@h:1`)
})

test('an unsupported proxy of the environment is an error and is not bypassed [RC5]', async () => {
  for (const value of ['socks4://h:1', 'socks://user:secret@h:1', 'http://user:se/cret@h:1']) {
    await assert.rejects(
      chooseProxy('env', ws, { all_proxy: value }),
      (error: unknown) => error instanceof OptionError && !/se.?cret/.test(error.message),
    )
  }
})

test('a proxy that is no URL of a supported scheme is refused with the option’s name and without its credentials', () => {
  for (const proxy of [
    ...['socks4://h:1', 'socks:x', 'socks5://', 'socks5:h', 'socks5://a%00b', 'proxy:3128', '', 'ftp://user:secret@h'],
    // A password that is not encoded, so that the URL parser finds another host, port or path in it.
    ...['http://user:secret/x@h', 'http://user:1#secret@h', 'socks5://user:1/secret@h', 'user:secret@h:1', 'http://user:1?secret@h'],
  ]) {
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
    /^OptionError: option proxy\(\): expected an http:, https:, socks5: or socks5h: URL with encoded userinfo or null, received "env"$/,
  )
  await assert.rejects(
    chooseProxy('env', ws, { ws_proxy: 'socks4://h:1' }),
    /: expected an http:, https:, .* URL with encoded userinfo, received "socks4:\/\/h:1"$/,
  )
})
