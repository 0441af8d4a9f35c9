/** Every condition of a connection's end, caused in earnest: by the frames of a client, a limit, silence on a manual clock, or what the application does. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { conditionPages } from '../../src/core/conditions.ts'
import { ConnectionError, json, permessageDeflate } from '../../src/index.ts'
import type { CloseInfo, ConnectionCondition, Extension } from '../../src/index.ts'
import type { ServeOptions } from '../../src/runtime/node/serve.ts'
import { pair, settle } from '../../src/testing/index.ts'
import type { Pair, PairOptions } from '../../src/testing/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

type Options = Partial<ServeOptions<any>>

/** What the client sends leads to the end of its connection at the server. */
interface FromFrames {
  readonly frames: readonly Uint8Array[]
  readonly options?: Options
}
/** What happens to the server's end of a pair. */
interface FromPair {
  readonly pair?: PairOptions
  readonly act: (ends: Pair) => unknown
}

/** An extension of the application that fails as its author decides. */
function failing(error: () => Error): Extension {
  const session = {
    name: 'x-failing',
    parameters: [],
    rsv: 0,
    encode: <Frame>(frame: Frame): Frame => frame,
    decode(): never {
      throw error()
    },
    dispose() {},
  }
  const decision = { accepted: true, parameters: [], open: () => session } as const
  return { name: 'x-failing', rsv: 0, offers: () => [[]], accept: () => decision, confirm: () => decision }
}
/** An error that an extension makes without a condition has that of its close code. */
const ofCode = (closeCode: number): FromPair => ({
  pair: { extensions: [failing(() => new ConnectionError('of the test', { fault: 'peer', closeCode }))] },
  act: ({ client }) => client.send('a'),
})
const sent = (...frames: Uint8Array[]): FromFrames => ({ frames })
const under = (options: Options, ...frames: Uint8Array[]): FromFrames => ({ frames, options })
const text = (length: number, extra = {}): Uint8Array => clientFrame(1, 'a'.repeat(length), extra)
const deflating: Options = { extensions: [permessageDeflate()] }

/** `connection-closed` has its test below: it ends nothing. */
const causes: Readonly<Record<Exclude<ConnectionCondition, 'connection-closed'>, readonly (FromFrames | FromPair)[]>> = {
  'frame-reserved-bits': [
    sent(text(1, { rsv: 0x40 })),
    under(deflating, text(1, { rsv: 0x20 })),
    under(deflating, clientFrame(9, '', { rsv: 0x40 })),
  ],
  'frame-opcode': [sent(clientFrame(3)), sent(clientFrame(11))],
  'frame-length': [sent(Uint8Array.of(0x81, 0xfe, 0, 1, 0, 0, 0, 0)), sent(Uint8Array.of(0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))],
  'frame-masking': [sent(text(1, { masked: false }))],
  'frame-fragments': [sent(clientFrame(0)), sent(text(1, { fin: false }), text(1))],
  'control-frame': [sent(clientFrame(9, '', { fin: false })), sent(Uint8Array.of(0x89, 0xfe, 0, 126))],
  'close-frame': [
    sent(clientFrame(8, Uint8Array.of(3))),
    sent(clientFrame(8, Uint8Array.of(3, 0xed))),
    sent(clientFrame(8, Uint8Array.of(3, 0xe8, 0xff))),
  ],
  'protocol-error': [ofCode(1002)],
  'text-not-utf8': [sent(clientFrame(1, Uint8Array.of(0xff)))],
  'invalid-payload': [ofCode(1007)],
  'compressed-data': [under(deflating, clientFrame(1, Uint8Array.of(0xff, 0xff, 0xff), { rsv: 0x40 }))],
  'message-too-big': [
    under({ limits: { message: 100 } }, text(101)),
    under({ limits: { fragments: 2 } }, text(1, { fin: false }), ...[1, 2, 3].map(() => clientFrame(0, 'a', { fin: false }))),
  ],
  'message-incomplete': [
    {
      pair: { server: { keepalive: false } },
      async act({ transports, clock }) {
        transports.client.write([text(1, { fin: false })])
        await settle()
        await clock.advance(3_600_000)
      },
    },
  ],
  'control-flood': [under({ limits: { controlFramesPerSecond: 1 } }, clientFrame(9), clientFrame(9), clientFrame(9))],
  'receive-rate': [under({ tooFast: 'close', limits: { messagesPerSecond: 1 } }, text(1), text(1), text(1))],
  'policy-violation': [ofCode(1008)],
  'slow-consumer': [
    {
      pair: { server: { limits: { sendBuffer: 100_000 } } },
      act({ server, transports }) {
        transports.client.stall()
        for (let count = 0; count < 10; count++) server.send('a'.repeat(50_000))
        transports.client.proceed()
      },
    },
  ],
  'memory-limit': [under({ limits: { memory: 40_000 } }, text(60_000, { fin: false }))],
  'invalid-message': [under({ subprotocols: { data: json() }, invalidMessage: 1007, error() {} }, text(1))],
  'handler-failed': [under({ message: () => assert.fail('of the test'), error() {} }, text(1))],
  'stream-failed': [{ act: async ({ server }) => assert.rejects(server.sendStream(broken())) }],
  'extension-failed': [{ pair: { extensions: [failing(() => new Error('of the test'))] }, act: ({ client }) => client.send('a') }],
  'internal-error': [ofCode(1011)],
  terminated: [{ act: ({ server }) => server.terminate() }],
  'keepalive-timeout': [{ act: ({ transports, clock }) => (transports.server.cut(), clock.advance(3_600_000)) }],
  'closing-timeout': [{ act: ({ server, transports, clock }) => (transports.server.cut(), void server.close(), clock.advance(3_600_000)) }],
  'connection-lost': [{ act: ({ transports }) => transports.client.reset() }],
}

