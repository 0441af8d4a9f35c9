import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, HandshakeError, json, text } from '../../src/index.ts'
import { citeRule } from '../../src/core/errors.ts'
import type { Extension } from '../../src/core/protocol/extension.ts'
import type { NodeConnectOptions } from '../../src/runtime/node/connect-options.ts'
import { fieldOf, frame, rawServer, switchingProtocols, unmask, withServer, writeByteByByte } from '../runtime/node/raw-server.ts'

/** The request head that `connect` sends to `url`, where HOST stands for the server's `host:port`. */
async function requestFor(url: string, options: NodeConnectOptions<readonly string[], 'accept'> = {}): Promise<{ head: string; authority: string }> {
  return withServer(
    async ({ head, socket }) => {
      socket.write(switchingProtocols(await head()))
    },
    async (server) => {
      const authority = `127.0.0.1:${server.port}`
      const socket = await connect(url.replace('HOST', authority), { noSubprotocol: 'accept', ...options })
      socket.terminate()
      return { head: await (server.connections[0] as NonNullable<(typeof server.connections)[0]>).head(), authority }
    },
  )
}

/** The same through `createConnection`, so that the URL's host and port can be anything. */
async function requestTo(url: string, options: NodeConnectOptions<readonly string[], 'accept'> = {}): Promise<string> {
  const net = await import('node:net')
  return withServer(
    async ({ head, socket }) => {
      socket.write(switchingProtocols(await head()))
    },
    async (server) => {
      const socket = await connect(url, {
        noSubprotocol: 'accept',
        ...options,
        createConnection: () => net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }),
      })
      socket.terminate()
      return (server.connections[0] as NonNullable<(typeof server.connections)[0]>).head()
    },
  )
}

async function failure(answer: (head: string) => string, options: NodeConnectOptions<any, any> = {}, bytewise = false): Promise<HandshakeError> {
  return withServer(
    async ({ head, socket }) => {
      const bytes = answer(await head())
      if (bytewise) await writeByteByByte(socket, bytes)
      else socket.write(Buffer.from(bytes, 'latin1'))
    },
    async (server) => {
      try {
        await connect(server.url, options)
      } catch (error) {
        assert.ok(error instanceof HandshakeError, String(error))
        return error
      }
      throw new Error('the connection opened')
    },
  )
}

const firstLine = (head: string) => head.split('\r\n')[0]

test('a path goes into the request target, the host into Host [C1.1]', async () => {
  const head = await requestTo('ws://h/chat')
  assert.equal(firstLine(head), 'GET /chat HTTP/1.1')
  assert.deepEqual(fieldOf(head, 'Host'), ['h'])
})

test('without a path the target is / [C1.2]', async () => {
  assert.equal(firstLine(await requestTo('ws://h')), 'GET / HTTP/1.1')
})

test('a query without a path follows / [C1.3]', async () => {
  assert.equal(firstLine(await requestTo('ws://h?x=1')), 'GET /?x=1 HTTP/1.1')
})

test('the default port is not in Host [C1.4]', async () => {
  assert.deepEqual(fieldOf(await requestTo('ws://h:80/'), 'Host'), ['h'])
})

test('another port is in Host [C1.5]', async () => {
  assert.deepEqual(fieldOf(await requestTo('ws://h:8080/'), 'Host'), ['h:8080'])
  assert.deepEqual(fieldOf(await requestTo('ws://h:443/'), 'Host'), ['h:443'])
})

test('an IPv6 address keeps its brackets in Host [C1.6]', async () => {
  assert.deepEqual(fieldOf(await requestTo('ws://[::1]:8080/'), 'Host'), ['[::1]:8080'])
})

test('a percent-encoded number sign is sent as it is [C1.12]', async () => {
  assert.equal(firstLine(await requestTo('ws://h/a%23b')), 'GET /a%23b HTTP/1.1')
})

