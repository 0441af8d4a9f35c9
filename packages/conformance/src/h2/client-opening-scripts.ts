import { Unmet } from '../result.ts'
import { enableConnectProtocol, nextOf } from './client-play.ts'
import type { ClientPlay, Fields } from './client-play.ts'

function valueOf(fields: Fields, name: string): string | undefined {
  return fields.find(([field]) => field === name)?.[1]
}

async function mustNotAsk({ accept, silenceMs }: ClientPlay, settings: readonly (readonly [number, number])[]): Promise<void> {
  const h2 = await accept(settings)
  await h2.settle(silenceMs * 3)
  if (h2.requests.some(({ fields }) => valueOf(fields, ':protocol') !== undefined)) throw new Unmet('the client used Extended CONNECT')
}

/** Answers with these fields: the client must not take it for an open WebSocket. */
function refused(fields: Fields): (play: ClientPlay) => Promise<void> {
  return async ({ asked, givesUp }) => {
    const { h2, request } = await asked()
    await h2.respond(request.stream, fields)
    await givesUp(h2, request.stream)
  }
}

function worksWith(fields: Fields): (play: ClientPlay) => Promise<void> {
  return async ({ asked, echo }) => {
    const { h2, request } = await asked()
    await h2.respond(request.stream, fields)
    await echo(h2, request.stream, 'hello')
  }
}

/** Scripts about a client's Extended CONNECT and its answer. */
export const openingScripts: ReadonlyMap<string, (play: ClientPlay) => Promise<void>> = new Map<string, (play: ClientPlay) => Promise<void>>([
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
])
