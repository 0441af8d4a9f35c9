/** What `send`, `ping`, `pong` and their callbacks do in each state, and what leaves. */
import { Buffer } from 'node:buffer'
import { closed, tick, turns } from '../kit.ts'
import type { Kit, Scenario } from '../kit.ts'

const roles = ['server', 'client'] as const
const long = (length: number): string => 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)

interface Row {
  readonly name: string
  /** Calls on an open WebSocket. */
  readonly act: (socket: any, kit: Kit) => void | Promise<void>
  readonly frames: number
  readonly options?: object
  readonly differs?: string
}

const called =
  (kit: Kit, name: string) =>
  (...values: unknown[]): void =>
    kit.log(name, values.length > 0 && values[0] !== null && values[0] !== undefined ? values[0] : 'without an error')

/** Values and how they are sent. */
const data: readonly (readonly [name: string, value: () => unknown])[] = [
  ['a string', () => 'hello'],
  ['an empty string', () => ''],
  ['a string of several scripts', () => 'aä€𐍈'],
  ['a string with a lone surrogate', () => 'a\ud800b'],
  ['a Buffer', () => Buffer.from('hello')],
  ['an empty Buffer', () => Buffer.alloc(0)],
  ['a Uint8Array', () => new Uint8Array([1, 2, 3])],
  ['a part of a Uint8Array', () => new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
  ['a Uint16Array', () => new Uint16Array([0x0102, 0x0304])],
  ['a DataView', () => new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
  ['an ArrayBuffer', () => new Uint8Array([1, 2, 3]).buffer],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(3)],
  ['an array', () => [1, 2, 300]],
  ['a number', () => 42],
  ['zero', () => 0],
  ['a negative number', () => -1.5],
  ['undefined', () => undefined],
  ['null', () => null],
  ['false', () => false],
  ['true', () => true],
  ['an object', () => ({ a: 1 })],
  ['an object with valueOf', () => ({ valueOf: () => 'value' })],
  ['a Blob', () => new Blob(['blob'])],
  ['a bigint', () => 10n],
]

const rows: readonly Row[] = [
  ...data.flatMap(([name, value]): Row[] => [
    { name: `send of ${name}`, frames: 2, act: (socket, kit) => void (kit.attempt('send', () => socket.send(value())), socket.send('after')) },
    {
      name: `send of ${name} as binary`,
      frames: 2,
      act: (socket, kit) => void (kit.attempt('send', () => socket.send(value(), { binary: true })), socket.send('after')),
    },
    {
      name: `send of ${name} as text`,
      frames: 2,
      act: (socket, kit) => void (kit.attempt('send', () => socket.send(value(), { binary: false })), socket.send('after')),
    },
    { name: `ping with ${name}`, frames: 2, act: (socket, kit) => void (kit.attempt('ping', () => socket.ping(value())), socket.send('after')) },
    { name: `pong with ${name}`, frames: 2, act: (socket, kit) => void (kit.attempt('pong', () => socket.pong(value())), socket.send('after')) },
  ]),
  ...[125, 126, 65_535, 65_536, 16_384, 300_000].flatMap((length): Row[] => [
    { name: `send of ${length} characters`, frames: 2, act: (socket) => void (socket.send(long(length)), socket.send('after')) },
    { name: `send of ${length} bytes`, frames: 2, act: (socket) => void (socket.send(Buffer.from(long(length))), socket.send('after')) },
  ]),
  { name: 'ping with 125 bytes', frames: 1, act: (socket) => socket.ping(long(125)) },
  { name: 'ping with 126 bytes', frames: 1, act: (socket, kit) => void (kit.attempt('ping', () => socket.ping(long(126))), socket.send('after')) },
  {
    name: 'pong with 126 bytes',
    frames: 1,
    act: (socket, kit) => void (kit.attempt('pong', () => socket.pong(Buffer.alloc(126))), socket.send('after')),
  },
  {
    name: 'ping with 64 characters of two bytes',
    frames: 1,
    act: (socket, kit) => void (kit.attempt('ping', () => socket.ping('ä'.repeat(63))), socket.send('after')),
  },
  { name: 'ping and pong without arguments', frames: 2, act: (socket) => void (socket.ping(), socket.pong()) },
  {
    name: 'the callback of send',
    frames: 1,
    act: async (socket, kit) => {
      socket.send('a', called(kit, 'sent'))
      kit.log('returned')
      await turns()
    },
  },
  {
    name: 'the callback of send with options',
    frames: 1,
    act: async (socket, kit) => {
      socket.send('a', {}, called(kit, 'sent'))
      await turns()
    },
  },
  {
    name: 'the callback of send with undefined options',
    frames: 1,
    act: async (socket, kit) => {
      socket.send('a', undefined, called(kit, 'sent'))
      await turns()
    },
  },
  {
    name: 'the callbacks of several sends',
    frames: 3,
    act: async (socket, kit) => {
      for (const name of ['a', 'b', 'c']) socket.send(name, called(kit, name))
      kit.log('returned')
      await turns()
    },
  },
  {
    name: 'the callback of a long send',
    frames: 1,
    act: async (socket, kit) => {
      await new Promise((resolve) => socket.send(Buffer.alloc(200_000), resolve))
      kit.log('sent')
    },
  },
  {
    name: 'the callback of ping in each place',
    frames: 3,
    act: async (socket, kit) => {
      socket.ping(called(kit, '1'))
      socket.ping('b', called(kit, '2'))
      socket.ping('c', undefined, called(kit, '3'))
      await turns()
    },
  },
  {
    name: 'the callback of pong in each place',
    frames: 3,
    act: async (socket, kit) => {
      socket.pong(called(kit, '1'))
      socket.pong('b', called(kit, '2'))
      socket.pong('c', undefined, called(kit, '3'))
      await turns()
    },
  },
  {
    name: 'the callback of a Blob',
    frames: 2,
    act: async (socket, kit) => {
      socket.send(new Blob(['blob']), called(kit, 'blob'))
      socket.send('after', called(kit, 'after'))
      await turns(30)
    },
  },
  {
    name: 'a message, a Ping and a Blob behind a Blob',
    frames: 4,
    act: (socket) => {
      socket.send(new Blob(['1']))
      socket.send('2')
      socket.ping('3')
      socket.send(new Blob(['4']))
    },
  },
  {
    name: 'close behind a Blob',
    frames: 2,
    act: (socket, kit) => {
      socket.send(new Blob(['1']))
      socket.close(1000)
      kit.log(socket.readyState)
    },
  },
  {
    name: 'an error in a callback of send does not lose the next message',
    frames: 2,
    act: async (socket, kit) => {
      socket.send('a', called(kit, 'a'))
      socket.send('b', called(kit, 'b'))
      await turns()
    },
  },
  {
    name: 'fin: false and then the last fragment',
    frames: 2,
    act: (socket) => void (socket.send('a', { fin: false }), socket.send('b', { fin: true })),
  },
  {
    name: 'three fragments',
    frames: 3,
    act: (socket) => void (socket.send('a', { fin: false }), socket.send('b', { fin: false }), socket.send('c')),
  },
  { name: 'binary fragments', frames: 2, act: (socket) => void (socket.send(Buffer.from('a'), { fin: false }), socket.send(Buffer.from('b'))) },
  {
    name: 'fragments whose kinds differ: the first decides',
    frames: 2,
    act: (socket) => void (socket.send('a', { fin: false }), socket.send(Buffer.from('b'), { binary: true })),
  },
  { name: 'a binary fragment and a string', frames: 2, act: (socket) => void (socket.send(Buffer.from('a'), { fin: false }), socket.send('b')) },
  { name: 'a Ping between fragments', frames: 3, act: (socket) => void (socket.send('a', { fin: false }), socket.ping('p'), socket.send('b')) },
  { name: 'empty fragments', frames: 2, act: (socket) => void (socket.send('', { fin: false }), socket.send('', { fin: true })) },
  {
    name: 'a message after a fragmented one',
    frames: 3,
    act: (socket) => void (socket.send('a', { fin: false }), socket.send('b'), socket.send('c')),
  },
  { name: 'mask: true', frames: 1, act: (socket) => socket.send('a', { mask: true }) },
  { name: 'mask: false', frames: 1, act: (socket) => socket.send('a', { mask: false }) },
  { name: 'mask: true of binary', frames: 1, act: (socket) => socket.send(Buffer.from('a'), { mask: true }) },
  { name: 'ping with mask: true', frames: 1, act: (socket) => socket.ping('a', true) },
  { name: 'ping with mask: false', frames: 1, act: (socket) => socket.ping('a', false) },
  { name: 'pong with mask: true', frames: 1, act: (socket) => socket.pong('a', true) },
  {
    name: 'fragments with mask: false',
    frames: 2,
    act: (socket) => void (socket.send('a', { mask: false, fin: false }), socket.send('b', { mask: false })),
  },
  { name: 'compress: true without the extension', frames: 1, act: (socket) => socket.send('a', { compress: true }) },
  { name: 'compress: false', frames: 1, act: (socket) => socket.send('a', { compress: false }) },
  { name: 'unknown options are ignored', frames: 1, act: (socket) => socket.send('a', { prefer: 'speed' }) },
  { name: 'send returns nothing', frames: 2, act: (socket, kit) => kit.log(socket.send('a'), socket.ping()) },
  {
    name: '_sender.sendFrame of Sender.frame',
    frames: 2,
    act: async (socket, kit) => {
      const list = kit.ws.WebSocket.Sender.frame(Buffer.from('pre'), { fin: true, opcode: 1, mask: false, rsv1: false, readOnly: false })
      socket._sender.sendFrame(list, called(kit, 'sent'))
      socket.send('after')
      await turns()
    },
  },
  {
    name: 'Sender.frame of a string',
    frames: 1,
    act: (socket, kit) => {
      const list = kit.ws.WebSocket.Sender.frame('pre', { fin: true, opcode: 1 })
      kit.log(Buffer.concat(list))
      socket._sender.sendFrame(list)
    },
  },
  {
    name: 'Sender.frame that is long',
    frames: 1,
    act: (socket, kit) => {
      const list = kit.ws.WebSocket.Sender.frame(Buffer.alloc(70_000), { fin: false, opcode: 2 })
      kit.log(Buffer.concat(list))
      socket._sender.sendFrame(list)
    },
  },
  {
    name: 'Sender.frame that is empty',
    frames: 1,
    act: (socket, kit) => {
      const list = kit.ws.WebSocket.Sender.frame('', { fin: true, opcode: 9 })
      kit.log(Buffer.concat(list))
      socket._sender.sendFrame(list)
    },
  },
  {
    name: 'Sender.frame with a mask',
    frames: 1,
    act: (_socket, kit) =>
      kit.log(
        Buffer.concat(
          kit.ws.WebSocket.Sender.frame(Buffer.from('pre'), { fin: true, opcode: 1, mask: true, generateMask: (mask: Buffer) => mask.fill(7) }),
        ),
      ),
  },
  {
    name: 'the caller changes its bytes after send',
    frames: 1,
    act: (socket) => {
      const bytes = Buffer.from('before')
      socket.send(bytes)
      bytes.fill(0x78)
    },
  },
  {
    name: 'the caller changes its long bytes after send',
    frames: 1,
    act: (socket) => {
      const bytes = Buffer.alloc(20_000, 0x61)
      socket.send(bytes)
      bytes.fill(0x78)
    },
  },
]

const open: Scenario[] = rows.flatMap(({ name, act, frames, options, differs }) =>
  roles.map((role) => ({
    name: `${role}: ${name}`,
    ...(differs === undefined ? {} : { differs }),
    run: async (kit) => {
      const { socket, peer } = await kit.either(role, options)
      kit.watch(socket, 'error')
      await act(socket, kit)
      kit.log('state', socket.readyState)
      const enough = peer.untilFrames(frames)
      await Promise.race([enough, new Promise((resolve) => setTimeout(resolve, 2000))])
      kit.log('sent', ...peer.frames())
    },
  })),
)

const methods: readonly (readonly [name: string, call: (socket: any, callback?: (error?: Error) => void) => void])[] = [
  ['send', (socket, callback) => socket.send('abc', callback)],
  ['send of bytes', (socket, callback) => socket.send(Buffer.from('abcd'), callback)],
  ['send with options', (socket, callback) => socket.send('abc', {}, callback)],
  ['ping', (socket, callback) => socket.ping('abc', undefined, callback)],
  ['pong', (socket, callback) => socket.pong('abc', undefined, callback)],
  ['send of a number', (socket, callback) => socket.send(12345, callback)],
  ['send of nothing', (socket, callback) => socket.send(undefined, callback)],
  ['send of a Blob', (socket, callback) => socket.send(new Blob(['abc']), callback)],
]

/** In the other three states. */
const states: Scenario[] = methods.flatMap(([name, call]) => [
  {
    name: `CONNECTING: ${name}`,
    run: async (kit: Kit) => {
      const port = await kit.rawServer(() => undefined)
      const socket = kit.client(`ws://127.0.0.1:${port}`)
      kit.attempt('without a callback', () => call(socket))
      kit.attempt('with a callback', () => call(socket, called(kit, 'called')))
      await turns()
      kit.log(socket.bufferedAmount)
    },
  },
  ...roles.flatMap((role): Scenario[] => [
    {
      name: `${role}, CLOSING: ${name}`,
      run: async (kit) => {
        const { socket, peer } = await kit.either(role)
        socket.close(1000)
        kit.attempt('without a callback', () => call(socket))
        kit.attempt('with a callback', () => call(socket, called(kit, 'called')))
        kit.log('returned')
        await peer.untilFrames(1)
        await turns()
        kit.log('sent', ...peer.frames())
      },
    },
    {
      name: `${role}, CLOSED: ${name}`,
      run: async (kit) => {
        const { socket } = await kit.either(role)
        socket.terminate()
        await closed(socket)
        const before = socket.bufferedAmount
        kit.attempt('without a callback', () => call(socket))
        kit.attempt('with a callback', () => call(socket, called(kit, 'called')))
        kit.log('more', socket.bufferedAmount - before)
        await turns()
      },
    },
  ]),
])

const others: Scenario[] = [
  {
    name: 'generateMask gives the keys of a client',
    run: async (kit) => {
      const { socket, peer } = await kit.connected({ generateMask: (mask: Buffer) => mask.set([1, 2, 3, 4]), perMessageDeflate: false })
      socket.send('\0\0\0\0\0')
      socket.ping('\0\0')
      await peer.untilFrames(2)
      kit.log(peer.received)
    },
  },
  {
    name: 'bufferedAmount counts what the peer does not read, and callbacks wait for it',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      peer.socket.pause()
      let calls = 0
      for (let i = 0; i < 200; i++) socket.send(Buffer.alloc(100_000), () => calls++)
      await tick()
      kit.log('buffers', socket.bufferedAmount > 1_000_000, 'waits', calls < 200)
      peer.socket.resume()
      while (calls < 200) await tick()
      kit.log('buffers', socket.bufferedAmount)
    },
  },
  {
    name: 'callbacks get an error when the connection ends before the data has left',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      peer.socket.pause()
      const errors: unknown[] = []
      for (let i = 0; i < 100; i++) socket.send(Buffer.alloc(100_000), (error: unknown) => errors.push(error))
      await tick()
      socket.terminate()
      await closed(socket)
      await turns()
      kit.log('all called', errors.length === 100, 'last is an error', errors.at(-1) instanceof Error)
    },
  },
  {
    name: 'send and terminate: the message arrives',
    run: async (kit) => {
      const { socket, peer } = await kit.accepted()
      socket.send('last words')
      socket.terminate()
      await peer.untilEnded()
      kit.log(...peer.frames())
    },
  },
  {
    name: 'bufferedAmount at once after a send counts the frame until the end of the tick',
    differs: 'end-of-tick',
    run: async (kit) => {
      const { socket } = await kit.accepted()
      socket.send('abc')
      kit.log(socket.bufferedAmount)
      await tick()
      kit.log(socket.bufferedAmount)
    },
  },
]

export const sending: readonly Scenario[] = [...open, ...states, ...others]