test('a space becomes %20, and other characters are encoded as in the URL standard [C1.13]', async () => {
  assert.equal(firstLine(await requestTo('ws://h/a b?ü="')), 'GET /a%20b?%C3%BC=%22 HTTP/1.1')
})

test('userinfo is neither in Host nor in the target; it is sent as Basic credentials unless the caller gives others [C1.14]', async () => {
  const head = await requestTo('ws://user:p%40ss@h/x')
  assert.equal(firstLine(head), 'GET /x HTTP/1.1')
  assert.deepEqual(fieldOf(head, 'Host'), ['h'])
  assert.deepEqual(fieldOf(head, 'Authorization'), [`Basic ${btoa('user:p@ss')}`])
  assert.deepEqual(fieldOf(await requestTo('ws://user:pass@h/x', { headers: { authorization: 'Bearer t' } }), 'Authorization'), ['Bearer t'])
})

test('an international host name is punycode in Host [C1.15]', async () => {
  assert.deepEqual(fieldOf(await requestTo('ws://bücher.example/'), 'Host'), ['xn--bcher-kva.example'])
})

test('the request line is GET, one space, the target, one space, HTTP/1.1 [RC7, C2.1]', async () => {
  const { head } = await requestFor('ws://HOST/a?b')
  assert.match(head, /^GET \/a\?b HTTP\/1\.1\r\n(?:[!-~]+: [^\r\n]+\r\n)+\r\n$/)
})

test('the request target is the resource name in origin-form [RC8]', async () => {
  assert.equal(firstLine((await requestFor('http://HOST/a;p=1/../b?c#'.slice(0, -1))).head), 'GET /b?c HTTP/1.1')
})

test('the request has Host, Upgrade, Connection and Sec-WebSocket-Version 13 once each [RC9, RC10, RC13, C2.2]', async () => {
  const { head, authority } = await requestFor('ws://HOST/')
  assert.deepEqual(fieldOf(head, 'Host'), [authority])
  assert.deepEqual(fieldOf(head, 'Upgrade'), ['websocket'])
  assert.deepEqual(fieldOf(head, 'Connection'), ['Upgrade'])
  assert.deepEqual(fieldOf(head, 'Sec-WebSocket-Version'), ['13'])
})

test('the request has one key: 24 characters, canonical base64 of 16 bytes [RC11, C2.3]', async () => {
  const [key, ...more] = fieldOf((await requestFor('ws://HOST/')).head, 'Sec-WebSocket-Key')
  assert.deepEqual(more, [])
  assert.match(key ?? '', /^[A-Za-z0-9+/]{22}==$/)
  assert.equal(Buffer.from(key ?? '', 'base64').toString('base64'), key)
  assert.equal(Buffer.from(key ?? '', 'base64').length, 16)
})

test('two connections have different keys [RC11]', async () => {
  const keys = await Promise.all([requestFor('ws://HOST/'), requestFor('ws://HOST/')])
  assert.notDeepEqual(fieldOf(keys[0].head, 'Sec-WebSocket-Key'), fieldOf(keys[1].head, 'Sec-WebSocket-Key'))
})

test('ten thousand keys are all different, and their bytes are evenly distributed [RFC 6455 §4.1, C2.4]', async () => {
  const { generateKey } = await import('../../src/core/handshake/accept-key.ts')
  const { nodePlatform } = await import('../../src/runtime/node/platform.ts')
  const keys = Array.from({ length: 10_000 }, () => generateKey(nodePlatform.random))
  assert.equal(new Set(keys).size, keys.length)
  const counts = new Array<number>(256).fill(0)
  for (const key of keys) for (const byte of Buffer.from(key, 'base64')) counts[byte] = (counts[byte] ?? 0) + 1
  const expected = (keys.length * 16) / 256
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  // 255 degrees of freedom: mean 255, standard deviation 22.6; outside of eight deviations is no chance.
  assert.ok(chiSquare > 255 - 181 && chiSquare < 255 + 181, `chi-square ${chiSquare}`)
})

