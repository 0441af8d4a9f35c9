/** The request of a client, which responses it takes, redirects, and its hooks. */
import type { Buffer } from 'node:buffer'
import { once } from 'node:events'
import * as http from 'node:http'
import * as net from 'node:net'
import { closed, describeHead, switching, turns } from '../kit.ts'
import type { Kit, Peer, Scenario } from '../kit.ts'

const ignore = (): void => undefined

/** What arrives at the server, in the order of the names, since the order of fields is no difference. */
async function showRequest(kit: Kit, connect: (port: number) => any): Promise<void> {
  let arrived: (peer: Peer) => void
  const arriving = new Promise<Peer>((resolve) => {
    arrived = resolve
  })
  const port = await kit.rawServer((peer) => arrived(peer))
  const socket = connect(port)
  socket.on('error', ignore)
  const peer = await arriving
  const [line, ...fields] = describeHead(peer.head.replaceAll(String(port), 'PORT'))
  kit.log(line as string)
  kit.log(...fields.sort())
}

const offered = (fields: string): string => fields

interface RequestRow {
  readonly name: string
  readonly url?: (port: number) => string | URL
  readonly given?: readonly unknown[]
  readonly differs?: string
}

const requests: readonly RequestRow[] = [
  { name: 'without options', given: [] },
  { name: 'with a path and a query', url: (port) => `ws://127.0.0.1:${port}/a/b?c=d&e=f` },
  { name: 'with a path that has to be encoded', url: (port) => `ws://127.0.0.1:${port}/ä b?ö` },
  { name: 'of a URL object', url: (port) => new URL(`ws://127.0.0.1:${port}/x`) },
  { name: 'of http:', url: (port) => `http://127.0.0.1:${port}/x` },
  { name: 'of localhost', url: (port) => `ws://localhost:${port}/` },
  { name: 'with credentials in the URL', url: (port) => `ws://user:pass%20word@127.0.0.1:${port}/` },
  { name: 'with the option auth', given: [undefined, { auth: 'a:b' }] },
  { name: 'with a subprotocol', given: ['chat'] },
  { name: 'with subprotocols', given: [['a', 'b']] },
  { name: 'with an empty list of subprotocols', given: [[]] },
  { name: 'with options in the place of subprotocols', given: [{ headers: { 'X-Own': 'a' } }] },
  { name: 'with the option protocols', given: [{ protocols: ['a', 'b'] }] },
  { name: 'with the option protocols as a string', given: [{ protocols: 'a' }] },
  { name: 'with subprotocols and the option', given: ['x', { protocols: ['a'] }] },
  { name: 'with fields', given: [undefined, { headers: { 'X-Own': 'a', Cookie: 'b=c', Authorization: 'Bearer x' } }] },
  { name: 'with a field of several values', given: [undefined, { headers: { 'X-Own': ['a', 'b'] } }] },
  { name: 'with the field Host', given: [undefined, { headers: { Host: 'other.example' } }] },
  {
    name: 'with fields of the handshake, which are replaced',
    given: [undefined, { headers: { Upgrade: 'x', Connection: 'y', 'Sec-WebSocket-Key': 'z' } }],
  },
  { name: 'with an origin', given: [undefined, { origin: 'https://a.example' }] },
  { name: 'with the version 8', given: [undefined, { protocolVersion: 8, origin: 'https://a.example' }] },
  { name: 'without permessage-deflate', given: [undefined, { perMessageDeflate: false }] },
  { name: 'with permessage-deflate as an object', given: [undefined, { perMessageDeflate: {} }] },
  { name: 'with window bits of the server', given: [undefined, { perMessageDeflate: { serverMaxWindowBits: 10 } }] },
  { name: 'with window bits of both', given: [undefined, { perMessageDeflate: { serverMaxWindowBits: 10, clientMaxWindowBits: 11 } }] },
  { name: 'without context takeover', given: [undefined, { perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true } }] },
  { name: 'with followRedirects', given: [undefined, { followRedirects: true, headers: { 'X-Own': 'a' } }] },
  {
    name: 'with options of the place, which the URL decides',
    given: [undefined, { host: 'other.example', port: 1, path: '/other', method: 'POST', hostname: 'x', socketPath: '/x', protocol: 'x:' }],
  },
]