async function* broken(): AsyncGenerator<string> {
  yield 'a'
  throw new Error('of the test')
}

test('the table has every condition of a connection, each with a cause', () => {
  const conditions = [...conditionPages()].filter(([, page]) => page === 'errors-connection').map(([condition]) => condition)
  assert.deepEqual([...Object.keys(causes), 'connection-closed'].sort(), conditions.sort())
  for (const [condition, its] of Object.entries(causes)) assert.ok(its.length > 0, condition)
})

async function endOf(t: TestContext, cause: FromFrames | FromPair): Promise<string | undefined> {
  let told: (condition: string | undefined) => void = () => {}
  const ended = new Promise<string | undefined>((resolve) => {
    told = resolve
  })
  const close = (_socket: unknown, info: CloseInfo): void => told(info.error?.condition)
  if ('act' in cause) {
    const ends = pair({ ...cause.pair, server: { message() {}, error() {}, ...cause.pair?.server, close } })
    await cause.act(ends as Pair)
    for (let turn = 0; turn < 5; turn++) {
      await settle()
      await ends.clock.advance(10_000)
    }
    return ended
  }
  const server = await serveFor(t, { port: 0, message() {}, ...cause.options, close } as ServeOptions)
  const client = await server.client()
  const extensions = cause.options?.extensions === undefined ? {} : { 'Sec-WebSocket-Extensions': 'permessage-deflate' }
  const subprotocol = cause.options?.subprotocols === undefined ? {} : { 'Sec-WebSocket-Protocol': 'data' }
  client.write(openingRequest('/', { ...extensions, ...subprotocol }), ...cause.frames)
  client.socket.end()
  return ended
}

for (const [condition, its] of Object.entries(causes)) {
  test(`${condition} is the condition of its causes [RFC 6455 §7]`, async (t) => {
    for (const [index, cause] of its.entries()) assert.equal(await endOf(t, cause), condition, `cause ${index}`)
  })
}

test('connection-closed is the condition of taking a message of a connection that is CLOSED [RFC 6455 §7.1.4]', async () => {
  const { server, client } = pair()
  void client.close()
  await server.closed
  await assert.rejects(server.receive(), (error) => error instanceof ConnectionError && error.condition === 'connection-closed')
})