test('Origin is sent once when the caller gives one, and not otherwise [RC12, C2.9]', async () => {
  assert.deepEqual(fieldOf((await requestFor('ws://HOST/', { origin: 'https://app.example' })).head, 'Origin'), ['https://app.example'])
  assert.deepEqual(fieldOf((await requestFor('ws://HOST/')).head, 'Origin'), [])
})

test('subprotocols are in one field, in the order of preference [RC14, C2.5]', async () => {
  assert.deepEqual(fieldOf((await requestFor('ws://HOST/', { subprotocols: ['b', 'a'] })).head, 'Sec-WebSocket-Protocol'), ['b, a'])
})

test('extensions are offered as they are given, and none by default [C2.6]', async () => {
  assert.deepEqual(fieldOf((await requestFor('ws://HOST/')).head, 'Sec-WebSocket-Extensions'), [])
  const { head } = await requestFor('ws://HOST/', { extensions: [extension('x-first', 0), extension('x-second', 0x40)] })
  assert.deepEqual(fieldOf(head, 'Sec-WebSocket-Extensions'), ['x-first; size=8, x-first, x-second; size=8, x-second'])
})

test('the request has no content, no Content-Length and no Transfer-Encoding [C2.8]', async () => {
  const { head } = await requestFor('ws://HOST/')
  assert.deepEqual([fieldOf(head, 'Content-Length'), fieldOf(head, 'Transfer-Encoding')], [[], []])
})

test('the authority option replaces only Host', async () => {
  const { head } = await requestFor('ws://HOST/', { authority: 'virtual.example:99' })
  assert.deepEqual(fieldOf(head, 'Host'), ['virtual.example:99'])
})

test('no byte follows the request before the 101, and messages of the open handler are sent right after it [RC16, C2.7, H13]', async () => {
  let before = ''
  await withServer(
    async (connection) => {
      const head = await connection.head()
      // A whole other opening handshake in this process is time enough for anything that was going to be sent.
      await requestFor('ws://HOST/')
      before = connection.received()
      assert.equal(before, head)
      connection.socket.write(switchingProtocols(head))
      assert.deepEqual(
        unmask(await connection.afterHead(8)).map(({ payload }) => payload.toString()),
        ['hi'],
      )
      connection.socket.write(frame(8))
      connection.socket.end()
    },
    async (server) => {
      const socket = await connect(server.url, { open: (opened) => void opened.send('hi') })
      await socket.closed
    },
  )
  assert.match(before, /\r\n\r\n$/)
})