const atRoot = (port: number): string => `ws://127.0.0.1:${port}`

const requestScenarios: Scenario[] = requests.map(({ name, url = atRoot, given = [], differs }) => ({
  name: `the request ${name}`,
  ...(differs === undefined ? {} : { differs }),
  run: (kit) => showRequest(kit, (port) => kit.client(url(port), ...given)),
}))

const wrong: readonly (readonly [name: string, given: readonly unknown[]])[] = [
  ['a URL that cannot be parsed', ['foo']],
  ['an empty URL', ['']],
  ['another scheme', ['ftp://a.example']],
  ['a fragment', ['ws://a.example/#x']],
  ['ws+unix: without a path', ['ws+unix:']],
  ['a subprotocol twice', ['ws://a.example', ['a', 'a']]],
  ['a subprotocol that is no token', ['ws://a.example', 'a b']],
  ['an empty subprotocol', ['ws://a.example', '']],
  ['a subprotocol that is a number', ['ws://a.example', 7]],
  ['null as subprotocols', ['ws://a.example', null]],
  ['the version 14', ['ws://a.example', undefined, { protocolVersion: 14 }]],
  ['a field that has no value', ['ws://127.0.0.1:1', undefined, { headers: { 'X Own': 'a' } }]],
  ['undefined', [undefined]],
]

const wrongScenarios: Scenario[] = wrong.map(([name, given]) => ({
  name: `${name} throws`,
  run: (kit) =>
    kit.attempt('new', () => {
      const socket = new kit.ws.WebSocket(...given)
      socket.on('error', ignore)
      socket.terminate()
      return 'made'
    }),
}))

interface ResponseRow {
  readonly name: string
  readonly response: (request: string) => string
  readonly given?: readonly unknown[]
  readonly differs?: string
}

const plain = (status: string, fields: readonly string[] = [], content = ''): string =>
  `HTTP/1.1 ${[status, `Content-Length: ${content.length}`, ...fields].join('\r\n')}\r\n\r\n${content}`

