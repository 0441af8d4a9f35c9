/** permessage-deflate: what is agreed, and that messages arrive. The choice of what to compress is each end's own (RFC 7692 section 6). */
import type { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { parseFrameHeader } from 'hawser/protocol'
import { closed } from '../kit.ts'
import type { Kit, Scenario } from '../kit.ts'

const json = JSON.stringify(Array.from({ length: 40 }, (_, id) => ({ id, name: `name ${id}` })))
const deflate = (text: string): string => deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4).toString('latin1')

interface OfferRow {
  readonly name: string
  readonly offer: string
  readonly options?: object
  readonly differs?: string
}

const offers: readonly OfferRow[] = [
  { name: 'nothing is agreed without the option', offer: 'permessage-deflate', options: { perMessageDeflate: false } },
  { name: 'a plain offer', offer: 'permessage-deflate', differs: 'window-bits' },
  {
    name: 'a plain offer with serverMaxWindowBits: 15',
    offer: 'permessage-deflate',
    options: { perMessageDeflate: { serverMaxWindowBits: 15 } },
    differs: 'window-bits',
  },
  { name: 'client_max_window_bits without a value', offer: 'permessage-deflate; client_max_window_bits', differs: 'window-bits' },
  { name: 'server_no_context_takeover', offer: 'permessage-deflate; server_no_context_takeover; server_max_window_bits=10' },
  {
    name: 'both without context takeover',
    offer: 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9',
  },
  {
    name: 'serverNoContextTakeover of the server',
    offer: 'permessage-deflate; server_max_window_bits=9',
    options: { perMessageDeflate: { serverNoContextTakeover: true } },
    differs: 'parameter-order',
  },
  { name: 'window bits of both ends', offer: 'permessage-deflate; client_max_window_bits=10; server_max_window_bits=11', differs: 'parameter-order' },
  { name: 'window bits of the server: 10', offer: 'permessage-deflate', options: { perMessageDeflate: { serverMaxWindowBits: 10 } } },
  {
    name: 'an offer that is malformed and one that is not',
    offer: 'permessage-deflate; server_max_window_bits=7, permessage-deflate; server_max_window_bits=9',
    differs: 'declined-offers',
  },
  { name: 'an unknown parameter', offer: 'permessage-deflate; foo=1', differs: 'declined-offers' },
]

const negotiation: Scenario[] = offers.map(({ name, offer, options = { perMessageDeflate: true }, differs }) => ({
  name: `the answer to ${name}`,
  ...(differs === undefined ? {} : { differs }),
  run: async (kit) => {
    const server = await kit.server(options)
    const peer = kit.rawClient(server.address().port, [`Sec-WebSocket-Extensions: ${offer}`])
    await peer.readHead()
    kit.log(/^HTTP\/1.1 \d+/.exec(peer.head)?.[0] ?? 'nothing', /sec-websocket-extensions: .*/i.exec(peer.head)?.[0] ?? 'none')
  },
}))

const PLAIN = 'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9'

/** A server with compression, its raw client, and what the client receives, decompressed. */
async function compressed(kit: Kit, options: object = {}): Promise<{ socket: any; peer: any; inflated: () => string[] }> {
  const { socket, peer } = await kit.accepted({ perMessageDeflate: {}, ...options }, [`Sec-WebSocket-Extensions: ${PLAIN}`])
  const inflated = (): string[] => {
    const lines: string[] = []
    for (let at = 0; at < peer.received.length; ) {
      const header = parseFrameHeader(peer.received, at, peer.received.length)
      if (header === undefined) break
      const start = at + header.headerLength
      const payload: Buffer = peer.received.subarray(start, start + header.payloadLength)
      const isCompressed = header.rsv !== 0
      const content = isCompressed ? inflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).toString() : payload.toString()
      lines.push(`${isCompressed ? 'compressed' : 'plain'} ${header.opcode} ${content}`)
      at = start + header.payloadLength
    }
    return lines
  }
  return { socket, peer, inflated }
}

interface SendRow {
  readonly name: string
  readonly options?: object
  readonly act: (socket: any) => void
  readonly frames: number
  readonly differs?: string
}

const sends: readonly SendRow[] = [
  { name: 'a long text', act: (socket) => socket.send(json), frames: 1 },
  { name: 'a long text as bytes', act: (socket) => socket.send(new TextEncoder().encode(json)), frames: 1 },
  { name: 'compress: false', act: (socket) => socket.send(json, { compress: false }), frames: 1 },
  {
    name: 'a text below the threshold',
    options: { perMessageDeflate: { threshold: 100, serverNoContextTakeover: true } },
    act: (socket) => socket.send('a'.repeat(99)),
    frames: 1,
  },
  {
    name: 'a text at the threshold',
    options: { perMessageDeflate: { threshold: 100, serverNoContextTakeover: true } },
    act: (socket) => socket.send('a'.repeat(100)),
    frames: 1,
  },
  {
    name: 'a text below the default threshold',
    options: { perMessageDeflate: { serverNoContextTakeover: true } },
    act: (socket) => socket.send('a'.repeat(1000)),
    frames: 1,
  },
  { name: 'a text and a Ping', act: (socket) => void (socket.send(json.repeat(60)), socket.ping('p')), frames: 2, differs: 'ping-overtakes' },
  {
    name: 'an incompressible message',
    act: (socket) => socket.send(crypto.getRandomValues(new Uint8Array(2000)).fill(0, 0, 0)),
    frames: 1,
    differs: 'incompressible',
  },
  { name: 'messages in order', act: (socket) => void (socket.send(json), socket.send('b', { compress: false }), socket.send(json)), frames: 3 },
]