const rows: [name: string, fields: Record<string, string | string[] | undefined>, stage: string, rule: string][] = [
  ['RC18 Upgrade missing fails', { Upgrade: undefined }, 'response', 'RC18'],
  ['RC18 Upgrade other than websocket fails', { Upgrade: 'h2c' }, 'response', 'RC18'],
  ['RC19 Connection missing fails', { Connection: undefined }, 'response', 'RC19'],
  ['RC19 Connection without the token Upgrade fails', { Connection: 'keep-alive, upgraded' }, 'response', 'RC19'],
  ['RC20 AsyncHttpClient#2211 Sec-WebSocket-Accept missing never opens', { 'Sec-WebSocket-Accept': undefined }, 'accept', 'RC20'],
  [
    'RC20 AsyncHttpClient#2211 Sec-WebSocket-Accept of another key never opens',
    { 'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
    'accept',
    'RC20',
  ],
  ['RC21 an extension that was not offered fails', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, 'extensions', 'RC21'],
  ['RC21 an extension field off its grammar fails', { 'Sec-WebSocket-Extensions': 'a;;b' }, 'extensions', 'RC21'],
  ['RC21 an extension named like a property of objects fails', { 'Sec-WebSocket-Extensions': '__proto__' }, 'extensions', 'RC21'],
  ['RC22 a subprotocol that was not offered fails', { 'Sec-WebSocket-Protocol': 'other' }, 'subprotocol', 'RC22'],
  ['RC22 a subprotocol in another case fails', { 'Sec-WebSocket-Protocol': 'CHAT' }, 'subprotocol', 'RC22'],
  ['RC23 two subprotocols in one field fail', { 'Sec-WebSocket-Protocol': 'chat, soap' }, 'subprotocol', 'RC23'],
  ['RC23 an empty subprotocol fails', { 'Sec-WebSocket-Protocol': '' }, 'subprotocol', 'RC23'],
  ['RC23 Sec-WebSocket-Accept on two lines fails', { 'Sec-WebSocket-Accept': ['a', 'b'] }, 'accept', 'RS12'],
  ['RC23 Sec-WebSocket-Protocol on two lines fails', { 'Sec-WebSocket-Protocol': ['chat', 'chat'] }, 'subprotocol', 'RS12'],
]
for (const [name, fields, stage, rule] of rows) {
  for (const bytewise of [false, true]) {
    test(`${name}${bytewise ? ', byte by byte too' : ''}`, async () => {
      const error = await failure(
        (head) => switchingProtocols(head, { 'Sec-WebSocket-Protocol': 'chat', ...fields }),
        { subprotocols: ['chat', 'soap'] },
        bytewise,
      )
      assert.equal(error.stage, stage)
      assert.equal(error.rule?.id, rule)
      assert.equal(error.status, 101)
      assert.equal(error.fault, 'peer')
    })
  }
}

// The check of requirements reads the names where they are written: RC18 to RC23 stand in the table above.
test('a valid response opens, in any case, order and white space [RC18, RC19, RC20, RC21, RC22, RC23]', async () => {
  await withServer(
    async ({ head, socket }) => {
      const right = switchingProtocols(await head(), {
        Upgrade: 'WebSocket',
        Connection: 'keep-alive, UPGRADE',
        'Sec-WebSocket-Protocol': '  soap\t',
        'X-Other': 'é',
      })
      const [line, ...fields] = right.split('\r\n').slice(0, -2)
      await writeByteByByte(socket, [line, ...fields.reverse(), '', ''].join('\r\n'))
    },
    async (server) => {
      const socket = await connect(server.url, { subprotocols: ['chat', 'soap'] })
      assert.equal(socket.subprotocol, 'soap')
      socket.terminate()
    },
  )
})

test('an unsolicited Sec-WebSocket-Protocol fails when nothing was offered, and throws nowhere else', async () => {
  const error = await failure((head) => switchingProtocols(head, { 'Sec-WebSocket-Protocol': 'chat' }))
  assert.equal(error.stage, 'subprotocol')
  assert.match(error.hint ?? '', /offered no subprotocol/)
})

test('a response without any of the offered subprotocols fails as in browsers, unless noSubprotocol is accept [RFC 6455 §4.1]', async () => {
  const error = await failure((head) => switchingProtocols(head), { subprotocols: ['chat'] })
  assert.equal(error.stage, 'subprotocol')
  assert.equal(error.rule?.level, 'policy')
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head())),
    async (server) => {
      const socket = await connect(server.url, { subprotocols: { chat: text() }, noSubprotocol: 'accept' })
      assert.equal(socket.subprotocol, '')
      socket.terminate()
    },
  )
})

test('extensions are used only after the server accepted them, in the order of its response [RC15]', async () => {
  await withServer(
    async ({ head, socket }) => void socket.write(switchingProtocols(await head(), { 'Sec-WebSocket-Extensions': 'x-second, x-first; size=8' })),
    async (server) => {
      const opened: string[] = []
      const extensions = [extension('x-first', 0, opened), extension('x-second', 0x40, opened), extension('x-third', 0x20, opened)]
      const socket = await connect(server.url, { extensions })
      assert.deepEqual(socket.extensions, [
        { name: 'x-second', parameters: [] },
        { name: 'x-first', parameters: [['size', '8']] },
      ])
      assert.deepEqual(opened, ['x-second', 'x-first'])
      socket.terminate()
    },
  )
  const opened: string[] = []
  await failure((head) => switchingProtocols(head, { 'Sec-WebSocket-Accept': 'wrong' }), { extensions: [extension('x-first', 0, opened)] })
  assert.deepEqual(opened, [])
})

