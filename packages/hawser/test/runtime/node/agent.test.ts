import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'
import * as net from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { attach, connect, HandshakeError, OptionError } from '../../../src/index.ts'
import type { NodeConnectOptions } from '../../../src/runtime/node/connect-options.ts'
import { authority, client, elsewhere, localhost } from '../../certificates/index.ts'
import { serveFor } from '../../peers/test-server.ts'

type Options = NodeConnectOptions<readonly [], 'accept'>
const echo = { message: (socket: any, message: any) => void socket.send(message) }
const trust = { tls: { ca: authority } }

async function expectEcho(url: string, options: Options): Promise<void> {
  const socket = await connect(url, options)
  socket.send('through')
  assert.equal(await socket.receive(), 'through')
  await socket.close()
}

async function failure(attempt: Promise<unknown>): Promise<HandshakeError> {
  const error = await attempt.then(
    () => assert.fail('the connection opened'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError, String(error))
  return error
}

/** An agent that gives each request to `take`, which calls `onSocket`, emits or throws. */
const agentOf = (take: (request: any, options: any) => unknown): { addRequest(request: any, options: any): void } => ({ addRequest: take as never })

test('an agent of node:http carries ws and wss, and one of node:https carries wss with the options in tls', async (t) => {
  const plain = await serveFor(t, echo)
  const secure = await serveFor(t, { ...echo, tls: localhost })
  const url = `wss://localhost:${secure.port}/`
  await expectEcho(plain.url, { agent: new http.Agent() })
  await expectEcho(url, { agent: new http.Agent(), ...trust })
  await expectEcho(url, { agent: new https.Agent(), ...trust })
  await expectEcho(url, { agent: new https.Agent({ ca: authority }) })
  const asking = await serveFor(t, {
    tls: { ...localhost, ca: authority, requestCert: true },
    upgrade: ({ transport }) => ({ context: transport.tls?.authorized }),
    open: (socket) => void socket.send(String(socket.context)),
    message() {},
  })
  const socket = await connect(`wss://localhost:${asking.port}/`, { agent: new https.Agent(), tls: { ca: authority, ...client } })
  assert.equal(await socket.receive(), 'true')
  await socket.close()
})

test('a certificate that is wrong fails at stage tls, although the agent does the TLS [RC6]', async (t) => {
  const server = await serveFor(t, { ...echo, tls: elsewhere })
  const error = await failure(connect(`wss://localhost:${server.port}/`, { agent: new https.Agent(), ...trust }))
  assert.equal(error.stage, 'tls')
  assert.match(error.hint ?? '', /does not cover the host/)
})

test('the certificate is checked for the host of the URL, or tls.servername, whatever name the agent gives to node:tls [RC6]', async () => {
  const certificate = { subject: { CN: 'proxy.example' }, subjectaltname: 'DNS:proxy.example' } as never
  let given: tls.ConnectionOptions = {}
  const agent = agentOf((request, options) => {
    given = options
    request.onSocket(null, new Error('enough'))
  })
  await failure(connect('wss://host.example/', { agent }))
  assert.match(String(given.checkServerIdentity?.('proxy.example', certificate)), /host\.example/)
  await failure(connect('wss://host.example/', { agent, tls: { servername: 'proxy.example' } }))
  assert.equal(given.checkServerIdentity?.('other.example', certificate), undefined)
  const names: string[] = []
  await failure(connect('wss://192.0.2.1/', { agent, tls: { checkServerIdentity: (name) => void names.push(name) } }))
  given.checkServerIdentity?.('proxy.example', certificate)
  assert.deepEqual([names, given.servername], [['192.0.2.1'], ''])
})

test('a socket leaves the pool of its agent, so that open connections do not count against maxSockets', async (t) => {
  const server = await serveFor(t, echo)
  const agent = new http.Agent({ maxSockets: 1, keepAlive: true })
  const one = await connect(server.url, { agent })
  const two = await connect(server.url, { agent })
  assert.deepEqual([Object.keys(agent.sockets), Object.keys(agent.freeSockets)], [[], []])
  await Promise.all([one.close(), two.close()])
})

test('an idle socket that an ordinary request left in the pool carries a connection', async (t) => {
  const server = http.createServer((_request, response) => void response.end('ok')).listen(0, '127.0.0.1')
  attach(server, echo)
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
  const agent = new http.Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const response = await new Promise<http.IncomingMessage>((resolve) => http.get(url, { agent }, resolve))
  await once(response.resume(), 'end')
  while (Object.keys(agent.freeSockets).length === 0) await new Promise((resolve) => setImmediate(resolve))
  const idle = Object.values(agent.freeSockets)[0]?.[0]
  const socket = await connect(url, { agent })
  assert.equal(socket.transport.localPort, idle?.localPort)
  socket.send('reused')
  assert.equal(await socket.receive(), 'reused')
  await socket.close()
})

/** As the agents on npm that connect through proxies do: an `http.Agent` whose sockets come from a promise. */
class TunnelAgent extends http.Agent {
  readonly #proxy: number
  constructor(proxy: number) {
    super()
    this.#proxy = proxy
  }
  createSocket(request: any, options: any, done: (error: Error | undefined, socket?: Duplex) => void): void {
    void this.#tunnel(request, options).then(
      (socket) => done(undefined, socket),
      (error: Error) => done(error),
    )
  }
  async #tunnel(request: any, options: any): Promise<Duplex> {
    assert.equal(request.getHeader('Upgrade'), 'websocket')
    const asked = http.request({ port: this.#proxy, method: 'CONNECT', path: `${options.host}:${options.port}`, agent: false }).end()
    const [response, socket] = (await once(asked, 'connect')) as [http.IncomingMessage, net.Socket]
    request.emit('proxyConnect', { statusCode: response.statusCode, statusText: response.statusMessage, headers: response.headers })
    if (response.statusCode !== 200) {
      socket.destroy()
      return new net.Socket()
    }
    const { host: _host, port: _port, ...rest } = options
    return options.secureEndpoint ? tls.connect({ ...rest, socket }) : socket
  }
}

async function proxyFor(t: TestContext, port: () => number, refusal?: string): Promise<{ agent: TunnelAgent; asked: string[] }> {
  const asked: string[] = []
  const proxy = http.createServer().listen(0, '127.0.0.1')
  proxy.on('connect', (request, socket: Duplex) => {
    asked.push(request.url ?? '')
    if (refusal !== undefined) {
      socket.end(refusal)
      return
    }
    const upstream = net.connect(port(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  await once(proxy, 'listening')
  t.after(() => {
    proxy.close()
    proxy.closeAllConnections()
  })
  return { agent: new TunnelAgent((proxy.address() as net.AddressInfo).port), asked }
}

test('an agent for a proxy carries ws and wss, and gets the host, the port and whether TLS is needed [RC4]', async (t) => {
  const plain = await serveFor(t, { ...echo, hosts: 'any' })
  const secure = await serveFor(t, { ...echo, tls: localhost })
  const first = await proxyFor(t, () => plain.port)
  await expectEcho('ws://name.example:81/', { agent: first.agent })
  const second = await proxyFor(t, () => secure.port)
  await expectEcho('wss://localhost:444/', { agent: second.agent, ...trust })
  assert.equal((await failure(connect('wss://localhost:444/', { agent: second.agent }))).stage, 'tls')
  assert.deepEqual([first.asked, second.asked], [['name.example:81'], ['localhost:444', 'localhost:444']])
})

test('a refusal that the agent tells with proxyConnect fails at stage proxy with its status and fields [RC5, C2.12]', async (t) => {
  const refusal = 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n'
  const { agent } = await proxyFor(t, () => 0, refusal)
  const error = await failure(connect('ws://name.example/', { agent }))
  assert.deepEqual([error.stage, error.status, error.response?.fields[0]], ['proxy', 407, ['proxy-authenticate', 'Basic']])
  assert.match(error.message, /the proxy of the agent answered CONNECT with 407/)
})

test('an agent that fails, in whatever way, fails the attempt with its error as the cause', async () => {
  const cause = new Error('no way')
  const ways: ((request: any) => unknown)[] = [
    (request) => request.onSocket(null, cause),
    (request) => request.emit('error', cause),
    (request) => process.nextTick(() => request.onSocket(undefined, cause)),
    () => {
      throw cause
    },
    async () => {
      throw cause
    },
  ]
  for (const way of ways) {
    const error = await failure(connect('ws://192.0.2.1/', { agent: agentOf(way) }))
    assert.deepEqual([error.stage, error.cause], ['tcp', cause])
  }
  const forwarding = agentOf((request) => request.setHeader('Proxy-Authorization', 'x'))
  assert.match((await failure(connect('ws://192.0.2.1/', { agent: forwarding }))).message, /adds the field Proxy-Authorization.*tunnel/)
  for (const nothing of [undefined, {}, 'socket']) {
    const agent = agentOf((request) => request.onSocket(nothing))
    await assert.rejects(connect('ws://192.0.2.1/', { agent }), { name: 'OptionError', option: 'agent' })
  }
})

test('a socket that comes too late, or is a second one, is destroyed', async () => {
  const requests: any[] = []
  const agent = agentOf((request) => requests.push(request))
  const controller = new AbortController()
  const attempt = failure(connect('ws://192.0.2.1/', { agent, signal: controller.signal }))
  while (requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort()
  assert.equal((await attempt).stage, 'aborted')
  for (const late of [new net.Socket(), new net.Socket()]) {
    requests[0].onSocket(late)
    await once(late, 'close')
  }
})

test('an agent cannot be combined with another way to the server, and one of node:https not with ws', async () => {
  const agent = new https.Agent()
  for (const other of [
    { proxy: 'http://h' },
    { proxyTls: {} },
    { socketPath: '/x' },
    { createConnection: () => new net.Socket() },
    { http: '2' },
  ] as const) {
    await assert.rejects(connect('wss://h/', { agent, ...other }), { name: 'OptionError', option: 'agent', message: /cannot be combined with/ })
  }
  for (const wrong of [null, true, {}, { addRequest: 1 }]) {
    await assert.rejects(connect('wss://h/', { agent: wrong as never }), (error: unknown) => error instanceof OptionError && error.option === 'agent')
  }
  await assert.rejects(connect('ws://192.0.2.1/', { agent }), {
    name: 'OptionError',
    message: /node:https cannot be used for ws:\/\/192\.0\.2\.1:/,
  })
})
