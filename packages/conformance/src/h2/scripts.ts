import type { Exchange } from '../exchange.ts'
import type { OnFrame } from '../peer.ts'
import { Unmet } from '../result.ts'
import type { Bounds } from '../bounds.ts'
import { openHttp2 } from './connect.ts'
import type { H2Connection } from './connection.ts'
import type { H2Response } from './stream.ts'

export interface H2Context {
  readonly insecure: boolean
  readonly bounds: Bounds
  readonly exchange: Exchange
  readonly onFrame: OnFrame
  readonly values: ReadonlyMap<string, string>
}

type Fields = (readonly [string, string])[]

/** What one row does on a connection of its own. */
interface Play {
  readonly h2: H2Connection
  readonly ms: number
  readonly values: ReadonlyMap<string, string>
  /** The opening handshake's fields, with changes: null takes one out. */
  fields(changes?: Readonly<Record<string, string | null>>, more?: Fields): Fields
  ask(fields: Fields, endStream?: boolean): Promise<{ stream: number; response: H2Response | 'reset' }>
  open(fields?: Fields): Promise<number>
  echo(stream: number, text: string): Promise<void>
}

function statusOf(response: H2Response | 'reset'): string {
  return response === 'reset' ? 'a stream error' : `status ${response.status}`
}

function unmet(message: string): Unmet {
  return new Unmet(message)
}

function valueOf(response: H2Response | 'reset', name: string): string | undefined {
  return response === 'reset' ? undefined : response.fields.find(([field]) => field === name)?.[1]
}

/** Refused with an error status or a stream error; never a success. */
function mustRefuse(response: H2Response | 'reset', statuses?: readonly number[]): void {
  if (response === 'reset') return
  if (response.status < 400 || response.status > 599) throw unmet(`answered with status ${response.status}`)
  if (statuses !== undefined && !statuses.includes(response.status)) throw unmet(`answered with status ${response.status}`)
}

function mustOpen(response: H2Response | 'reset'): H2Response {
  if (response === 'reset' || response.status < 200 || response.status > 299) throw unmet(`answered with ${statusOf(response)}`)
  return response
}

