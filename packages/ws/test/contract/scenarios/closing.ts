/** The closing handshake, `terminate`, and ends without either. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { closed, turns } from '../kit.ts'
import type { Scenario } from '../kit.ts'

const roles = ['server', 'client'] as const
const long = (length: number): string => 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)
const body = (code: number, reason = ''): string => String.fromCharCode(code >> 8, code & 0xff) + reason

const calls: readonly (readonly [name: string, values: readonly unknown[]])[] = [
  ['without arguments', []],
  ['with undefined', [undefined]],
  ['with undefined and a reason', [undefined, 'ignored']],
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => [`with ${code}`, [code]] as const),
  ['with a reason', [1000, 'bye']],
  ['with a reason in UTF-8', [1000, 'ä€']],
  ['with a reason as Buffer', [1000, Buffer.from('bye')]],
  ['with a reason as Uint8Array', [1000, new Uint8Array([97])]],
  ['with an empty reason', [1000, '']],
  ['with a reason of 123 bytes', [1000, long(123)]],
]

const wrong: readonly (readonly [name: string, values: readonly unknown[]])[] = [
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536, -1, 1000.5, Number.NaN].map((code) => [`with ${code}`, [code]] as const),
  ['with a string', ['1000']],
  ['with null', [null]],
  ['with true', [true]],
  ['with a reason of 124 bytes', [1000, long(124)]],
  ['with a reason of 62 characters of two bytes', [1000, 'ä'.repeat(62)]],
  ['with a reason that is an array', [1000, ['a']]],
]

const scenariosOfRoles = roles.flatMap((role): Scenario[] => [
  ...calls.map(
    ([name, values]): Scenario => ({
      name: `${role}: close ${name}`,
      run: async (kit) => {
        const { socket, peer } = await kit.either(role)
        kit.watch(socket)
        kit.attempt('close', () => socket.close(...values))
        kit.log('state', socket.readyState)
        await peer.untilFrames(1)
        peer.send({ opcode: 8, payload: body(1000, 'and you') })
        peer.socket.end()
        await closed(socket)
        kit.log('sent', ...peer.frames())
      },
    }),
  ),
  ...wrong.map(
    ([name, values]): Scenario => ({
      ...(values[0] === 1000.5 ? { differs: 'close-code' } : {}),
      name: `${role}: close ${name} throws`,
      run: async (kit) => {
        const { socket } = await kit.either(role)
        kit.attempt('close', () => socket.close(...values))
        kit.log('state', socket.readyState)
      },
    }),
  ),
  {
    name: `${role}: close twice`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      socket.close(1000)
      socket.close(1001)
      await peer.untilFrames(1)
      peer.send({ opcode: 8, payload: body(1000) })
      peer.socket.end()
      await closed(socket)
      socket.close(1002)
      await turns()
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: messages before the peer's Close frame still arrive, and a Ping is answered`,
    differs: 'pong-while-closing',
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      socket.close(1000)
      await peer.untilFrames(1)
      peer.send({ opcode: 1, payload: 'late' }, { opcode: 9, payload: 'ping' }, { opcode: 8, payload: body(1000) })
      peer.socket.end()
      await closed(socket)
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: an empty Close frame is answered with an empty one`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      peer.send({ opcode: 8 })
      await peer.untilFrames(1)
      peer.socket.end()
      await closed(socket)
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: terminate`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      socket.terminate()
      kit.log('state', socket.readyState)
      await closed(socket)
      socket.terminate()
      await peer.untilEnded()
      kit.log('sent', ...peer.frames(), 'destroyed', socket._socket.destroyed)
    },
  },
  {
    name: `${role}: terminate after close`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      socket.close(1000, 'x')
      socket.terminate()
      await closed(socket)
      await peer.untilEnded()
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: the peer ends its side without a Close frame`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      peer.send({ opcode: 1, payload: 'a' })
      peer.socket.end()
      await closed(socket)
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: the peer resets the connection`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      peer.socket.resetAndDestroy()
      await closed(socket)
    },
  },
  {
    name: `${role}: the peer ends inside a frame`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      peer.send({ opcode: 1, payload: 'abc', payloadLength: 10 })
      peer.socket.end()
      await closed(socket)
    },
  },
  {
    name: `${role}: the raw socket is destroyed`,
    run: async (kit) => {
      const { socket } = await kit.either(role)
      kit.watch(socket)
      socket._socket.destroy()
      await closed(socket)
    },
  },
  {
    name: `${role}: the raw socket is destroyed with an error`,
    run: async (kit) => {
      const { socket } = await kit.either(role)
      kit.watch(socket)
      socket._socket.destroy(new Error('mine'))
      await closed(socket)
    },
  },
  {
    name: `${role}: closeTimeout drops a peer that does not answer`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role, { closeTimeout: 100 })
      kit.watch(socket)
      const before = performance.now()
      socket.close(1000)
      await closed(socket)
      const took = performance.now() - before
      kit.log('in time', took >= 90 && took < 3000)
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: close in the handler of a message`,
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      socket.once('message', () => socket.close(1000))
      peer.send({ opcode: 1, payload: 'a' }, { opcode: 1, payload: 'b' }, { opcode: 8, payload: body(1000) })
      await peer.untilFrames(1)
      peer.socket.end()
      await closed(socket)
      kit.log('sent', ...peer.frames())
    },
  },
  {
    name: `${role}: the reason in the Close frame of a failure`,
    differs: 'close-reason',
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      socket.on('error', () => undefined)
      peer.send({ opcode: 3 })
      await peer.untilFrames(1)
      kit.log(...peer.frames())
    },
  },
  {
    name: `${role}: a peer that does not end its side after a violation`,
    differs: 'failure-second',
    run: async (kit) => {
      const { socket, peer } = await kit.either(role)
      kit.watch(socket)
      peer.send({ opcode: 3 })
      await Promise.race([closed(socket), new Promise((resolve) => setTimeout(resolve, 2500))])
    },
  },
  {
    name: `${role}: wasClean of a closing handshake, and of none`,
    run: async (kit) => {
      const first = await kit.either(role)
      first.socket.addEventListener('close', (event: any) => kit.log(event.code, event.reason, event.wasClean))
      first.peer.send({ opcode: 8, payload: body(1000, 'x') })
      await first.peer.untilFrames(1)
      first.peer.socket.end()
      await closed(first.socket)
      const second = await kit.either(role)
      second.socket.addEventListener('close', (event: any) => kit.log(event.code, event.reason, event.wasClean))
      second.peer.socket.end()
      await closed(second.socket)
    },
  },
])

const emitted: Scenario[] = [
  {
    name: 'emitClose of a WebSocket without a connection',
    run: (kit) => {
      const socket = kit.watch(new kit.ws.WebSocket(null, undefined, {}))
      socket.emitClose()
      kit.log(socket.readyState, typeof kit.ws.WebSocket.prototype.emitClose)
    },
  },
  ...roles.map(
    (role): Scenario => ({
      name: `${role}: a subclass has an emitClose of its own`,
      run: async (kit) => {
        const log = (socket: any): void => kit.log('emitClose', socket.constructor.name)
        const Base = kit.ws.WebSocket as new (...given: unknown[]) => any
        class Mine extends Base {
          emitClose(...given: unknown[]): void {
            log(this)
            super.emitClose(...given)
          }
        }
        const server = await kit.server(role === 'server' ? { WebSocket: Mine } : {})
        const client = new (role === 'client' ? Mine : Base)(`ws://127.0.0.1:${server.address().port}`)
        const [accepted] = await Promise.all([once(server, 'connection'), once(client, 'open')])
        const socket = role === 'server' ? accepted[0] : client
        kit.watch(socket, 'close')
        const both = [closed(client), closed(accepted[0])]
        client.close(3000, 'bye')
        await Promise.all(both)
      },
    }),
  ),
  ...roles.map(
    (role): Scenario => ({
      ...(role === 'client' ? { differs: 'allow-half-open' } : {}),
      name: `${role}: allowHalfOpen of the raw socket`,
      run: async (kit) => {
        const { socket } = await kit.either(role)
        kit.log(socket._socket.allowHalfOpen)
      },
    }),
  ),
]

const connecting: Scenario[] = (['close', 'terminate'] as const).flatMap((method): Scenario[] => [
  {
    name: `CONNECTING: ${method}`,
    run: async (kit) => {
      const port = await kit.rawServer(() => undefined)
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`))
      socket[method]()
      kit.log('state', socket.readyState)
      await closed(socket)
    },
  },
  {
    name: `CONNECTING: ${method} when the request has arrived`,
    run: async (kit) => {
      const port = await kit.rawServer(() => socket[method]())
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`))
      await closed(socket)
    },
  },
  {
    name: `CONNECTING: ${method} in the listener of upgrade`,
    run: async (kit) => {
      const server = await kit.server()
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${server.address().port}`))
      socket.on('upgrade', () => socket[method]())
      await closed(socket)
    },
  },
])

export const closing: readonly Scenario[] = [...scenariosOfRoles, ...emitted, ...connecting]
