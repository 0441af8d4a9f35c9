import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../../src/client/address.ts'
import { dialServer, HTTP1 } from '../../../src/client/http1/dial.ts'
import type { Network } from '../../../src/client/network.ts'
import { Cancellation } from '../../../src/client/cancellation.ts'
import type { DialProgress, DialTarget } from '../../../src/client/dial.ts'
import { chooseProxy } from '../../../src/client/proxy.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { readHandshakeLimits } from '../../../src/connection/limits.ts'
import { ManualClock, transportPair } from '../../../src/testing/index.ts'
import { nodePlatform } from '../../../src/runtime/node/platform.ts'

/** Dials over a network that is a log; a socket is the list of its layers. A proxy answers with `response`. */
async function dialled(
  url: string,
  options: { proxy?: string; encrypted?: boolean; response?: string } = {},
): Promise<{ log: string[]; socket: string }> {
  const log: string[] = []
  const clock = new ManualClock()
  const runtime = createRuntime(nodePlatform, clock)
  const address = parseAddress(url)
  const proxy = await chooseProxy(options.proxy, address, {})
  const target: DialTarget = { address, proxy, crossOrigin: false, limits: readHandshakeLimits(), http: '1.1' }
  const progress: DialProgress = {
    signal: new Cancellation(),
    abortSignal: new AbortController().signal,
    race: async (promise) => promise,
    stage: (stage) => log.push(`stage ${stage}`),
    enter: async () => {},
  }
  const network: Network<string> = {
    resolve: async () => ['192.0.2.1'],
    open: async () => {
      log.push('open')
      return 'tcp'
    },
    isEncrypted: () => options.encrypted === true,
    encrypt: async (socket, peer, _target, _progress, alpn) => {
      log.push(`encrypt ${peer} ${alpn.join()}`)
      return `${socket} tls(${peer})`
    },
    transport: (socket) => {
      const [near, far] = transportPair()
      far.attach({
        data(chunk) {
          log.push(Buffer.from(chunk).toString().split('\r\n', 1)[0] as string)
          far.write([Buffer.from(options.response ?? 'HTTP/1.1 200 OK\r\n\r\n')])
        },
        end() {},
        drained() {},
        closed() {},
      })
      far.resume()
      return Object.assign(near, { detach: () => `${socket} tunnel` })
    },
  }
  const socket = await dialServer(network, target, progress, runtime, ['h2'])
  return { log, socket }
}

test('a ws URL needs TCP, and a wss URL TLS over it with the ALPN that was asked for [RFC 6455 §4.1]', async () => {
  assert.deepEqual(await dialled('ws://h/'), { log: ['open'], socket: 'tcp' })
  assert.deepEqual(await dialled('wss://h/'), { log: ['open', 'stage tls', 'encrypt server h2'], socket: 'tcp tls(server)' })
  assert.deepEqual(await dialled('wss://h/', { encrypted: true }), { log: ['open'], socket: 'tcp' })
})

test('a proxy is asked for a tunnel before TLS with the server, and TLS with the proxy is another one [RFC 6455 §4.1]', async () => {
  assert.deepEqual(await dialled('wss://h/', { proxy: 'https://p', encrypted: true }), {
    log: ['open', `encrypt proxy ${HTTP1.join()}`, 'stage proxy', 'CONNECT h:443 HTTP/1.1', 'stage tls', 'encrypt server h2'],
    socket: 'tcp tls(proxy) tunnel tls(server)',
  })
  assert.equal((await dialled('ws://h/', { proxy: 'http://p' })).socket, 'tcp tunnel')
})

test('a proxy that refuses the tunnel ends the dial at stage proxy', async () => {
  const response = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'
  await assert.rejects(dialled('wss://h/', { proxy: 'http://p', response }), { name: 'HandshakeError', stage: 'proxy', status: 407 })
})