test('another status than 101 is reported with status, fields, content, and the likely cause [RC17]', async () => {
  const error = await failure(() => 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 12\r\n\r\nwho are you?')
  assert.equal(error.stage, 'response')
  assert.equal(error.rule?.id, 'RC17')
  assert.equal(error.status, 401)
  assert.equal(error.response?.statusText, 'Unauthorized')
  assert.deepEqual(error.response?.fields, [
    ['WWW-Authenticate', 'Basic'],
    ['Content-Length', '12'],
  ])
  assert.equal(Buffer.from(error.response?.body ?? []).toString(), 'who are you?')
  assert.match(error.hint ?? '', /credentials/)
})

const cited: readonly (readonly [what: string, answer: (head: string) => string, rule: string, options?: NodeConnectOptions])[] = [
  ['no response', () => '', 'RFC 9112 section 8'],
  ['half a head', () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: web', 'RFC 9112 section 8'],
  ['another protocol', () => 'SSH-2.0-server\r\n', 'RFC 9112 section 4'],
  ['a head that is too large', () => `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(20_000)}`, 'RFC 6455 section 10.4'],
  ['a field without a name', () => 'HTTP/1.1 200 OK\r\n: a\r\n\r\n', 'RFC 9110 section 5.1'],
  ['HTTP/1.0', (head) => switchingProtocols(head).replace('HTTP/1.1', 'HTTP/1.0'), 'RFC 6455 section 4.1'],
  ['an accept value twice', (head) => switchingProtocols(head, { 'Sec-WebSocket-Accept': ['a', 'a'] }), 'RFC 6455 section 11.3'],
  ['401', () => 'HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n', 'RFC 6455 section 4.1'],
  ['403', () => 'HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n', 'RFC 9110 section 15.5.4'],
  ['404', () => 'HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n', 'RFC 6455 section 4.2.2'],
  ['another version', () => 'HTTP/1.1 426 x\r\nSec-WebSocket-Version: 8\r\nContent-Length: 0\r\n\r\n', 'RFC 6455 section 4.2.2'],
  ['503', () => 'HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n', 'RFC 9110 section 15.6.4'],
  ['a redirect', () => 'HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n', 'RFC 6455 section 4.1'],
  ['a redirect to nowhere', () => 'HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n', 'RFC 9110 section 10.2.2', { redirects: 1 }],
  ['a circle', () => 'HTTP/1.1 302 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n', 'RFC 9110 section 15.4', { redirects: 1 }],
]
for (const [what, answer, rule, options] of cited) {
  test(`${what} cites ${rule} in the error and in its message`, async () => {
    const error = await withServer(
      async ({ head, socket }) => void socket.end(Buffer.from(answer(await head()), 'latin1')),
      (server) =>
        connect(server.url, options ?? {}).then(
          () => undefined,
          (error: unknown) => error,
        ),
    )
    assert.ok(error instanceof HandshakeError && error.rule !== undefined, String(error))
    assert.equal(citeRule(error.rule), rule)
    assert.ok(error.message.endsWith(` (${rule})`), error.message)
  })
}

test('an ordinary page instead of a 101 says that a proxy may strip Upgrade', async () => {
  const error = await failure(() => 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>')
  assert.match(error.hint ?? '', /stripping Upgrade/)
})

test('a 426 tells which versions the server supports [RFC 6455 §4.4]', async () => {
  const response =
    'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8, 7\r\nSec-WebSocket-Version: 25\r\nContent-Length: 0\r\n\r\n'
  const error = await failure(() => response)
  assert.deepEqual(error.supportedVersions, ['8', '7', '25'])
  assert.match(error.hint ?? '', /only version 8, 7, 25/)
})

test('a valid 101 with another status code is refused', async () => {
  const error = await failure((head) => switchingProtocols(head, { 'Content-Length': '0' }).replace('101', '200'))
  assert.equal(error.stage, 'response')
  assert.equal(error.status, 200)
})

test('interim responses before the 101 are read over [RFC 9110 §15.2, H11]', async () => {
  await withServer(
    async ({ head, socket }) => {
      const right = switchingProtocols(await head())
      socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${right}`)
    },
    async (server) => (await connect(server.url)).terminate(),
  )
})

test('a response that is not HTTP fails with a hint about the port', async () => {
  for (const banner of ['SSH-2.0-OpenSSH_9.2\r\n', '\x15\x03\x03\x00\x02\x02\x46', '<html></html>']) {
    const error = await failure(() => banner)
    assert.equal(error.stage, 'response')
    assert.match(error.hint ?? '', /is the port correct/)
  }
})

test('a response head above the limits fails, however it grows', async () => {
  const limits = { startLine: 200, fieldSection: 1_000, fields: 5 }
  assert.match((await failure(() => `HTTP/1.1 200 ${'x'.repeat(500)}`, { limits })).message, /status line is longer than 200/)
  assert.match((await failure(() => `HTTP/1.1 200 OK\r\na: ${'x'.repeat(2_000)}`, { limits })).message, /larger than 1000/)
  assert.match((await failure(() => `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(6)}\r\n`, { limits })).message, /more than 5/)
})

test('a hostile list in the response takes linear time', async () => {
  for (const value of [`a${' '.repeat(60_000)}b`, `a; b="${'\\c'.repeat(30_000)}`, ','.repeat(60_000)]) {
    const error = await failure((head) => switchingProtocols(head, { 'Sec-WebSocket-Extensions': value }), { limits: { fieldSection: 100_000 } })
    assert.equal(error.stage, 'extensions')
  }
})

test('a connection that ends or breaks before the response fails at stage response [RC24]', async () => {
  await withServer(
    async ({ head, socket }) => {
      await head()
      socket.end()
    },
    async (server) => {
      await assert.rejects(connect(server.url), { name: 'HandshakeError', stage: 'response', fault: 'network' })
    },
  )
  await withServer(
    async ({ head, socket }) => {
      await head()
      socket.write('HTTP/1.1 101 Sw')
      socket.resetAndDestroy()
    },
    async (server) => {
      await assert.rejects(connect(server.url), { name: 'HandshakeError', stage: 'response', fault: 'network' })
    },
  )
})

test('frames in the segment of the 101 are delivered once the application takes them, and none is lost', async () => {
  await withServer(
    async ({ head, socket }) =>
      void socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'one'), frame(2, 'two'), frame(8)])),
    async (server) => {
      const socket = await connect(server.url)
      await requestFor('ws://HOST/')
      const messages: string[] = []
      for await (const message of socket) messages.push(typeof message === 'string' ? message : `binary ${Buffer.from(message)}`)
      assert.deepEqual(messages, ['one', 'binary two'])
    },
  )
})