export const h2Scripts: ReadonlyMap<string, (play: Play) => Promise<void>> = new Map<string, (play: Play) => Promise<void>>([
  [
    'setting',
    async ({ h2 }) => {
      if (h2.connectProtocol[0] !== 1) throw unmet(`SETTINGS_ENABLE_CONNECT_PROTOCOL is ${h2.connectProtocol[0] ?? 'absent'}`)
    },
  ],
  [
    'setting-stays',
    async ({ h2, open, echo }) => {
      await echo(await open(), 'still on?')
      if (h2.connectProtocol.includes(0) && h2.connectProtocol.indexOf(0) > h2.connectProtocol.indexOf(1))
        throw unmet('SETTINGS_ENABLE_CONNECT_PROTOCOL went from 1 to 0')
    },
  ],
  ['open', async ({ open, echo }) => echo(await open(), 'hello')],
  [
    'open-not-ended',
    async ({ ask, fields }) => {
      if (mustOpen((await ask(fields())).response).endStream) throw unmet('the response has END_STREAM')
    },
  ],
  [
    'subprotocol',
    async ({ ask, fields, values }) => {
      const { response } = await ask(fields({ 'sec-websocket-protocol': `not-known, ${values.get('subprotocol')}` }))
      mustOpen(response)
      if (valueOf(response, 'sec-websocket-protocol') !== values.get('subprotocol'))
        throw unmet(`sec-websocket-protocol is ${valueOf(response, 'sec-websocket-protocol') ?? 'absent'}`)
    },
  ],
  [
    'subprotocol-unknown',
    async ({ ask, fields }) => {
      const { response } = await ask(fields({ 'sec-websocket-protocol': 'not-known' }))
      if (valueOf(response, 'sec-websocket-protocol') !== undefined) throw unmet('a subprotocol is answered that was not offered')
    },
  ],
  [
    'extension-unknown',
    async ({ ask, fields }) => {
      const { response } = await ask(fields({ 'sec-websocket-extensions': 'x-not-known' }))
      mustOpen(response)
      if (valueOf(response, 'sec-websocket-extensions') !== undefined) throw unmet('an extension is answered that nobody knows')
    },
  ],
  ['extension-malformed', async ({ ask, fields }) => mustRefuse((await ask(fields({ 'sec-websocket-extensions': 'x-a; =1' }))).response)],
  ['subprotocol-malformed', async ({ ask, fields }) => mustRefuse((await ask(fields({ 'sec-websocket-protocol': 'a b' }))).response)],
  [
    'no-hop-by-hop',
    async ({ ask, fields }) => {
      const response = mustOpen((await ask(fields())).response)
      for (const name of ['upgrade', 'connection', 'sec-websocket-accept'])
        if (valueOf(response, name) !== undefined) throw unmet(`the response has ${name}`)
    },
  ],
  ['with-connection', async ({ ask, fields }) => mustRefuse((await ask(fields({}, [['connection', 'Upgrade']]))).response)],
  ['with-upgrade', async ({ ask, fields }) => mustRefuse((await ask(fields({}, [['upgrade', 'websocket']]))).response)],
  [
    'with-key',
    async ({ ask, fields }) => {
      const response = mustOpen((await ask(fields({}, [['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']]))).response)
      if (valueOf(response, 'sec-websocket-accept') !== undefined) throw unmet('the response has sec-websocket-accept')
    },
  ],
  [
    'no-version',
    async ({ ask, fields }) => {
      const { response } = await ask(fields({ 'sec-websocket-version': null }))
      mustRefuse(response)
      if (response !== 'reset' && !/\b13\b/.test(valueOf(response, 'sec-websocket-version') ?? ''))
        throw unmet('the refusal does not name version 13')
    },
  ],
  [
    'version-12',
    async ({ ask, fields }) => {
      const { response } = await ask(fields({ 'sec-websocket-version': '12' }))
      mustRefuse(response)
      if (response === 'reset' || response.status !== 400) throw unmet(`answered with ${statusOf(response)}`)
      if (!/\b13\b/.test(valueOf(response, 'sec-websocket-version') ?? '')) throw unmet('the refusal does not name version 13')
    },
  ],
  ['version-0xD', async ({ ask, fields }) => mustRefuse((await ask(fields({ 'sec-websocket-version': '0xD' }))).response)],
  ['no-scheme', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':scheme': null }))).response)],
  ['no-path', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':path': null }))).response)],
  ['no-authority', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':authority': null }))).response)],
  ['protocol-unknown', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':protocol': 'foo' }))).response, [400, 404, 405, 501])],
  ['protocol-on-get', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':method': 'GET' }))).response)],
  ['classic-connect', async ({ ask, fields }) => mustRefuse((await ask(fields({ ':protocol': null, ':scheme': null, ':path': null }))).response)],
  [
    'other-authority',
    async ({ ask, fields, h2, ms }) => {
      const { response, stream } = await ask(fields({ ':authority': 'other.example:1' }))
      if (response === 'reset' || response.status >= 400) return
      mustOpen(response)
      await h2.sendFrame(stream, 1, Buffer.from('who?'), ms)
      const frame = await h2.frame(stream, ms)
      if (frame === 'ended' || Buffer.from(frame.payload).toString() !== 'who?') throw unmet('the stream leads somewhere else')
    },
  ],
  [
    'end-stream',
    async ({ ask, fields, h2, ms }) => {
      const { response, stream } = await ask(fields(), true)
      if (response === 'reset' || response.status >= 400) return
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the stream stays open')
    },
  ],
  ['upper-case-name', async ({ ask, fields }) => mustRefuse((await ask(fields({}, [['X-Field', 'a']]))).response)],
  [
    'origin-refused',
    async ({ ask, fields, values, open, echo }) => {
      const { response } = await ask(fields({ origin: values.get('refused-origin') ?? '' }))
      if (response === 'reset' || response.status !== 403) throw unmet(`answered with ${statusOf(response)}`)
      await echo(await open(), 'the connection is still usable')
    },
  ],
  ['path-unknown', async ({ ask, fields, values }) => mustRefuse((await ask(fields({ ':path': values.get('unknown-path') ?? '' }))).response)],
  [
    'cancel',
    async ({ open, echo, h2 }) => {
      const other = await open()
      const stream = await open()
      await echo(stream, 'before')
      await h2.resetStream(stream)
      await echo(other, 'unaffected')
    },
  ],
  [
    'end-without-close',
    async ({ open, echo, h2, ms }) => {
      const stream = await open()
      await echo(stream, 'before')
      await h2.endStream(stream)
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the server does not end its side')
    },
  ],
  [
    'close',
    async ({ open, h2, ms }) => {
      const stream = await open()
      await h2.sendFrame(stream, 8, Buffer.from([0x03, 0xe8]), ms)
      const frame = await h2.frame(stream, ms)
      if (frame === 'ended' || frame.opcode !== 8) throw unmet('no Close frame came')
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the stream stays open after the closing handshake')
    },
  ],
  [
    'unmasked',
    async ({ open, h2, ms }) => {
      const stream = await open()
      await h2.send(0, 0, stream, Buffer.from([0x81, 2, 0x68, 0x69]))
      const frame = await h2.frame(stream, ms)
      if (frame !== 'ended' && frame.opcode !== 8) throw unmet('an unmasked frame was taken')
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the stream stays open')
    },
  ],
  [
    'ping',
    async ({ open, h2, ms }) => {
      const stream = await open()
      await h2.sendFrame(stream, 9, Buffer.from('ping'), ms)
      const frame = await h2.frame(stream, ms)
      if (frame === 'ended' || frame.opcode !== 10 || Buffer.from(frame.payload).toString() !== 'ping') throw unmet('no Pong came')
    },
  ],
  [
    'large',
    async ({ open, h2, ms }) => {
      const stream = await open()
      const payload = Buffer.alloc(500_000, 'flow control ')
      await h2.sendFrame(stream, 2, payload, ms)
      const frame = await h2.frame(stream, ms * 3)
      if (frame === 'ended' || !payload.equals(frame.payload)) throw unmet('the echo differs')
    },
  ],
  [
    'streams-50',
    async ({ open, echo }) => {
      const streams: number[] = []
      for (let count = 0; count < 50; count++) streams.push(await open())
      for (const stream of streams) await echo(stream, `stream ${stream}`)
    },
  ],
])