const responses: readonly ResponseRow[] = [
  { name: 'an ordinary 101', response: (request) => switching(request) },
  { name: 'with other fields', response: (request) => switching(request, ['Server: x', 'Set-Cookie: a=b', 'Set-Cookie: c=d']) },
  { name: 'with Upgrade in another case', response: (request) => switching(request).replace('Upgrade: websocket', 'Upgrade: WebSocket') },
  { name: 'with the wrong Accept', response: (request) => switching(request, [], { accept: 'x' }) },
  { name: 'without Accept', response: (request) => switching(request).replace(/Sec-WebSocket-Accept.*\r\n/, '') },
  { name: 'with Upgrade: foo', response: (request) => switching(request).replace('Upgrade: websocket', 'Upgrade: foo') },
  { name: 'with two Accept fields', response: (request) => switching(request, ['Sec-WebSocket-Accept: x']) },
  { name: 'with a subprotocol that was offered', response: (request) => switching(request, ['Sec-WebSocket-Protocol: b']), given: [['a', 'b']] },
  { name: 'with a subprotocol that was not offered', response: (request) => switching(request, ['Sec-WebSocket-Protocol: c']), given: [['a', 'b']] },
  { name: 'with a subprotocol when none was offered', response: (request) => switching(request, ['Sec-WebSocket-Protocol: a']) },
  { name: 'without the subprotocol', response: (request) => switching(request), given: ['a'] },
  { name: 'with two subprotocols', response: (request) => switching(request, ['Sec-WebSocket-Protocol: a, b']), given: [['a', 'b']] },
  {
    name: 'with an extension when none was offered',
    response: (request) => switching(request, ['Sec-WebSocket-Extensions: permessage-deflate']),
    given: [undefined, { perMessageDeflate: false }],
  },
  { name: 'with an extension that was not offered', response: (request) => switching(request, ['Sec-WebSocket-Extensions: foo']) },
  { name: 'with permessage-deflate', response: (request) => switching(request, [offered('Sec-WebSocket-Extensions: permessage-deflate')]) },
  {
    name: 'with parameters of permessage-deflate',
    response: (request) =>
      switching(request, ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_max_window_bits=10']),
  },
  { name: 'with an unknown parameter', response: (request) => switching(request, ['Sec-WebSocket-Extensions: permessage-deflate; foo']) },
  {
    name: 'with a parameter twice',
    response: (request) => switching(request, ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; server_max_window_bits=10']),
  },
  {
    name: 'with window bits of 7',
    response: (request) => switching(request, ['Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7']),
  },
  {
    name: 'with client_max_window_bits without a value',
    response: (request) => switching(request, ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits']),
  },
  { name: 'with extensions that cannot be parsed', response: (request) => switching(request, ['Sec-WebSocket-Extensions: foo;=']) },
  ...[
    '200 OK',
    '204 No Content',
    '301 Moved',
    '400 Bad Request',
    '401 Unauthorized',
    '403 Forbidden',
    '404 Not Found',
    '426 Upgrade Required',
    '500 Oops',
    '503 Busy',
  ].map((status) => ({
    name: `the status ${status}`,
    response: () => plain(status, ['Location: /other']),
  })),
  { name: 'no HTTP', response: () => 'SSH-2.0-x\r\n\r\n' },
]

const lenientResponses: readonly ResponseRow[] = [
  {
    name: 'with Connection: upgrade, x, and a token that is none',
    response: (request) => switching(request).replace('Connection: Upgrade', 'Connection: Upgrade, a b'),
    differs: 'response-connection',
  },
  {
    name: 'with two Upgrade fields',
    response: (request) => switching(request).replace('Upgrade: websocket', 'Upgrade: websocket\r\nUpgrade: websocket'),
  },
]

const responseScenario = ({ name, response, given = [], differs }: ResponseRow, mode: string, options?: object): Scenario => ({
  name: `${mode}a response ${name}`,
  ...(differs === undefined ? {} : { differs }),
  run: async (kit) => {
    const port = await kit.rawServer((peer) => {
      peer.socket.write(response(peer.head))
      if (!response(peer.head).startsWith('HTTP/1.1 101')) peer.socket.end()
    })
    const socket = kit.watch(
      kit.client(`ws://127.0.0.1:${port}`, given[0], { ...(given[1] as object), ...options }),
      'upgrade',
      'open',
      'error',
      'close',
    )
    socket.on('upgrade', ({ statusCode, headers, rawHeaders }: any) => kit.log(statusCode, headers.upgrade, rawHeaders.length))
    await Promise.race([new Promise((resolve) => socket.on('open', resolve)), closed(socket)])
    kit.log(socket.protocol, socket.extensions, socket.readyState)
  },
})

const redirectTo = (location: string, status = '302 Found'): string => plain(status, [`Location: ${location}`])

/** A chain of servers: the first redirects to the second. */
interface RedirectRow {
  readonly name: string
  readonly location: (first: number, second: number) => string
  readonly options?: object
  readonly prepare?: (socket: any, kit: Kit) => void
  readonly status?: string
}

const redirects: readonly RedirectRow[] = [
  { name: 'to another server', location: (_first, second) => `ws://127.0.0.1:${second}/there` },
  { name: 'to http:', location: (_first, second) => `http://127.0.0.1:${second}/there?x` },
  { name: 'to a path', location: () => '/there' },
  ...['301 Moved', '303 See Other', '307 Temporary', '308 Permanent'].map((status) => ({
    name: `with ${status}`,
    location: (_first: number, second: number) => `ws://127.0.0.1:${second}/there`,
    status,
  })),
  { name: 'that is not followed', location: (_first, second) => `ws://127.0.0.1:${second}/there`, options: { followRedirects: false } },
  { name: 'to an invalid URL', location: () => 'ws://' },
  { name: 'to another scheme', location: () => 'ftp://a.example/' },
  { name: 'to a URL with a fragment', location: (_first, second) => `ws://127.0.0.1:${second}/#x` },
  { name: 'to itself, too often', location: (first) => `ws://127.0.0.1:${first}/again`, options: { maxRedirects: 3 } },
  { name: 'with maxRedirects: 0', location: (_first, second) => `ws://127.0.0.1:${second}/there`, options: { maxRedirects: 0 } },
  {
    name: 'loses credentials at another host',
    location: (_first, second) => `ws://127.0.0.1:${second}/there`,
    options: { headers: { Authorization: 'Bearer x', Cookie: 'a=b', Host: 'mine.example', 'X-Own': 'c' } },
  },
  {
    name: 'keeps credentials at the same host',
    location: () => '/there',
    options: { headers: { Authorization: 'Bearer x', Cookie: 'a=b', 'X-Own': 'c' } },
  },
  { name: 'loses the option auth at another host', location: (_first, second) => `ws://127.0.0.1:${second}/there`, options: { auth: 'a:b' } },
  { name: 'takes the credentials of the new URL', location: (_first, second) => `ws://c:d@127.0.0.1:${second}/there` },
  {
    name: 'with a listener for redirect keeps credentials',
    location: (_first, second) => `ws://127.0.0.1:${second}/there`,
    options: { headers: { Authorization: 'Bearer x' } },
    prepare: (socket, kit) =>
      socket.on('redirect', (url: string, request: any) =>
        kit.log('redirect', socket._redirects, url.replace(/:\d+/, ':PORT'), request.constructor.name),
      ),
  },
  {
    name: 'with a listener for redirect that changes the request',
    location: (_first, second) => `ws://127.0.0.1:${second}/there`,
    prepare: (socket) => socket.on('redirect', (_url: string, request: any) => request.setHeader('X-Own', 'later')),
  },
  {
    name: 'with a listener for redirect that closes',
    location: (_first, second) => `ws://127.0.0.1:${second}/there`,
    prepare: (socket) => socket.on('redirect', () => socket.close()),
  },
]

const redirectScenarios: Scenario[] = redirects.map(({ name, location, options, prepare, status }) => ({
  name: `a redirect ${name}`,
  run: async (kit) => {
    let first = 0
    const seen = (peer: Peer): void => {
      const [line, ...fields] = describeHead(peer.head.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'))
      kit.log(line as string, ...fields.filter((field) => /^(host|authorization|cookie|x-own|origin)/i.test(field)).sort())
    }
    const second = await kit.rawServer((peer) => {
      seen(peer)
      peer.socket.write(switching(peer.head))
    })
    first = await kit.rawServer((peer) => {
      seen(peer)
      peer.socket.end(peer.head.startsWith('GET /there') ? switching(peer.head) : redirectTo(location(first, second), status))
    })
    const socket = kit.watch(kit.client(`ws://127.0.0.1:${first}/here`, undefined, { followRedirects: true, ...options }), 'open', 'error', 'close')
    prepare?.(socket, kit)
    await Promise.race([once(socket, 'open').catch(ignore), new Promise((resolve) => socket.on('close', resolve))])
    kit.log(socket.url.replace(/:\d+/, ':PORT').replace(/:\d+/, ':PORT'), socket.readyState)
  },
}))

const hooks: readonly Scenario[] = [
  {
    name: 'finishRequest changes the request and ends it',
    run: (kit) =>
      showRequest(kit, (port) =>
        kit.client(`ws://127.0.0.1:${port}`, undefined, {
          finishRequest: (request: http.ClientRequest, socket: any) => {
            kit.log(request.getHeader('upgrade'), socket.readyState)
            request.setHeader('X-Own', 'a')
            request.end()
          },
        }),
      ),
  },
  {
    name: 'createConnection gives the socket',
    run: (kit) =>
      showRequest(kit, (port) =>
        kit.client('ws://a.example:7/x', undefined, {
          createConnection: (options: any) => {
            kit.log(options.host, options.port)
            return net.connect(port, '127.0.0.1')
          },
        }),
      ),
  },
  {
    name: 'agent gives the socket',
    run: (kit) =>
      showRequest(kit, (port) => {
        const agent: any = new http.Agent()
        agent.createConnection = (options: any) => {
          kit.log(options.host, options.port)
          return net.connect(port, '127.0.0.1')
        }
        return kit.client('ws://a.example:7/x', undefined, { agent })
      }),
  },
  {
    name: 'lookup is used',
    run: (kit) =>
      showRequest(kit, (port) =>
        kit.client(`ws://name.example:${port}/x`, undefined, {
          lookup: (host: string, options: any, callback: any) => {
            kit.log(host)
            if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
            else callback(null, '127.0.0.1', 4)
          },
        }),
      ),
  },
  {
    name: 'handshakeTimeout',
    run: async (kit) => {
      const port = await kit.rawServer(ignore)
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`, undefined, { handshakeTimeout: 100 }))
      await closed(socket)
    },
  },
  {
    name: 'handshakeTimeout does not end an open connection',
    run: async (kit) => {
      const server = await kit.server()
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${server.address().port}`, undefined, { handshakeTimeout: 150 }))
      await once(socket, 'open')
      await new Promise((resolve) => setTimeout(resolve, 300))
      kit.log(socket.readyState)
    },
  },
  {
    name: 'nobody listens at the address',
    run: async (kit) => {
      const socket = kit.watch(kit.client('ws://127.0.0.1:1'))
      await new Promise((resolve) => socket.on('close', resolve))
    },
  },
  {
    name: 'the server ends the connection before a response',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => peer.socket.destroy())
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`))
      await new Promise((resolve) => socket.on('close', resolve))
    },
  },
  {
    name: 'unexpected-response with a body that can be read',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => peer.socket.end(plain('401 Unauthorized', ['X-Own: a'], 'x'.repeat(200_000))))
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`), 'open', 'error', 'close')
      const [request, response] = await new Promise<[any, any]>((resolve) =>
        socket.on('unexpected-response', (...given: [any, any]) => resolve(given)),
      )
      let length = 0
      for await (const chunk of response) length += (chunk as Buffer).length
      kit.log(request.constructor.name, response.statusCode, response.headers['x-own'], length, socket.readyState)
      socket.terminate()
      await new Promise((resolve) => socket.on('close', resolve))
    },
  },
  {
    name: 'unexpected-response, and the request is destroyed with an error',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => peer.socket.write('HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\n'))
      const socket = kit.watch(kit.client(`ws://127.0.0.1:${port}`), 'error', 'close')
      socket.on('unexpected-response', (request: any) => request.destroy(new Error('mine')))
      await new Promise((resolve) => socket.on('close', resolve))
    },
  },
  {
    name: 'upgrade comes before open, with the raw response',
    run: async (kit) => {
      const port = await kit.rawServer((peer) => peer.socket.write(switching(peer.head, ['X-Own: a'])))
      const socket = kit.client(`ws://127.0.0.1:${port}`)
      socket.on('upgrade', (response: any) =>
        kit.log('upgrade', response.headers['x-own'], response.statusCode, response.httpVersion, socket.readyState),
      )
      socket.on('open', () => kit.log('open'))
      await once(socket, 'open')
      await turns(2)
    },
  },
  {
    name: 'a listener of headers of the server sends them to upgrade',
    run: async (kit) => {
      const server = await kit.server()
      server.on('headers', (lines: string[]) => lines.push('X-Own: b'))
      const socket = kit.client(`ws://127.0.0.1:${server.address().port}`)
      const [response] = await once(socket, 'upgrade')
      kit.log((response as any).headers['x-own'])
    },
  },
  {
    name: 'both ends of one implementation',
    run: async (kit) => {
      const server = await kit.server({ handleProtocols: (set: Set<string>) => [...set].at(-1) })
      server.on('connection', (socket: any) => socket.on('message', (data: Buffer, isBinary: boolean) => socket.send(data, { binary: isBinary })))
      const socket = kit.client(`ws://127.0.0.1:${server.address().port}/x`, ['a', 'b'])
      kit.watch(socket, 'message', 'close')
      await once(socket, 'open')
      kit.log(socket.protocol, [...server.clients][0].protocol)
      socket.send('text')
      socket.send(new Uint8Array([1, 2, 3]))
      await once(socket, 'message')
      if (socket.listenerCount('message') > 0) await turns(20)
      socket.close(4000, 'done')
      await closed(socket)
    },
  },
]

export const clientHandshakes: readonly Scenario[] = [
  ...requestScenarios,
  ...wrongScenarios,
  ...responses.map((row) => responseScenario(row, '')),
  ...lenientResponses.map((row) => responseScenario(row, '')),
  ...lenientResponses.map(({ differs: _differs, ...row }) => responseScenario(row, "handshake: 'ws', ", { handshake: 'ws' })),
  ...redirectScenarios,
  ...hooks,
]
