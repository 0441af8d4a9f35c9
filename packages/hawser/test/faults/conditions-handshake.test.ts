/** Every condition of a client's opening handshake, caused in earnest: by the bytes, the certificate, the proxy or the error of the system that leads to it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createSecureServer, createServer } from 'node:http2'
import * as net from 'node:net'
import { after, before, test } from 'node:test'
import { conditionPages } from '../../src/core/conditions.ts'
import { connect, HandshakeError } from '../../src/index.ts'
import type { ConnectOptions, HandshakeCondition } from '../../src/index.ts'
import { authority, elsewhere, expired, localhost, selfsigned } from '../certificates/index.ts'
import { rawServer, switchingProtocols } from '../runtime/node/raw-server.ts'
import type { RawServer } from '../runtime/node/raw-server.ts'

type Options = ConnectOptions<readonly string[]>
interface Cause {
  readonly url?: () => string
  /** What the server answers; undefined: nothing. */
  readonly answer?: (head: string) => string
  readonly options?: () => Options
  /** The server answers the first bytes, which are no request of HTTP. */
  readonly early?: true
}

let current: Cause | undefined
const ends: (() => unknown)[] = []
const servers: Record<string, RawServer> = {}
/** The port of a server that closed. */
let closedPort = 0
/** Of a SOCKS proxy that takes no method, and of servers of HTTP/2 that refuse each stream, and that have no Extended CONNECT. */
let ports: readonly number[] = []

before(async () => {
  const reply = async ({ head, socket }: { head(): Promise<string>; socket: net.Socket }): Promise<void> => {
    const text = current?.early === true ? (await once(socket, 'data'), current.answer?.('')) : current?.answer?.(await head())
    if (text !== undefined) socket.end(text)
  }
  const certificates = { plain: undefined, localhost, elsewhere, expired, selfsigned }
  for (const [name, tls] of Object.entries(certificates)) servers[name] = await rawServer(reply, tls === undefined ? {} : { tls })
  servers['wantsClient'] = await rawServer(reply, { tls: { ...localhost, ca: authority, requestCert: true } })
  servers['noVersion'] = await rawServer(reply, { tls: { ...localhost, maxVersion: 'TLSv1.2' } })
  const socks = net.createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(Uint8Array.of(5, 255))))
  const refusing = createServer({ settings: { enableConnectProtocol: true } })
  refusing.on('stream', (stream) => stream.on('error', () => {}).close(7))
  const unable = createSecureServer(localhost)
  for (const server of [refusing, unable]) server.on('session', (session) => ends.push(() => session.destroy()))
  for (const server of [socks, refusing, unable]) {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    ends.push(() => server.close())
    ports = [...ports, (server.address() as net.AddressInfo).port]
  }
  const closed = await rawServer(() => {})
  closedPort = closed.port
  await closed.close()
})

after(async () => {
  for (const end of ends) end()
  await Promise.all(Object.values(servers).map((server) => server.close()))
})

