import type { Socket } from 'node:net'
import type { Exchange } from '../exchange.ts'
import { Unmet } from '../result.ts'
import type { Bounds } from '../run-case.ts'
import type { WireFrame } from '../wire.ts'
import { H2Connection } from './connection.ts'
import type { H2Request } from './connection.ts'

type Fields = readonly (readonly [string, string])[]

const enableConnectProtocol = 8
const initialWindowSize = 4

/** What one row does with the one connection that the client opens for it. */
interface Play {
  readonly ms: number
  readonly silenceMs: number
  readonly authority: string
  readonly secure: boolean
  /** @param settings default: Extended CONNECT is allowed */
  accept(settings?: readonly (readonly [number, number])[]): Promise<H2Connection>
  /** Accepts the connection and reads its first request. */
  asked(settings?: readonly (readonly [number, number])[]): Promise<{ h2: H2Connection; request: H2Request }>
  /** The same, answered with 200 and these fields. */
  opened(fields?: Fields, settings?: readonly (readonly [number, number])[]): Promise<{ h2: H2Connection; stream: number }>
  echo(h2: H2Connection, stream: number, text: string): Promise<void>
  /** The client takes the stream for no WebSocket: no frame is answered, and it ends the stream or the connection. */
  givesUp(h2: H2Connection, stream: number): Promise<void>
}

function valueOf(fields: Fields, name: string): string | undefined {
  return fields.find(([field]) => field === name)?.[1]
}

async function nextOf(h2: H2Connection, stream: number, opcode: number, ms: number, what: string): Promise<WireFrame> {
  const frame = await h2.frame(stream, ms)
  if (frame === 'ended' || frame.opcode !== opcode) throw new Unmet(`no ${what} came`)
  return frame
}

async function mustNotAsk({ accept, silenceMs }: Play, settings: readonly (readonly [number, number])[]): Promise<void> {
  const h2 = await accept(settings)
  await h2.settle(silenceMs * 3)
  if (h2.requests.some(({ fields }) => valueOf(fields, ':protocol') !== undefined)) throw new Unmet('the client used Extended CONNECT')
}

/** Answers with these fields: the client must not take it for an open WebSocket. */
function refused(fields: Fields): (play: Play) => Promise<void> {
  return async ({ asked, givesUp }) => {
    const { h2, request } = await asked()
    await h2.respond(request.stream, fields)
    await givesUp(h2, request.stream)
  }
}

function worksWith(fields: Fields): (play: Play) => Promise<void> {
  return async ({ asked, echo }) => {
    const { h2, request } = await asked()
    await h2.respond(request.stream, fields)
    await echo(h2, request.stream, 'hello')
  }
}

