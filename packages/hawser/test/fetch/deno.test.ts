import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { denoServer } from '../../src/fetch/index.ts'
import type { CloseInfo, Socket } from '../../src/index.ts'
import { OptionError } from '../../src/index.ts'
import { openingOf } from './doubles.ts'
import { WebSocketDouble } from './web-socket-double.ts'

interface Upgrade {
  readonly request: Request
  readonly options: object
  readonly socket: WebSocketDouble
}

/** As Deno 2.9: splits at comma and space, and refuses a name that it did not find. */
function installDeno(): Upgrade[] {
  const upgrades: Upgrade[] = []
  const upgradeWebSocket = (request: Request, options: { protocol?: string }): object => {
    const offered = request.headers.get('sec-websocket-protocol')?.split(', ') ?? []
    if (options.protocol !== undefined && !offered.includes(options.protocol)) throw new TypeError(`Protocol '${options.protocol}' not in the list`)
    const socket = new WebSocketDouble(0)
    upgrades.push({ request, options, socket })
    // Node's Response cannot have status 101.
    return { socket, response: { status: 101, headers: new Headers() } }
  }
  Object.assign(globalThis, { Deno: { upgradeWebSocket } })
  return upgrades
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'Deno')
})

const info = { remoteAddr: { hostname: '192.0.2.1', port: 4711 } }

test('a connection opens with the socket, and carries messages and addresses', async () => {
  const [upgrades, seen] = [installDeno(), [] as unknown[]]
  const server = denoServer({
    open: (socket) => void seen.push(socket.transport.remoteAddress),
    message: (socket, data) => socket.send(data),
    close: (_, { code }) => void seen.push(code),
  })
  const response = await server.fetch(openingOf(), info)
  assert.equal(response.status, 101)
  assert.equal(server.connections.size, 0)
  const { socket } = upgrades[0] as Upgrade
  socket.emit('open', {})
  assert.equal(server.connections.size, 1)
  socket.emit('message', { data: 'a' })
  socket.emit('close', { code: 1000, reason: '' })
  assert.deepEqual([socket.sent, seen], [['a'], ['192.0.2.1', 1000]])
})

test('a subprotocol is selected whether or not the client writes a space after the comma [RFC 9110 §5.6.1]', async () => {
  const upgrades = installDeno()
  const server = denoServer({ subprotocols: ['soap'], error: (error) => assert.fail(error as Error), message() {} })
  for (const offered of ['wamp,soap', 'wamp, soap', 'wamp ,\tsoap', 'soap']) {
    const response = await server.fetch(openingOf('/', { 'sec-websocket-protocol': offered }), info)
    assert.equal(response.status, 101, offered)
  }
  for (const { options } of upgrades) assert.deepEqual(options, { protocol: 'soap' })
})

test("the hook's fields and cookies are added to the 101, and idleTimeoutSeconds is passed on", async () => {
  const upgrades = installDeno()
  const server = denoServer({ idleTimeoutSeconds: 7, upgrade: () => ({ headers: { 'x-a': '1' }, cookies: ['a=1', 'b=2'] }), message() {} })
  const { headers } = await server.fetch(openingOf(), info)
  assert.equal(headers.get('x-a'), '1')
  assert.deepEqual(headers.getSetCookie(), ['a=1', 'b=2'])
  assert.deepEqual(upgrades[0]?.options, { idleTimeout: 7 })
})

test('drained is found by looking, because Deno does not report it', async () => {
  const upgrades = installDeno()
  let one: Socket | undefined
  const server = denoServer({ limits: { highWaterMark: 5 }, open: (socket) => void (one = socket as Socket) })
  await server.fetch(openingOf(), info)
  const { socket } = upgrades[0] as Upgrade
  socket.emit('open', {})
  socket.bufferedAmount = 9
  assert.equal(one?.send('a'), 'buffered')
  const alive = setInterval(() => (socket.bufferedAmount = 0), 30)
  await one?.drained
  clearInterval(alive)
  assert.equal(socket.bufferedAmount, 0)
})

test('ordinary requests go to request, and a wrong option is named', async () => {
  installDeno()
  const server = denoServer({ request: (_, { remoteAddr }) => new Response(remoteAddr.hostname), message() {} })
  assert.equal(await (await server.fetch(new Request('http://a.example/'), info)).text(), '192.0.2.1')
  assert.throws(
    () => denoServer({ idleTimeoutSeconds: -1 }),
    (error) => error instanceof OptionError && error.option === 'idleTimeoutSeconds',
  )
  assert.throws(() => denoServer({ keepalive: false } as never), OptionError)
})

test('elsewhere than on Deno an opening handshake gets 500, and the error names the reason', async () => {
  const errors: unknown[] = []
  const response = await denoServer({ error: (error) => errors.push(error), message() {} }).fetch(openingOf())
  assert.equal(response.status, 500)
  assert.match(String(errors[0]), /runs on Deno only/)
})

test('a peer that Deno gave up, because it did not answer a Ping, has not closed: the end is abnormal [RFC 6455 §7.1.5]', async () => {
  const upgrades = installDeno()
  const ends: CloseInfo[] = []
  const server = denoServer({ message() {}, close: (_, end) => void ends.push(end) })
  await server.fetch(openingOf(), info)
  const { socket } = upgrades[0] as Upgrade
  socket.emit('open', {})
  socket.emit('close', { code: 1001, reason: 'No response from ping frame.', wasClean: false })
  assert.deepEqual([ends[0]?.code, ends[0]?.wasClean, ends[0]?.received], [1006, false, undefined])
  assert.match(ends[0]?.error?.message ?? '', /No response from ping frame/)
})

test('an idle timeout that a timer cannot count is refused', () => {
  assert.throws(() => denoServer({ idleTimeoutSeconds: 2_147_484 }), OptionError)
  denoServer({ idleTimeoutSeconds: 2_147_483 })
})
