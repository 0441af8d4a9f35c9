/** Every condition of a refusal, caused in earnest: by the bytes of a request, a limit, or what the application's hook does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { conditionPages } from '../../src/core/conditions.ts'
import type { RefusalCondition } from '../../src/index.ts'
import type { ServeOptions } from '../../src/runtime/node/serve.ts'
import { http2Session, openStream } from '../peers/http2-client.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

type Options = ServeOptions<readonly string[], undefined, 'accept' | 'refuse'>
interface Cause {
  /** Default: those of the server that most causes share. */
  readonly options?: Options
  readonly request: string
  /** Another client opens a connection first, and sends these frames. */
  readonly first?: readonly Uint8Array[]
  /** The server closes while the hook decides. */
  readonly draining?: true
  /** The response is that of the application, and leads nowhere. */
  readonly silent?: true
}

const shared: Options = { port: 0, paths: ['/'], subprotocols: ['chat'], noSubprotocol: 'refuse', trustProxy: ['127.0.0.1'], message() {} }
const chat = { 'Sec-WebSocket-Protocol': 'chat' }
const asking = (fields: Record<string, string | undefined>, path = '/', method = 'GET'): Cause => ({
  request: openingRequest(path, { ...chat, ...fields }, method),
})
const raw = (request: string): Cause => ({ request })
const changed = (from: string, to: string): Cause => ({ request: openingRequest('/', chat).replace(from, to) })
const under = (options: Partial<Options>, more: Partial<Cause> = {}): Cause => ({
  options: { port: 0, message() {}, ...options },
  request: openingRequest(),
  ...more,
})

/** `request-http2` has its test below. */
const causes: Readonly<Record<Exclude<RefusalCondition, 'request-http2'>, readonly Cause[]>> = {
  'request-line': [raw('GET  /\r\n\r\n'), raw('G(T / HTTP/1.1\r\nHost: a\r\n\r\n')],
  'request-http-version': [changed('HTTP/1.1', 'HTTP/1.0'), changed('HTTP/1.1', 'HTTP/3.1')],
  'request-target': [asking({}, '*'), asking({}, '/#fragment')],
  'request-method': [asking({}, '/', 'POST')],
  'request-fields': [changed('Upgrade: websocket', 'Upgrade : websocket'), changed('Upgrade: websocket', 'Up(grade: websocket')],
  'request-too-large': [asking({}, `/${'a'.repeat(9_000)}`), asking({ Cookie: 'a'.repeat(20_000) })],
  'request-content': [
    asking({ 'Content-Length': '1' }),
    asking({ 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }),
    asking({ 'Content-Length': 'x' }),
  ],
  'request-host': [asking({ Host: undefined }), asking({ Host: 'a b' })],
  'request-upgrade': [asking({ Upgrade: undefined }), asking({ Upgrade: 'h2c' })],
  'request-connection': [asking({ Connection: undefined }), asking({ Connection: 'keep-alive' })],
  'request-key': [asking({ 'Sec-WebSocket-Key': undefined }), asking({ 'Sec-WebSocket-Key': 'short' })],
  'request-version': [asking({ 'Sec-WebSocket-Version': undefined }), asking({ 'Sec-WebSocket-Version': '8' })],
  'request-grammar': [asking({ Origin: 'nonsense' }), asking({ 'Sec-WebSocket-Protocol': 'a b' }), asking({ 'Sec-WebSocket-Extensions': ';' })],
  'request-misdirected': [asking({ Host: 'attacker.example' })],
  'request-origin': [asking({ Origin: 'https://other.example' })],
  'request-path': [asking({}, '/elsewhere')],
  'request-subprotocol': [asking({ 'Sec-WebSocket-Protocol': undefined }), asking({ 'Sec-WebSocket-Protocol': 'other' })],
  'request-forwarded': [asking({ Forwarded: 'proto=https', 'X-Forwarded-Proto': 'http' })],
  'request-proxy-header': [under({ proxyProtocol: ['127.0.0.1'] })],
  'request-timeout': [under({ limits: { handshakeMs: 30 } }, { request: 'GET / HTTP/1.1\r\n' })],
  'server-connections': [under({ limits: { connections: 1 } }, { first: [] })],
  'server-address-connections': [under({ limits: { connectionsPerAddress: 1 } }, { first: [] })],
  'server-handshake-rate': [under({ limits: { handshakesPerSecond: 1 } }, { first: [] })],
  'server-memory': [
    under(
      { limits: { memory: 49_000 }, message: async () => new Promise(() => {}) },
      { first: [clientFrame(1, 'holds the next'), clientFrame(2, new Uint8Array(50_000))] },
    ),
  ],
  'server-draining': [under({}, { draining: true })],
  'server-hook-timeout': [under({ upgrade: async () => new Promise(() => {}), limits: { handshakeMs: 30 } })],
  'server-hook-failed': [
    under({ upgrade: () => assert.fail('of the test'), error() {} }),
    under({ upgrade: async () => Promise.reject(new Error('of the test')), error() {} }),
  ],
  'server-hook-refused': [under({ upgrade: () => new Response('no', { status: 403 }) }, { silent: true })],
}

test('the table has every condition of a refusal, each with a cause', () => {
  const conditions = [...conditionPages()].filter(([, page]) => page === 'errors-refusals').map(([condition]) => condition)
  assert.deepEqual([...Object.keys(causes), 'request-http2'].sort(), conditions.sort())
  for (const [condition, its] of Object.entries(causes)) assert.ok(its.length > 0, condition)
})

async function assertRefused(t: TestContext, cause: Cause, condition: string, what: string): Promise<void> {
  let told: (condition: string) => void = () => {}
  const refused = new Promise<string>((resolve) => {
    told = resolve
  })
  const draining: Partial<Options> = {
    upgrade: async () => {
      void server.close()
      return new Promise(() => {})
    },
  }
  const options = { ...(cause.options ?? shared), ...(cause.draining === true ? draining : {}) }
  const server = await serveFor(t, { ...options, refused: (refusal: { condition: string }) => told(refusal.condition) })
  if (cause.first !== undefined) {
    const first = await server.client()
    first.write(openingRequest())
    assert.equal((await first.response()).status, 101)
    first.write(...cause.first, clientFrame(9))
    assert.equal((await first.frame()).opcode, 10)
  }
  const client = await server.client()
  client.write(cause.request)
  assert.match((await client.response()).get('link') ?? '', cause.silent === true ? /^$/ : new RegExp(`errors-refusals\\.md#${condition}>`), what)
  assert.equal(await refused, condition, what)
}

for (const [condition, its] of Object.entries(causes)) {
  test(`${condition} is the condition of its causes [RFC 6455 §4.2]`, async (t) => {
    for (const [index, cause] of its.entries()) await assertRefused(t, cause, condition, `cause ${index}`)
  })
}

test('request-http2 is the condition of a pseudo-header field that is wrong [RFC 8441 §4]', async (t) => {
  const refused: string[] = []
  const server = await serveFor(t, { http2: true, message() {}, refused: ({ condition }) => void refused.push(condition) })
  const session = await http2Session(t, server.url)
  for (const fields of [{ ':scheme': 'ftp' }, { host: 'other.example' }]) {
    const { link, ':status': status } = await openStream(session, '/', fields).response()
    assert.equal(status, 400)
    assert.match(String(link), /errors-refusals\.md#request-http2>/)
  }
  assert.deepEqual(refused, ['request-http2', 'request-http2'])
})
