/** `addEventListener`, `on*`, the order of events, `pause`, and the forms of binary messages. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { frameFor } from '../frames.ts'
import { closed, switching, tick, turns } from '../kit.ts'
import type { Kit, Scenario } from '../kit.ts'

const roles = ['server', 'client'] as const

interface Row {
  readonly name: string
  readonly act: (socket: any, kit: Kit, send: (...payloads: readonly string[]) => Promise<void>) => void | Promise<void>
  readonly differs?: string
  readonly options?: object
}

const show = (kit: Kit, name: string) => (event: any) => kit.log(name, event.type, event.data ?? event.code ?? event.message ?? 'nothing')

const target: readonly Row[] = [
  {
    name: 'a listener for message',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', show(kit, '1'))
      await send('a')
    },
  },
  {
    name: 'a listener twice is one',
    act: async (socket, kit, send) => {
      const f = show(kit, '1')
      socket.addEventListener('message', f)
      socket.addEventListener('message', f)
      await send('a')
    },
  },
  {
    name: 'the same listener for two events',
    act: async (socket, kit, send) => {
      const f = show(kit, '1')
      socket.addEventListener('message', f)
      socket.addEventListener('close', f)
      await send('a')
    },
  },
  {
    name: 'once',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', show(kit, '1'), { once: true })
      await send('a', 'b')
    },
  },
  {
    name: 'removeEventListener',
    act: async (socket, kit, send) => {
      const f = show(kit, '1')
      socket.addEventListener('message', f)
      socket.removeEventListener('message', f)
      await send('a')
    },
  },
  {
    name: 'removeEventListener of another',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', show(kit, '1'))
      socket.removeEventListener('message', show(kit, '1'))
      await send('a')
    },
  },
  {
    name: 'handleEvent',
    act: async (socket, kit, send) => {
      const object = {
        handleEvent(event: any) {
          kit.log(this === object, event.data)
        },
      }
      socket.addEventListener('message', object)
      await send('a')
    },
  },
  {
    name: 'this of a listener is the socket',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', function (this: unknown, event: any) {
        kit.log(this === socket, event.target === socket)
      })
      await send('a')
    },
  },
  {
    name: 'an unknown type is ignored',
    act: (socket, kit) => {
      socket.addEventListener('ping', () => undefined)
      socket.addEventListener('__proto__', () => undefined)
      kit.log(socket.listenerCount('ping'))
    },
  },
  {
    name: 'on* and addEventListener in order',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', show(kit, '1'))
      socket.onmessage = show(kit, '2')
      socket.on('message', (data: Buffer) => kit.log('3', data))
      await send('a')
    },
  },
  {
    name: 'on* is replaced',
    act: async (socket, kit, send) => {
      socket.onmessage = show(kit, '1')
      socket.onmessage = show(kit, '2')
      await send('a')
    },
  },
  {
    name: 'on* is read',
    act: (socket, kit) => {
      const f = (): void => undefined
      kit.log(socket.onmessage, socket.onopen)
      socket.onmessage = f
      kit.log(socket.onmessage === f)
    },
  },
  {
    name: 'on* is removed by null',
    act: async (socket, kit, send) => {
      socket.onmessage = show(kit, '1')
      socket.onmessage = null
      kit.log(socket.onmessage)
      await send('a')
    },
  },
  {
    name: 'on* takes functions only',
    act: (socket, kit) => {
      socket.onmessage = 'x'
      kit.log(socket.onmessage)
      socket.onmessage = {}
      kit.log(socket.onmessage)
    },
  },
  {
    name: 'removeEventListener leaves on*',
    act: async (socket, kit, send) => {
      const f = show(kit, '1')
      socket.onmessage = f
      socket.removeEventListener('message', f)
      await send('a')
    },
  },
  {
    name: 'addEventListener of the function of on* adds it',
    act: async (socket, kit, send) => {
      const f = show(kit, '1')
      socket.onmessage = f
      socket.addEventListener('message', f)
      await send('a')
    },
  },
  {
    name: 'removeAllListeners removes on*',
    act: (socket, kit) => {
      socket.onmessage = () => undefined
      socket.removeAllListeners('message')
      kit.log(socket.onmessage)
    },
  },
  {
    name: 'the fields of events are enumerable on their prototypes',
    act: async (socket, kit, send) => {
      socket.addEventListener('message', (event: any) => {
        const names: string[] = []
        for (const name in event) names.push(name)
        kit.log(names.sort(), event.constructor.name)
      })
      await send('a')
    },
  },
  {
    name: 'listenerCount counts listeners of both kinds',
    act: (socket, kit) => {
      const before = socket.listenerCount('message')
      socket.onmessage = () => undefined
      socket.addEventListener('message', () => undefined)
      kit.log(socket.listenerCount('message') - before)
    },
  },
  {
    name: 'dispatch in the order of registration',
    act: async (socket, kit, send) => {
      socket.on('message', () => kit.log(1))
      socket.addEventListener('message', () => kit.log(2))
      socket.prependListener('message', () => kit.log(0))
      await send('a')
    },
  },
  {
    name: 'emit by hand',
    act: (socket, kit) => {
      socket.on('message', (...values: unknown[]) => kit.log(...values))
      socket.emit('message', Buffer.from('x'), false)
    },
  },
  {
    name: 'addEventListener and emit by hand',
    act: (socket, kit) => {
      socket.addEventListener('error', show(kit, 'e'))
      socket.addEventListener('close', show(kit, 'c'))
      socket.emit('error', new Error('x'))
      socket.emit('close', 1000, Buffer.from('r'))
    },
  },
]

const flow: readonly Row[] = [
  {
    name: 'pause and resume',
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.pause()
      kit.log(socket.isPaused)
      await send('a')
      await turns(20)
      kit.log('resume')
      socket.resume()
      kit.log(socket.isPaused)
      await once(socket, 'message')
    },
  },
  {
    name: 'pause twice and resume once',
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.pause()
      socket.pause()
      socket.resume()
      await send('a')
    },
  },
  {
    name: 'resume without pause',
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.resume()
      await send('a')
    },
  },
  {
    name: 'pause and resume in one turn',
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.pause()
      socket.resume()
      socket.pause()
      await send('a')
      await turns(20)
      kit.log(socket.isPaused)
      socket.resume()
      await once(socket, 'message')
    },
  },
  {
    name: 'terminate while paused',
    act: async (socket, kit) => {
      kit.watch(socket)
      socket.pause()
      socket.terminate()
      await closed(socket)
      kit.log(socket.isPaused)
    },
  },
  {
    name: 'pause after the end does nothing',
    act: async (socket, kit) => {
      socket.terminate()
      await closed(socket)
      socket.pause()
      kit.log(socket.isPaused)
      socket.resume()
    },
  },
  {
    name: 'pause inside a message stops before the next one of the segment',
    differs: 'pause-at-once',
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.once('message', () => socket.pause())
      await send('a', 'b', 'c')
      await turns(20)
    },
  },
  {
    name: 'a promise settles between events only with allowSynchronousEvents: false',
    options: { allowSynchronousEvents: false },
    act: async (socket, kit, send) => {
      socket.on('message', (data: Buffer) => {
        kit.log('message', data)
        void Promise.resolve().then(() => kit.log('microtask'))
      })
      await send('a', 'b', 'c')
      await turns(20)
    },
  },
  {
    name: 'events of a segment are synchronous',
    act: async (socket, kit, send) => {
      socket.on('message', (data: Buffer) => {
        kit.log('message', data)
        void Promise.resolve().then(() => kit.log('microtask'))
      })
      await send('a', 'b', 'c')
      await turns()
    },
  },
  {
    name: 'allowSynchronousEvents: false and pause',
    options: { allowSynchronousEvents: false },
    act: async (socket, kit, send) => {
      kit.watch(socket, 'message')
      socket.once('message', () => socket.pause())
      await send('a', 'b')
      await turns(20)
      kit.log('resume')
      socket.resume()
      await turns(20)
    },
    differs: 'pause-at-once',
  },
  {
    name: 'a listener is added between the events of a segment',
    options: { allowSynchronousEvents: false },
    act: async (socket, kit, send) => {
      socket.once('message', async () => {
        await Promise.resolve()
        socket.on('message', (data: Buffer) => kit.log('late', data))
      })
      await send('a', 'b')
      await turns(20)
    },
  },
]

const forms: readonly Row[] = (['nodebuffer', 'arraybuffer', 'fragments', 'blob', 'text', '', undefined] as const).map((type) => ({
  name: `binaryType ${String(type)}`,
  act: async (socket: any, kit: Kit, send) => {
    socket.binaryType = type
    kit.log(socket.binaryType)
    kit.watch(socket, 'message')
    socket.addEventListener('message', (event: any) => kit.log('data', event.data))
    await send('text')
    await send('\u0001binary')
    await send('\u0002fragmented')
    await send('\u0001')
  },
}))

function toScenarios(rows: readonly Row[]): Scenario[] {
  return rows.flatMap(({ name, act, differs, options }) =>
    roles.map((role) => ({
      name: `${role}: ${name}`,
      ...(differs === undefined ? {} : { differs }),
      run: async (kit) => {
        const { socket, peer } = await kit.either(role, options)
        // U+0001 asks for binary, U+0002 for three binary fragments.
        const send = async (...payloads: readonly string[]): Promise<void> => {
          let expected = 0
          const arrived = new Promise<void>((resolve) => socket.on('message', () => ++expected === payloads.length && resolve()))
          peer.send(
            ...payloads.flatMap((payload) => {
              if (payload.startsWith('\u0001')) return [{ opcode: 2, payload: payload.slice(1) }]
              if (!payload.startsWith('\u0002')) return [{ opcode: 1, payload }]
              return [
                { opcode: 2, payload: payload.slice(1, 4), fin: false },
                { opcode: 0, fin: false },
                { opcode: 0, payload: payload.slice(4) },
              ]
            }),
          )
          if (socket.isPaused === true) await turns(20)
          else await Promise.race([arrived, new Promise((resolve) => setTimeout(resolve, 200))])
        }
        await act(socket, kit, send)
        kit.log('done')
      },
    })),
  )
}

const order: Scenario[] = [
  {
    name: 'client: open comes before a message in the segment of the 101',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => {
        const frames = [frameFor('client', { opcode: 1, payload: 'early' }), frameFor('client', { opcode: 9, payload: 'p' })]
        peer.socket.write(Buffer.concat([Buffer.from(switching(peer.head)), ...frames]))
      })
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`), 'upgrade', 'open', 'message', 'ping')
      const pinged = once(socket, 'ping')
      await once(socket, 'open')
      kit.log('awaited')
      await pinged
    },
  },
  {
    name: 'client: a listener that an awaited open adds does not get the message behind the 101',
    run: async (kit) => {
      const { socket, peer } = await kit.connected({}, { behind: [{ opcode: 1, payload: 'early' }] })
      kit.watch(socket, 'message')
      peer.send({ opcode: 1, payload: 'later' }, { opcode: 9, payload: 'p' })
      await peer.untilFrames(1)
    },
  },
  {
    name: 'server: connection comes before a message behind the request',
    run: async (kit) => {
      const server = await kit.server()
      let received: Promise<unknown> | undefined
      server.on('connection', (socket: any) => {
        kit.log('connection')
        received = once(kit.watch(socket, 'message'), 'message')
        void tick().then(() => kit.log('a turn later'))
      })
      const peer = kit.rawClient(server.address().port)
      peer.socket.write(frameFor('server', { opcode: 1, payload: 'early' }))
      await once(server, 'connection')
      await received
      await tick()
    },
  },
  {
    name: 'server: the state and the socket in the listener of connection',
    run: async (kit) => {
      const server = await kit.server()
      server.on('connection', (socket: any, request: any) =>
        kit.log(
          socket.readyState,
          socket._socket === request.socket,
          socket.url,
          socket.protocol,
          socket.extensions,
          socket.isPaused,
          socket.binaryType,
          socket.bufferedAmount,
        ),
      )
      kit.rawClient(server.address().port)
      await once(server, 'connection')
    },
  },
]

export const events: readonly Scenario[] = [...toScenarios(target), ...toScenarios(flow), ...toScenarios(forms), ...order]