const sending: Scenario[] = sends.map(({ name, options, act, frames, differs }) => ({
  name: `send of ${name}`,
  ...(differs === undefined ? {} : { differs }),
  run: async (kit) => {
    const { socket, peer, inflated } = await compressed(kit, options)
    act(socket)
    await peer.untilFrames(frames)
    kit.log(...(name === 'an incompressible message' ? inflated().map((line) => line.slice(0, 12)) : inflated()))
  },
}))

const receiving: Scenario[] = [
  {
    name: 'a compressed text',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      kit.watch(socket, 'message', 'error')
      let messages = 0
      const both = new Promise<void>((resolve) =>
        socket.on('message', () => {
          if (++messages === 2) resolve()
        }),
      )
      peer.send({ opcode: 1, rsv: 0x40, payload: deflate(json) }, { opcode: 1, payload: 'plain' })
      await both
    },
  },
  {
    name: 'a compressed message in fragments',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      kit.watch(socket, 'message', 'error')
      const bytes = deflate(json)
      peer.send(
        { opcode: 1, rsv: 0x40, payload: bytes.slice(0, 30), fin: false },
        { opcode: 9, payload: 'p' },
        { opcode: 0, payload: bytes.slice(30) },
      )
      await once(socket, 'message')
    },
  },
  {
    name: 'data that is no DEFLATE',
    differs: 'inflate-error',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      kit.watch(socket, 'message', 'error', 'close')
      peer.send({ opcode: 1, rsv: 0x40, payload: '\xff\xff\xff\xff' })
      await peer.untilFrames(1)
      peer.socket.end()
      await closed(socket)
      kit.log(peer.frames()[0]?.slice(0, 10) ?? 'nothing')
    },
  },
  {
    name: 'a compressed text that is no UTF-8',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      const failed = new Promise((resolve) => socket.on('error', resolve))
      peer.send({ opcode: 1, rsv: 0x40, payload: deflateRawSync(new Uint8Array([0xff]), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4) })
      kit.log(await failed)
    },
  },
  {
    name: 'maxPayload counts decompressed bytes',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit, { maxPayload: 1000 })
      const failed = new Promise((resolve) => socket.on('error', resolve))
      peer.send({ opcode: 1, rsv: 0x40, payload: deflate('a'.repeat(2000)) })
      kit.log(await failed)
      await peer.untilFrames(1)
      kit.log(peer.frames()[0]?.slice(0, 10) ?? 'nothing')
    },
  },
  {
    name: 'RSV1 on a continuation of a compressed message',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      const failed = new Promise((resolve) => socket.on('error', resolve))
      peer.send({ opcode: 1, rsv: 0x40, payload: 'x', fin: false }, { opcode: 0, rsv: 0x40, payload: 'y' })
      kit.log(await failed)
    },
  },
  {
    name: 'binaryType fragments of a compressed message',
    differs: 'compressed-fragments',
    run: async (kit) => {
      const { socket, peer } = await compressed(kit)
      socket.binaryType = 'fragments'
      kit.watch(socket, 'message')
      const bytes = deflate(json)
      peer.send({ opcode: 2, rsv: 0x40, payload: bytes.slice(0, 100), fin: false }, { opcode: 0, payload: bytes.slice(100) })
      await once(socket, 'message')
    },
  },
  {
    name: 'both ends of one implementation, with context takeover',
    run: async (kit) => {
      const server = await kit.server({ perMessageDeflate: true })
      server.on('connection', (socket: any) => socket.on('message', (data: Buffer, isBinary: boolean) => socket.send(data, { binary: isBinary })))
      const socket = kit.client(`ws://127.0.0.1:${server.address().port}`)
      await once(socket, 'open')
      kit.log(socket.extensions, [...server.clients][0].extensions)
      for (const message of [json, 'short', '', json, 'x'.repeat(300_000)]) {
        socket.send(message)
        const [data, isBinary] = await once(socket, 'message')
        kit.log(String(data) === message, isBinary)
      }
    },
  },
  ...(['serverMaxWindowBits', 'clientMaxWindowBits'] as const).map(
    (name): Scenario => ({
      name: `${name}: false is not offered`,
      differs: 'window-bits-false',
      run: (kit) =>
        kit.attempt('new', () => {
          const socket = new kit.ws.WebSocket('ws://127.0.0.1:1', undefined, { perMessageDeflate: { [name]: false } })
          socket.on('error', () => undefined)
          return 'made'
        }),
    }),
  ),
  {
    name: 'a preset dictionary is not offered',
    differs: 'dictionary',
    run: (kit) =>
      kit.attempt('new', () => {
        const socket = new kit.ws.WebSocket('ws://127.0.0.1:1', undefined, { perMessageDeflate: { zlibDeflateOptions: { dictionary: 'x' } } })
        socket.on('error', () => undefined)
        return 'made'
      }),
  },
]

export const compression: readonly Scenario[] = [...negotiation, ...sending, ...receiving]