test('a response split at every byte opens, with the frame behind it', async () => {
  const server = await rawServer(async ({ head, socket }) => {
    const bytes = Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'x')])
    const at = splits.shift() ?? 1
    socket.setNoDelay(true)
    socket.write(bytes.subarray(0, at))
    await new Promise((resolve) => setImmediate(resolve))
    socket.write(bytes.subarray(at))
  })
  const length =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
      .length + 3
  const splits = Array.from({ length: length - 1 }, (_, index) => index + 1)
  const count = splits.length
  try {
    for (let index = 0; index < count; index++) {
      const socket = await connect(server.url)
      for await (const message of socket) {
        assert.equal(message, 'x')
        break
      }
      socket.terminate()
    }
  } finally {
    await server.close()
  }
})

test('typed subprotocols: the codec of the chosen name reads and writes the messages', async () => {
  await withServer(
    async (connection) => {
      connection.socket.write(switchingProtocols(await connection.head(), { 'Sec-WebSocket-Protocol': 'chat.v2' }))
      connection.socket.write(frame(1, '{"say":"hello"}'))
      connection.socket.write(frame(1, '{"say":'))
      assert.deepEqual(
        unmask(await connection.afterHead(13)).map(({ payload }) => payload.toString()),
        ['{"a":1}'],
      )
      connection.socket.write(frame(8))
      connection.socket.end()
    },
    async (server) => {
      const seen: unknown[] = []
      const socket = await connect(server.url, {
        subprotocols: { 'chat.v2': json(), soap: text() },
        message: (_socket, message, subprotocol) => void seen.push([subprotocol, message]),
        invalid: (_socket, error) => void seen.push(error.issues[0]?.message),
      })
      assert.equal(socket.subprotocol, 'chat.v2')
      if (socket.subprotocol === 'chat.v2') socket.send({ a: 1 })
      await socket.closed
      assert.deepEqual(seen[0], ['chat.v2', { say: 'hello' }])
      assert.match(String(seen[1]), /not JSON: expected a value, found the end of the message at position 7/)
    },
  )
})