/** The fields of an opening handshake. */
export function extendedConnect(target: URL): [string, string][] {
  return [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    [':scheme', target.protocol === 'wss:' ? 'https' : 'http'],
    [':path', target.pathname + target.search],
    [':authority', target.host],
    ['sec-websocket-version', '13'],
  ]
}

export async function runH2Script(script: string, target: URL, context: H2Context): Promise<void> {
  const run = h2Scripts.get(script)
  if (run === undefined) throw new Error(`no HTTP/2 script is called ${script}`)
  const ms = context.bounds.answerMs
  const h2 = await openHttp2(target, context.insecure, ms, context.exchange)
  h2.onFrame = context.onFrame
  const fields: Play['fields'] = (changes = {}, more = []) => {
    const defaults: Record<string, string | null> = Object.fromEntries(extendedConnect(target))
    const all = Object.entries({ ...defaults, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null)
    return [...all, ...more]
  }
  const ask: Play['ask'] = async (lines, endStream = false) => {
    const stream = await h2.request(lines, endStream)
    return { stream, response: await h2.response(stream, ms) }
  }
  const open: Play['open'] = async (lines = fields()) => {
    const { stream, response } = await ask(lines)
    mustOpen(response)
    return stream
  }
  const echo: Play['echo'] = async (stream, text) => {
    await h2.sendFrame(stream, 1, Buffer.from(text), ms)
    const frame = await h2.frame(stream, ms)
    if (frame === 'ended' || frame.opcode !== 1 || Buffer.from(frame.payload).toString() !== text) throw unmet('the echo differs')
  }
  try {
    await run({ h2, ms, values: context.values, fields, ask, open, echo })
  } finally {
    h2.destroy()
  }
}
