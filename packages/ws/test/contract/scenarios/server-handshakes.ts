/** Which requests a server takes, what it answers, and its hooks. */
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Duplex, PassThrough } from 'node:stream'
import { describeHead, portOf, turns } from '../kit.ts'
import type { Kit, Peer, Scenario } from '../kit.ts'

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
const VERSION = 'Sec-WebSocket-Version: 13'
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket']
const HOST = 'Host: localhost'
const GET = 'GET /chat?a=b HTTP/1.1'
const good = [GET, HOST, ...UPGRADE, KEY, VERSION]
const without = (...gone: readonly string[]): string[] => good.filter((line) => !gone.some((start) => line.startsWith(start)))

interface Row {
  readonly name: string
  readonly request: readonly string[]
  readonly options?: object
  readonly differs?: string
}

const protocols = (value: string): string[] => [...good, `Sec-WebSocket-Protocol: ${value}`]
const offers = (value: string): string[] => [...good, `Sec-WebSocket-Extensions: ${value}`]

/** Requests that are the same for both under the default rules. */
const requests: readonly Row[] = [
  { name: 'an ordinary one', request: good },
  { name: 'Upgrade in another case', request: [...without('Upgrade'), 'Upgrade: WebSocket'] },
  { name: 'Connection: keep-alive, Upgrade', request: [...without('Connection'), 'Connection: keep-alive, Upgrade'] },
  { name: 'Connection: upgrade', request: [...without('Connection'), 'Connection: upgrade'] },
  { name: 'the method POST', request: ['POST /chat HTTP/1.1', ...good.slice(1)], differs: 'allow-field' },
  { name: 'the method HEAD', request: ['HEAD /chat HTTP/1.1', ...good.slice(1)], differs: 'allow-field' },
  { name: 'Upgrade: h2c', request: [...without('Upgrade'), 'Upgrade: h2c'] },
  { name: 'Upgrade: websocketx', request: [...without('Upgrade'), 'Upgrade: websocketx'] },
  { name: 'no Sec-WebSocket-Key', request: without('Sec-WebSocket-Key') },
  { name: 'an empty key', request: [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: '] },
  { name: 'a short key', request: [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: P5l8BJcZwRc='] },
  { name: 'a key that is no base64', request: [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!=='] },
  { name: 'no version', request: without('Sec-WebSocket-Version') },
  ...['12', '7', '0', 'x', '13, 8', '-13'].map((version) => ({
    name: `the version ${version}`,
    request: [...without('Sec-WebSocket-Version'), `Sec-WebSocket-Version: ${version}`],
  })),
  { name: 'a subprotocol', request: protocols('chat') },
  { name: 'subprotocols: the first is taken', request: protocols('a, b') },
  { name: 'subprotocols without spaces', request: protocols('a,b') },
  ...['a,a', 'a,', ',a', '', 'a b', 'a@b', 'a,,b', '"a"'].map((value) => ({
    name: `the subprotocols ${JSON.stringify(value)}`,
    request: protocols(value),
    ...(value === 'a,' || value === ',a' || value === 'a,,b' ? { differs: 'empty-list-elements' } : {}),
  })),
  { name: 'an offer without the option', request: offers('permessage-deflate') },
  { name: 'an unknown extension', request: offers('x-own; a=b'), options: { perMessageDeflate: true } },
  { name: 'the path matches', request: good, options: { path: '/chat' } },
  { name: 'the path does not match', request: good, options: { path: '/other' } },
  { name: 'the path has a slash more', request: ['GET /chat/ HTTP/1.1', ...good.slice(1)], options: { path: '/chat' } },
  { name: 'an origin', request: [...good, 'Origin: https://a.example'] },
  { name: 'the origin null', request: [...good, 'Origin: null'] },
]

/** Requests that hawser refuses and `ws` takes; under `handshake: 'ws'` there is no difference. */
const lenient: readonly Row[] = [
  { name: 'the version 8', request: [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8'], differs: 'version-8' },
  { name: 'the version 013', request: [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 013'], differs: 'version-text' },
  { name: 'the version 13.0', request: [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 13.0'], differs: 'version-text' },
  { name: 'an Origin that is no origin', request: [...good, 'Origin: not an origin'], differs: 'origin-syntax' },
  { name: 'two lines of Origin', request: [...good, 'Origin: https://a.example', 'Origin: https://b.example'], differs: 'repeated-fields' },
  { name: 'a Host that is no host', request: [GET, 'Host: a b', ...UPGRADE, KEY, VERSION], differs: 'host-syntax' },
  { name: 'an extension list that is no list', request: offers('permessage-deflate;;'), differs: 'extension-syntax' },
  { name: 'HTTP/2.0 in the request line', request: ['GET /chat HTTP/2.0', ...good.slice(1)] },
  { name: 'HTTP/1.0', request: ['GET /chat HTTP/1.0', ...good.slice(1)], differs: 'http-version' },
  { name: 'no Host with HTTP/1.0', request: ['GET /chat HTTP/1.0', ...good.slice(2)], differs: 'http-version' },
  { name: 'a request with content', request: [...good, 'Content-Length: 3'], differs: 'request-content' },
]

function toScenario({ name, request, options, differs }: Row, mode: string): Scenario {
  return {
    name: `${mode}${name}`,
    ...(differs === undefined ? {} : { differs }),
    run: async (kit) => {
      const server = await kit.server(options)
      server.on('connection', (socket: any, { url, headers }: any) => kit.log('connection', socket.protocol, socket.extensions, url, headers.origin))
      server.on('wsClientError', () => kit.log('not reached'))
      server.removeAllListeners('wsClientError')
      await answer(kit, kit.rawClient(server.address().port, [], request))
    },
  }
}

async function answer(kit: Kit, peer: Peer): Promise<void> {
  await peer.readHead()
  kit.log(...describeHead(peer.head))
  if (peer.head.startsWith('HTTP/1.1 101')) return
  await peer.untilEnded()
  kit.log('content', peer.received.toString())
}

const errors: Scenario[] = requests
  .filter(({ name, differs }) => differs === undefined && !name.startsWith('a'))
  .map(({ name, request, options }) => ({
    name: `wsClientError for ${name}`,
    run: async (kit) => {
      const server = await kit.server(options)
      server.on('connection', () => kit.log('connection'))
      server.on('wsClientError', (error: Error, socket: any, { url }: any) => {
        kit.log('wsClientError', error, url)
        socket.end('HTTP/1.1 418 Mine\r\n\r\n')
      })
      await answer(kit, kit.rawClient(server.address().port, [], request))
    },
  }))

interface HookRow {
  readonly name: string
  readonly options: (kit: Kit) => object
  readonly request?: readonly string[]
  readonly prepare?: (server: any, kit: Kit) => void
  readonly differs?: string
}

const hooks: readonly HookRow[] = [
  {
    name: 'verifyClient that is true',
    options: (kit) => ({
      verifyClient: (info: any) => {
        kit.log(info.origin, info.secure, info.req.url, Object.keys(info).sort())
        return true
      },
    }),
  },
  { name: 'verifyClient that is false', options: () => ({ verifyClient: () => false }) },
  {
    name: 'verifyClient with an origin',
    request: [...good, 'Origin: https://a.example'],
    options: (kit) => ({
      verifyClient: ({ origin }: any) => {
        kit.log(origin)
        return origin === 'https://a.example'
      },
    }),
  },
  { name: 'verifyClient that throws', options: () => ({ verifyClient: (_info: unknown, callback: (ok: boolean) => void) => callback(true) }) },
  {
    name: 'verifyClient later: true',
    options: () => ({ verifyClient: (_info: unknown, callback: (ok: boolean) => void) => void setImmediate(callback, true) }),
  },
  {
    name: 'verifyClient later: false',
    options: () => ({ verifyClient: (_info: unknown, callback: (ok: boolean) => void) => void setImmediate(callback, false) }),
  },
  {
    name: 'verifyClient later: 403',
    options: () => ({ verifyClient: (_info: unknown, callback: (...values: unknown[]) => void) => callback(false, 403) }),
  },
  {
    name: 'verifyClient later: 403 with a text',
    options: () => ({ verifyClient: (_info: unknown, callback: (...values: unknown[]) => void) => callback(false, 403, 'go away') }),
  },
  {
    name: 'verifyClient later: 429 with fields',
    options: () => ({
      verifyClient: (_info: unknown, callback: (...values: unknown[]) => void) => callback(false, 429, '', { 'Retry-After': 120, 'X-Own': 'a' }),
    }),
  },
  {
    name: 'verifyClient later: fields replace',
    options: () => ({
      verifyClient: (_info: unknown, callback: (...values: unknown[]) => void) =>
        callback(false, 401, 'x', { 'Content-Type': 'text/plain', 'WWW-Authenticate': 'Basic' }),
    }),
  },
  {
    name: 'handleProtocols chooses',
    request: protocols('a, b'),
    options: (kit) => ({
      handleProtocols: (set: Set<string>, { url }: any) => {
        kit.log([...set], set instanceof Set, url)
        return 'b'
      },
    }),
  },
  { name: 'handleProtocols declines', request: protocols('a, b'), options: () => ({ handleProtocols: () => false }) },
  { name: 'handleProtocols without an answer', request: protocols('a, b'), options: () => ({ handleProtocols: () => undefined }) },
  { name: 'handleProtocols chooses another', request: protocols('a, b'), options: () => ({ handleProtocols: () => 'c' }) },
  { name: 'handleProtocols is not called without an offer', options: (kit) => ({ handleProtocols: () => kit.log('called') }) },
  {
    name: 'handleProtocols assigned later',
    request: protocols('a, b'),
    options: () => ({}),
    prepare: (server) => {
      server.options.handleProtocols = () => 'b'
    },
  },
  {
    name: 'the event headers',
    options: () => ({}),
    prepare: (server, kit) =>
      server.on('headers', (lines: string[], { url }: any) => {
        kit.log(...lines, url)
        lines.push('Set-Cookie: a=b', 'X-Own: 1')
      }),
  },
  {
    name: 'the event headers takes a line away',
    request: protocols('a'),
    options: () => ({}),
    prepare: (server) => server.on('headers', (lines: string[]) => void lines.pop()),
  },
  {
    name: 'a path assigned later',
    options: () => ({}),
    prepare: (server) => {
      server.options.path = '/other'
    },
  },
  {
    name: 'shouldHandle overridden',
    options: () => ({}),
    prepare: (server) => {
      server.shouldHandle = () => false
    },
  },
  {
    name: 'maxPayload assigned later',
    options: () => ({}),
    prepare: (server) => {
      server.options.maxPayload = 10
    },
  },
  {
    name: 'the option WebSocket',
    options: (kit) => ({ WebSocket: class Mine extends kit.ws.WebSocket {} }),
    prepare: (server, kit) => server.on('connection', (socket: any) => kit.log(socket.constructor.name, socket instanceof kit.ws.WebSocket)),
  },
  {
    name: 'the order of headers and connection',
    options: () => ({}),
    prepare: (server, kit) => {
      server.on('headers', () => kit.log('headers'))
      server.on('connection', () => kit.log('connection'))
    },
  },
  { name: 'clientTracking: false', options: () => ({ clientTracking: false }), prepare: (server, kit) => kit.log(server.clients) },
  {
    name: 'the client is in clients at the event',
    options: () => ({}),
    prepare: (server, kit) => server.on('connection', (socket: unknown) => kit.log(server.clients.has(socket), server.clients.size)),
  },
]

const hookScenarios: Scenario[] = hooks.map(({ name, options, request = good, prepare, differs }) => ({
  name,
  ...(differs === undefined ? {} : { differs }),
  run: async (kit) => {
    const server = await kit.server(options(kit))
    prepare?.(server, kit)
    server.on('connection', (socket: any) => kit.log('connection', socket.protocol))
    await answer(kit, kit.rawClient(server.address().port, [], request))
    kit.log('done')
  },
}))

const upgrades: Scenario[] = [
  {
    name: 'noServer: handleUpgrade of an http server',
    run: async (kit) => {
      const http = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      http.on('upgrade', (request, socket, head) => {
        kit.log(wss.shouldHandle(request))
        wss.handleUpgrade(request, socket, head, (opened: any, same: unknown) => {
          kit.log('opened', opened.readyState, same === request, wss.clients.size)
          wss.emit('connection', opened, request)
        })
        kit.log('returned')
      })
      wss.on('connection', (socket: any) => kit.watch(socket, 'message'))
      const peer = kit.rawClient(portOf(http))
      await peer.readHead()
      peer.send({ opcode: 1, payload: 'a' })
      const [socket] = [...wss.clients]
      await once(socket, 'message')
    },
  },
  {
    name: 'handleUpgrade twice with one socket throws',
    run: async (kit) => {
      const http = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      const done = new Promise<void>((resolve) => {
        http.on('upgrade', (request, socket, head) => {
          wss.handleUpgrade(request, socket, head, () => kit.log('first'))
          kit.attempt('again', () => wss.handleUpgrade(request, socket, head, () => kit.log('second')))
          resolve()
        })
      })
      kit.rawClient(portOf(http))
      await done
    },
  },
  {
    name: 'completeUpgrade of a subclass',
    run: async (kit) => {
      const Base = kit.ws.WebSocketServer as new (...given: unknown[]) => any
      class Mine extends Base {
        completeUpgrade(
          extensions: unknown,
          key: string,
          subprotocols: Set<string>,
          request: any,
          socket: unknown,
          head: Buffer,
          callback: unknown,
        ): void {
          kit.log(key, [...subprotocols], request.url, head.length)
          super.completeUpgrade(extensions, key, new Set(['other']), request, socket, head, callback)
        }
      }
      const http = await kit.httpServer()
      const wss: any = new Mine({ server: http })
      wss.on('connection', (socket: any) => kit.log(socket.protocol))
      const peer = kit.rawClient(portOf(http), ['Sec-WebSocket-Protocol: a'])
      await answer(kit, peer)
    },
  },
  {
    name: 'completeUpgrade of a subclass adds to the subprotocols of one request only',
    run: async (kit) => {
      const Base = kit.ws.WebSocketServer as new (...given: unknown[]) => any
      class Mine extends Base {
        completeUpgrade(extensions: unknown, key: string, subprotocols: Set<string>, ...rest: unknown[]): void {
          kit.log(subprotocols.size)
          subprotocols.add('added')
          super.completeUpgrade(extensions, key, subprotocols, ...rest)
        }
      }
      const http = await kit.httpServer()
      const wss: any = new Mine({ server: http })
      wss.on('connection', (socket: any) => kit.log(socket.protocol))
      for (let i = 0; i < 2; i++) await answer(kit, kit.rawClient(portOf(http)))
    },
  },
  {
    name: 'a request that the application made, as injectWS does',
    run: async (kit) => {
      const [toServer, toClient] = [new PassThrough(), new PassThrough()]
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      const serverStream = Duplex.from({ readable: toServer, writable: toClient })
      const clientStream = Duplex.from({ readable: toClient, writable: toServer })
      const socket = kit.watch(new kit.ws.WebSocket(null, undefined, { isServer: false }))
      const head = new Promise<void>((resolve) =>
        clientStream.once('data', (chunk: Buffer) => {
          kit.log(chunk.toString().split('\r\n')[0] as string)
          resolve()
        }),
      )
      const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': 13, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
      wss.handleUpgrade({ method: 'GET', headers, httpVersion: '1.1', url: '/' }, serverStream, Buffer.alloc(0), (opened: any) => {
        opened.on('message', (data: Buffer, isBinary: boolean) => opened.send(data, { binary: isBinary }))
      })
      await head
      socket._isServer = false
      socket.setSocket(clientStream, Buffer.alloc(0), { maxPayload: 0 })
      socket.send('through')
      await once(socket, 'message')
      socket.terminate()
    },
  },
  {
    name: 'after close, an Upgrade gets 503',
    run: async (kit) => {
      const http = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      wss.close()
      http.on('upgrade', (request, socket, head) => wss.handleUpgrade(request, socket, head, () => kit.log('opened')))
      await answer(kit, kit.rawClient(portOf(http)))
    },
  },
  {
    name: 'a socket that ended before handleUpgrade is destroyed',
    run: async (kit) => {
      const http = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      const destroyed = new Promise((resolve) => {
        http.on('upgrade', (request, socket, head) => {
          socket.end()
          wss.handleUpgrade(request, socket, head, () => kit.log('opened'))
          socket.on('close', () => resolve(socket.destroyed))
        })
      })
      kit.rawClient(portOf(http))
      kit.log(await destroyed)
    },
  },
  {
    name: 'a socket that fails while verifyClient waits',
    run: async (kit) => {
      const server = await kit.server({ verifyClient: (_info: unknown, callback: (ok: boolean) => void) => setTimeout(callback, 100, true) })
      server.on('connection', () => kit.log('connection'))
      const peer = kit.rawClient(server.address().port)
      await turns(20)
      peer.socket.resetAndDestroy()
      await new Promise((resolve) => setTimeout(resolve, 200))
      kit.log(server.clients.size)
    },
  },
]

export const serverHandshakes: readonly Scenario[] = [
  ...requests.map((row) => toScenario(row, 'the request: ')),
  ...lenient.map((row) => toScenario(row, 'the request: ')),
  ...lenient.map(({ differs: _differs, options, ...row }) =>
    toScenario({ ...row, options: { ...options, handshake: 'ws' } }, "handshake: 'ws', the request: "),
  ),
  ...errors,
  ...hookScenarios,
  ...upgrades,
]