function extension(name: string, rsv: number, opened: string[] = []): Extension {
  return {
    name,
    rsv,
    offers: () => [[['size', '8']], []],
    accept: () => ({ accepted: false, reason: 'a client' }),
    confirm: (parameters) => ({
      accepted: true,
      parameters,
      open: () => {
        opened.push(name)
        return { name, parameters, rsv, encode: (frame) => frame, decode: (frame) => frame, dispose() {} }
      },
    }),
  }
}

test('a silent handshake holds back others to its address for limits.turnMs only [RFC 6455 §4.1]', async () => {
  await withServer(
    async ({ head, socket }) => {
      const request = await head()
      if (!request.startsWith('GET /silent ')) socket.write(switchingProtocols(request))
    },
    async (server) => {
      const controller = new AbortController()
      const silent = connect(`${server.url}silent`, { signal: controller.signal, limits: { turnMs: 20 } })
      const others = await Promise.all(['a', 'b', 'c'].map((path) => connect(server.url + path)))
      for (const socket of others) socket.terminate()
      controller.abort()
      await assert.rejects(silent, { stage: 'aborted' })
    },
  )
})

test('a promise of the response option is awaited, with the connection waiting behind it', async () => {
  const log: string[] = []
  await withServer(
    async ({ head, socket }) => void socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'early'), frame(8)])),
    async (server) => {
      const socket = await connect(server.url, {
        response: async () => {
          log.push('response')
          await new Promise((resolve) => setImmediate(resolve))
          log.push('settled')
        },
        open: () => log.push('open'),
        message: (_socket, message) => log.push(message as string),
      })
      await socket.closed
    },
  )
  assert.deepEqual(log, ['response', 'settled', 'open', 'early'])
})

test('a connection that breaks while the response option is pending fails the attempt, and calls no handler', async () => {
  let broke: (() => void) | undefined
  await withServer(
    async ({ head, socket }) => {
      socket.write(switchingProtocols(await head()))
      broke = () => socket.resetAndDestroy()
    },
    async (server) => {
      const options = {
        open: () => assert.fail(),
        close: () => assert.fail(),
        response: async () => {
          broke?.()
          // Until the reset has arrived here.
          for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
          await new Promise((resolve) => setTimeout(resolve, 20))
        },
      }
      await assert.rejects(connect(server.url, options), { name: 'HandshakeError', stage: 'response', message: /response option/ })
    },
  )
})