const at = (name: string, scheme?: string) => (): string => `${scheme ?? servers[name]?.url.split(':')[0]}://localhost:${servers[name]?.port}/`
const trusting = (): Options => ({ tls: { ca: authority } })
const empty = (status: string, fields = ''): Cause => ({ answer: () => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n${fields}\r\n` })
const switching = (fields: Record<string, string | undefined>, options?: Options): Cause => ({
  answer: (head) => switchingProtocols(head, fields),
  ...(options === undefined ? {} : { options: () => options }),
})
/** A failure of the system that no machine can be made to have in a test, as a `createConnection` with node:net passes it on. */
const system = (code: string, syscall: string = 'connect'): Cause => ({
  options: () => ({ createConnection: () => Promise.reject(Object.assign(new Error(`${syscall} ${code}`), { code, syscall })) }),
})

const causes: Readonly<Record<HandshakeCondition, readonly Cause[]>> = {
  'url-invalid': [{ url: () => 'ftp://localhost/' }, { url: () => 'ws://' }, { url: () => 'ws://localhost/#fragment' }],
  'url-port-blocked': [{ url: () => 'ws://localhost:25/', options: () => ({ blockBadPorts: true }) }],
  'dns-failed': [
    {
      url: () => 'ws://nothing.invalid/',
      options: () => ({
        lookup: (_host, _options, callback) => callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), ''),
      }),
    },
    system('ENOTFOUND', 'getaddrinfo'),
    system('EAI_AGAIN', 'getaddrinfo'),
  ],
  'tcp-refused': [{ url: () => `ws://127.0.0.1:${closedPort}/` }],
  'tcp-unreachable': [system('ETIMEDOUT'), system('EHOSTUNREACH'), system('ENETUNREACH')],
  'tcp-failed': [{ url: () => 'ws+unix:/nowhere/of.sock' }, system('EMFILE')],
  'proxy-unreachable': [{ options: () => ({ proxy: `http://127.0.0.1:${closedPort}` }) }],
  'proxy-refused': [
    { ...empty('403 Forbidden'), options: () => ({ proxy: at('plain', 'http')() }) },
    { ...empty('407 Proxy Authentication Required'), options: () => ({ proxy: at('plain', 'http')() }) },
    { options: () => ({ proxy: `socks5://127.0.0.1:${ports[0]}` }) },
  ],
  'proxy-invalid': [
    { answer: () => 'SSH-2.0-OpenSSH\r\n', options: () => ({ proxy: at('plain', 'http')() }) },
    { answer: () => '', options: () => ({ proxy: at('plain', 'http')() }) },
    { ...empty('200 OK'), early: true, options: () => ({ proxy: at('plain', 'socks5')() }) },
  ],
  'tls-certificate-untrusted': [{ url: at('localhost') }, { url: at('selfsigned') }],
  'tls-certificate-name': [{ url: at('elsewhere'), options: trusting }],
  'tls-certificate-expired': [{ url: at('expired'), options: trusting }],
  'tls-client-certificate': [
    { url: at('wantsClient'), options: trusting },
    { url: at('wantsClient'), options: () => ({ tls: { ca: authority, maxVersion: 'TLSv1.2' } }) },
  ],
  'tls-not-spoken': [{ url: at('plain', 'wss'), ...empty('400 Bad Request'), early: true }],
  'tls-failed': [{ url: at('noVersion'), options: () => ({ tls: { ca: authority, minVersion: 'TLSv1.3' } }) }],
  'http2-unavailable': [
    { url: at('localhost'), options: () => ({ http: '2', tls: { ca: authority } }) },
    { url: () => `wss://localhost:${ports[2]}/`, options: () => ({ http: '2', tls: { ca: authority } }) },
  ],
  'http2-stream-refused': [{ url: () => `ws://localhost:${ports[1]}/`, options: () => ({ http: '2' }) }],
  'response-missing': [{ answer: () => '' }, { answer: () => 'HTTP/1.1 101 Sw' }],
  'response-not-http': [{ answer: () => 'SSH-2.0-OpenSSH\r\n' }],
  'response-invalid': [{ answer: () => 'HTTP/1.1 101 Switching Protocols\r\nno colon\r\n\r\n' }],
  'response-upgrade': [switching({ Upgrade: undefined }), switching({ Upgrade: 'h2c' })],
  'response-connection': [switching({ Connection: undefined }), switching({ Connection: 'keep-alive' })],
  'response-option-failed': [
    switching({}, { response: () => assert.fail('of the test') }),
    switching({}, { response: () => Promise.reject(new Error('of the test')) }),
  ],
  'status-2xx': [empty('200 OK')],
  'status-3xx': [empty('301 Moved Permanently', 'Location: /there\r\n'), empty('304 Not Modified')],
  'status-400': [empty('400 Bad Request')],
  'status-401': [empty('401 Unauthorized')],
  'status-403': [empty('403 Forbidden')],
  'status-404': [empty('404 Not Found'), empty('410 Gone')],
  'status-405': [empty('405 Method Not Allowed')],
  'status-407': [empty('407 Proxy Authentication Required')],
  'status-408': [empty('408 Request Timeout')],
  'status-421': [empty('421 Misdirected Request')],
  'status-426': [empty('426 Upgrade Required')],
  'status-429': [empty('429 Too Many Requests')],
  'status-431': [empty('431 Request Header Fields Too Large')],
  'status-500': [empty('500 Internal Server Error')],
  'status-502': [empty('502 Bad Gateway')],
  'status-503': [empty('503 Service Unavailable')],
  'status-504': [empty('504 Gateway Timeout')],
  'status-other': [empty('418 Teapot'), empty('505 HTTP Version Not Supported')],
  'redirect-failed': [
    { ...empty('302 Found', 'Location: /\r\n'), options: () => ({ redirects: 1 }) },
    { ...empty('302 Found'), options: () => ({ redirects: 1 }) },
  ],
  'accept-invalid': [switching({ 'Sec-WebSocket-Accept': undefined }), switching({ 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' })],
  'subprotocol-none': [switching({}, { subprotocols: ['chat'] })],
  'subprotocol-invalid': [
    switching({ 'Sec-WebSocket-Protocol': 'other' }, { subprotocols: ['chat'] }),
    switching({ 'Sec-WebSocket-Protocol': 'chat' }),
  ],
  'extensions-invalid': [switching({ 'Sec-WebSocket-Extensions': 'x-unasked' }), switching({ 'Sec-WebSocket-Extensions': ';' })],
  'handshake-timeout': [{ options: () => ({ limits: { handshakeMs: 30 } }) }],
  'handshake-aborted': [{ options: () => ({ signal: AbortSignal.abort() }) }],
}

test('the table has every condition of a handshake, each with a cause', () => {
  const conditions = [...conditionPages()].filter(([, page]) => page === 'errors-handshake').map(([condition]) => condition)
  assert.deepEqual(Object.keys(causes).sort(), conditions.sort())
  for (const [condition, its] of Object.entries(causes)) assert.ok(its.length > 0, condition)
})

for (const [condition, its] of Object.entries(causes)) {
  test(`${condition} is the condition of its causes [RFC 6455 §4.1]`, async () => {
    for (const [index, cause] of its.entries()) {
      current = cause
      const error: unknown = await connect(cause.url?.() ?? at('plain')(), cause.options?.() ?? {}).then(
        (socket) => socket.terminate(),
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof HandshakeError, `cause ${index}: ${String(error)}`)
      assert.equal(error.condition, condition, `cause ${index}: ${error.message}`)
    }
  })
}
