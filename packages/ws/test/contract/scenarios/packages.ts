/** The two module systems, the statics, and the class. */
import { once } from 'node:events'
import type { Scenario } from '../kit.ts'

export const packages: readonly Scenario[] = [
  {
    name: 'the names and kinds of what require gives',
    run: (kit) => {
      const { required } = kit.ws
      kit.log(typeof required, required.name)
      for (const name of Object.keys(required).sort()) kit.log(name, typeof required[name])
    },
  },
  {
    name: 'the names of what import gives',
    run: (kit) => {
      kit.log(
        Object.keys(kit.ws.imported)
          .filter((name) => name !== 'module.exports')
          .sort(),
      )
      kit.log(kit.ws.imported.default === kit.ws.imported.WebSocket, kit.ws.required.Server === kit.ws.required.WebSocketServer)
    },
  },
  {
    name: 'the constants on class and instance',
    run: (kit) => {
      const { WebSocket } = kit.ws
      const socket = new WebSocket(null, undefined, {})
      for (const name of ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']) kit.log(name, WebSocket[name], socket[name], WebSocket.prototype[name])
      for (const of of [WebSocket, WebSocket.prototype]) kit.log(JSON.stringify(Object.getOwnPropertyDescriptor(of, 'OPEN')))
    },
  },
  {
    name: 'a WebSocket without a connection',
    run: (kit) => {
      const socket = new kit.ws.WebSocket(null, undefined, {})
      kit.log(socket.readyState, socket.binaryType, socket.extensions, socket.protocol, socket.isPaused, socket.url, socket._socket)
    },
  },
  {
    name: 'the enumerable properties of the prototype',
    run: (kit) => {
      kit.log(Object.keys(kit.ws.WebSocket.prototype).sort())
    },
  },
  {
    name: 'a subclass of WebSocket',
    run: async (kit) => {
      const server = await kit.server()
      const Base = kit.ws.WebSocket as new (...given: unknown[]) => any
      class Mine extends Base {
        greeting = 'hello'
      }
      const socket: any = new Mine(`ws://127.0.0.1:${server.address().port}`)
      await once(socket, 'open')
      kit.log(socket.greeting, socket instanceof kit.ws.WebSocket, socket.readyState)
      socket.terminate()
    },
  },
  {
    name: 'the length and the names of methods',
    run: (kit) => {
      const { WebSocket, WebSocketServer } = kit.ws
      for (const name of ['send', 'ping', 'pong', 'close', 'terminate', 'pause', 'resume', 'addEventListener', 'removeEventListener', 'setSocket'])
        kit.log(name, typeof WebSocket.prototype[name])
      for (const name of ['address', 'close', 'handleUpgrade', 'shouldHandle', 'completeUpgrade'])
        kit.log(name, typeof WebSocketServer.prototype[name])
    },
  },
  ...(['Receiver', 'PerMessageDeflate'] as const).map(
    (name): Scenario => ({
      name: `the class ${name} is not offered`,
      differs: 'internal-classes',
      run: (kit) => kit.attempt('new', () => typeof new kit.ws.required[name]({})),
    }),
  ),
  {
    name: 'Sender has no instances',
    differs: 'internal-classes',
    run: (kit) => kit.attempt('new', () => typeof new kit.ws.required.Sender({})),
  },
  ...(['extension', 'subprotocol'] as const).map(
    (name): Scenario => ({
      name: `${name}.parse is not offered`,
      differs: 'internal-classes',
      run: (kit) => kit.attempt('parse', () => typeof kit.ws.required[name].parse('a')),
    }),
  ),
]