export const h2ClientScripts: ReadonlyMap<string, (play: Play) => Promise<void>> = new Map<string, (play: Play) => Promise<void>>([
  ['setting-absent', (play) => mustNotAsk(play, [])],
  ['setting-0', (play) => mustNotAsk(play, [[enableConnectProtocol, 0]])],
  [
    'request-pseudo-fields',
    async ({ asked, authority, secure }) => {
      const { fields, endStream } = (await asked()).request
      const wanted = [
        [':method', 'CONNECT'],
        [':protocol', 'websocket'],
        [':scheme', secure ? 'https' : 'http'],
        [':path', '/'],
        [':authority', authority],
      ] as const
      for (const [name, value] of wanted) if (valueOf(fields, name) !== value) throw new Unmet(`${name} is ${valueOf(fields, name) ?? 'absent'}`)
      if (endStream) throw new Unmet('the request ends its stream')
    },
  ],
  [
    'request-version',
    async ({ asked }) => {
      const version = valueOf((await asked()).request.fields, 'sec-websocket-version')
      if (version !== '13') throw new Unmet(`sec-websocket-version is ${version ?? 'absent'}`)
    },
  ],
  [
    'request-connection-fields',
    async ({ asked }) => {
      const { fields } = (await asked()).request
      for (const name of ['connection', 'upgrade', 'keep-alive', 'proxy-connection', 'transfer-encoding'])
        if (valueOf(fields, name) !== undefined) throw new Unmet(`the request has ${name}`)
    },
  ],
  [
    'request-lower-case',
    async ({ asked }) => {
      const wrong = (await asked()).request.fields.find(([name]) => name !== name.toLowerCase())
      if (wrong !== undefined) throw new Unmet(`the request has ${wrong[0]}`)
    },
  ],
  [
    'request-key',
    async ({ asked }) => {
      if (valueOf((await asked()).request.fields, 'sec-websocket-key') !== undefined) throw new Unmet('the request has sec-websocket-key')
    },
  ],
  [
    'nothing-before-response',
    async ({ asked, silenceMs }) => {
      const { h2, request } = await asked()
      await h2.settle(silenceMs * 3)
      if (h2.received(request.stream) > 0) throw new Unmet('DATA came before the response')
    },
  ],
  ['open', worksWith([[':status', '200']])],
  ['status-201', worksWith([[':status', '201']])],
  ['status-204', worksWith([[':status', '204']])],
  [
    'interim',
    async ({ asked, echo }) => {
      const { h2, request } = await asked()
      await h2.respond(request.stream, [[':status', '103']])
      await h2.respond(request.stream, [[':status', '200']])
      await echo(h2, request.stream, 'hello')
    },
  ],
  ['status-101', refused([[':status', '101']])],
  ['status-300', refused([[':status', '300']])],
  ['status-400', refused([[':status', '400']])],
  ['status-401', refused([[':status', '401']])],
  ['status-404', refused([[':status', '404']])],
  ['status-501', refused([[':status', '501']])],
  ['status-missing', refused([['x-field', 'a']])],
  [
    'upper-case-field',
    refused([
      [':status', '200'],
      ['X-Field', 'a'],
    ]),
  ],
  [
    'with-connection',
    refused([
      [':status', '200'],
      ['connection', 'Upgrade'],
    ]),
  ],
  [
    'with-upgrade',
    refused([
      [':status', '200'],
      ['upgrade', 'websocket'],
    ]),
  ],
  [
    'subprotocol-not-offered',
    refused([
      [':status', '200'],
      ['sec-websocket-protocol', 'x-never-offered'],
    ]),
  ],
  [
    'extension-not-offered',
    refused([
      [':status', '200'],
      ['sec-websocket-extensions', 'x-never-offered'],
    ]),
  ],
  [
    'extension-malformed',
    refused([
      [':status', '200'],
      ['sec-websocket-extensions', 'permessage-deflate; =1'],
    ]),
  ],
  [
    'accept-ignored',
    worksWith([
      [':status', '200'],
      ['sec-websocket-accept', 'AAAA'],
    ]),
  ],
  [
    'frames-with-response',
    async ({ asked, ms }) => {
      const { h2, request } = await asked()
      await h2.respond(request.stream, [[':status', '200']])
      await h2.sendFrame(request.stream, 1, Buffer.from('first'), ms)
      const frame = await nextOf(h2, request.stream, 1, ms, 'echo')
      if (Buffer.from(frame.payload).toString() !== 'first') throw new Unmet('the echo differs')
    },
  ],
  [
    'goaway-before-response',
    async ({ asked, ms }) => {
      const { h2, request } = await asked()
      await h2.goAway(0, 0)
      await h2.until(() => (h2.over(request.stream) || h2.closed ? true : undefined), ms, 'the client waits for an answer that will not come')
    },
  ],
  [
    'goaway-when-open',
    async ({ opened, echo }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.goAway(stream, 0)
      await echo(h2, stream, 'after')
    },
  ],
  [
    'reset-when-open',
    async ({ opened, echo, silenceMs }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.sendFrame(stream, 1, Buffer.from('lost'), silenceMs)
      await h2.resetStream(stream)
      // What was under way may still come; after a round trip of PING nothing does.
      await h2.ping(silenceMs * 10)
      const before = h2.received(stream)
      await h2.settle(silenceMs * 5)
      if (h2.received(stream) > before) throw new Unmet('the client sends on a stream that was reset')
    },
  ],
  [
    'end-stream-when-open',
    async ({ opened, echo, ms }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.endStream(stream)
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the client does not end its side')
    },
  ],
  [
    'end-stream-with-response',
    async ({ asked, ms }) => {
      const { h2, request } = await asked()
      await h2.respond(request.stream, [[':status', '200']], true)
      await h2.until(() => (h2.over(request.stream) ? true : undefined), ms, 'the client does not end its side')
    },
  ],
  [
    'close',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      await h2.sendFrame(stream, 8, Buffer.from([0x03, 0xe8]), ms)
      await nextOf(h2, stream, 8, ms, 'Close frame')
      await h2.endStream(stream)
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the stream stays open after the closing handshake')
    },
  ],
  [
    'masked',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      await h2.sendFrame(stream, 9, Buffer.from('ping'), ms)
      if (!(await nextOf(h2, stream, 10, ms, 'Pong')).masked) throw new Unmet('a frame is not masked')
    },
  ],
  [
    'http2-ping',
    async ({ opened, echo, ms }) => {
      const { h2, stream } = await opened()
      await h2.ping(ms)
      await echo(h2, stream, 'after a PING of HTTP/2')
    },
  ],
  [
    'window-respected',
    async ({ opened, ms, silenceMs }) => {
      const { h2, stream } = await opened(
        [],
        [
          [enableConnectProtocol, 1],
          [initialWindowSize, 100],
        ],
      )
      h2.givesWindowBack = false
      await h2.sendFrame(stream, 1, Buffer.alloc(1000, 'w'), ms)
      await h2.settle(silenceMs * 3)
      if (h2.received(stream) > 100) throw new Unmet(`${h2.received(stream)} bytes came through a window of 100`)
      h2.givesWindowBack = true
      h2.sendWindowUpdate(stream, 10_000)
      await nextOf(h2, stream, 1, ms, 'echo')
    },
  ],
  [
    'large',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      const payload = Buffer.alloc(500_000, 'flow control ')
      await h2.sendFrame(stream, 2, payload, ms)
      if (!payload.equals((await nextOf(h2, stream, 2, ms * 3, 'echo')).payload)) throw new Unmet('the echo differs')
    },
  ],
])

export interface H2ClientContext {
  readonly socket: Socket
  readonly bounds: Bounds
  readonly exchange: Exchange
  readonly authority: string
  readonly secure: boolean
}

export async function runH2ClientScript(script: string, context: H2ClientContext): Promise<void> {
  const run = h2ClientScripts.get(script)
  if (run === undefined) throw new Error(`no HTTP/2 script for a client is called ${script}`)
  const { answerMs: ms, silenceMs } = context.bounds
  const accept: Play['accept'] = (settings = [[enableConnectProtocol, 1]]) => H2Connection.accept(context.socket, settings, context.exchange)
  const asked: Play['asked'] = async (settings) => {
    const h2 = await accept(settings)
    return { h2, request: await h2.nextRequest(ms) }
  }
  const echo: Play['echo'] = async (h2, stream, text) => {
    await h2.sendFrame(stream, 1, Buffer.from(text), ms)
    const frame = await nextOf(h2, stream, 1, ms, 'echo')
    if (Buffer.from(frame.payload).toString() !== text) throw new Unmet('the echo differs')
  }
  const givesUp: Play['givesUp'] = async (h2, stream) => {
    await h2.sendFrame(stream, 1, Buffer.from('is anybody there?'), silenceMs).catch(() => {})
    const frame = await h2.frame(stream, ms)
    if (frame !== 'ended' && frame.opcode !== 8) throw new Unmet('the connection was opened')
  }
  const opened: Play['opened'] = async (fields = [], settings) => {
    const { h2, request } = await asked(settings)
    await h2.respond(request.stream, [[':status', '200'], ...fields])
    return { h2, stream: request.stream }
  }
  try {
    await run({ ms, silenceMs, authority: context.authority, secure: context.secure, accept, asked, opened, echo, givesUp })
  } finally {
    context.socket.destroy()
  }
}
