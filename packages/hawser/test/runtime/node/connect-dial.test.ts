import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as tls from 'node:tls'
import { connect, HandshakeError, OptionError, WebSocket } from '../../../src/index.ts'
import type { CloseEvent, ErrorEvent } from '../../../src/index.ts'
import { authority, client, elsewhere, expired, localhost, selfsigned } from '../../certificates/index.ts'
import { fieldOf, frame, rawServer, switchingProtocols, withServer } from './raw-server.ts'
import type { RawConnection } from './raw-server.ts'

const accept = async ({ head, socket }: RawConnection): Promise<void> => {
  socket.write(switchingProtocols(await head()))
}

const greet = async ({ head, socket }: RawConnection): Promise<void> => {
  socket.end(Buffer.concat([Buffer.from(switchingProtocols(await head())), frame(1, 'hello'), frame(8)]))
}

async function failing(promise: Promise<unknown>): Promise<HandshakeError> {
  try {
    await promise
  } catch (error) {
    assert.ok(error instanceof HandshakeError, String(error))
    return error
  }
  throw new Error('the connection opened')
}

test('wss does TLS first, with SNI and ALPN http/1.1, and the handshake inside [RC6, C2.13]', async () => {
  await withServer(
    greet,
    async (server) => {
      const socket = await connect(`wss://localhost:${server.port}/`, { tls: { ca: authority } })
      assert.equal(socket.transport.secure, true)
      for await (const message of socket) assert.equal(message, 'hello')
      const secure = server.connections[0]?.socket as tls.TLSSocket & { servername?: string }
      assert.equal(secure.servername, 'localhost')
      assert.equal(secure.alpnProtocol, 'http/1.1')
    },
    { tls: { ...localhost, ALPNProtocols: ['h2', 'http/1.1'] } },
  )
})

test('SNI has an international host name in punycode and without a trailing dot, and no address [RC6, C1.15]', async () => {
  const names: (string | undefined)[] = []
  await withServer(
    ({ socket }) => {
      names.push((socket as tls.TLSSocket & { servername?: string }).servername)
      socket.destroy()
    },
    async (server) => {
      const createConnection = () => net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
      for (const host of ['bücher.example', 'localhost.', '127.0.0.1']) {
        await failing(connect(`wss://${host}/`, { createConnection, tls: { rejectUnauthorized: false } }))
      }
      assert.deepEqual(
        names.map((name) => name || undefined),
        ['xn--bcher-kva.example', 'localhost', undefined],
      )
    },
    { tls: localhost },
  )
})

const certificates: [string, tls.TlsOptions, tls.ConnectionOptions, RegExp, string][] = [
  ['for another host', elsewhere, { ca: authority }, /does not cover the host/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['that has expired', expired, { ca: authority }, /has expired/, 'CERT_HAS_EXPIRED'],
  ['of an unknown authority', localhost, {}, /tls\.ca/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['signed by itself', selfsigned, {}, /self-signed/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
]
for (const [what, certificate, options, hint, code] of certificates) {
  test(`a certificate ${what} fails at stage tls, and no request is sent [C1.26, CVE-2020-15133, CVE-2020-11050]`, async () => {
    await withServer(
      accept,
      async (server) => {
        const error = await failing(connect(`wss://localhost:${server.port}/`, { tls: options }))
        assert.equal(error.stage, 'tls')
        assert.equal(error.rule?.id, 'RC6')
        assert.equal((error.cause as { code?: string }).code, code)
        assert.match(error.hint ?? '', hint)
        assert.deepEqual(server.connections.map((connection) => connection.received()).join(''), '')
      },
      { tls: certificate },
    )
  })
}

test('a certificate that is wrong gives error and close 1006 in the class [C1.26]', async () => {
  await withServer(
    accept,
    async (server) => {
      const webSocket = new WebSocket(`wss://localhost:${server.port}/`)
      const log: string[] = []
      webSocket.onopen = () => log.push('open')
      webSocket.onerror = (event: ErrorEvent) => log.push((event.error as HandshakeError).stage)
      await new Promise<void>((resolve) => {
        webSocket.onclose = (event: CloseEvent) => {
          log.push(String(event.code))
          resolve()
        }
      })
      assert.deepEqual(log, ['tls', '1006'])
    },
    { tls: localhost },
  )
})

test('tls.rejectUnauthorized and tls.servername are passed to node:tls', async () => {
  await withServer(
    accept,
    async (server) => {
      ;(await connect(server.url, { tls: { rejectUnauthorized: false } })).terminate()
      ;(await connect(server.url, { tls: { ca: authority, servername: 'elsewhere.example' } })).terminate()
      assert.equal((await failing(connect(server.url, { tls: { ca: authority } }))).stage, 'tls')
    },
    { tls: elsewhere },
  )
})

test('a client certificate is shown when tls has one', async () => {
  await withServer(
    accept,
    async (server) => {
      const socket = await connect(server.url, { tls: { ca: authority, ...client } })
      socket.terminate()
      assert.equal((server.connections[0]?.socket as tls.TLSSocket).getPeerCertificate().subject.CN, 'client')
    },
    { tls: { ...localhost, ca: authority, requestCert: true } },
  )
})

test('a missing client certificate is reported, although TLS 1.3 signals it late', async () => {
  await withServer(
    accept,
    async (server) => {
      const error = await failing(connect(server.url, { tls: { ca: authority } }))
      assert.deepEqual([error.stage, error.condition, error.rule?.id], ['tls', 'tls-client-certificate', 'RC6'])
      assert.match(error.hint ?? '', /client certificate: set tls\.cert/)
    },
    { tls: { ...localhost, ca: authority, requestCert: true, rejectUnauthorized: true } },
  )
})

test('a missing client certificate is reported over HTTP/2 too', async (t) => {
  const server = createSecureServer({ ...localhost, ca: authority, requestCert: true, rejectUnauthorized: true })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as net.AddressInfo
  const error = await failing(connect(`wss://localhost:${port}/`, { http: '2', tls: { ca: authority } }))
  assert.deepEqual([error.stage, error.condition, error.rule?.id], ['tls', 'tls-client-certificate', 'RC6'])
})

test('a server that speaks only HTTP/2 is reported as such', async () => {
  await withServer(
    accept,
    async (server) => {
      const error = await failing(connect(server.url, { tls: { ca: authority } }))
      assert.equal(error.stage, 'tls')
      assert.match(error.hint ?? '', /no HTTP\/1\.1/)
    },
    { tls: { ...localhost, ALPNProtocols: ['h2'] } },
  )
})

test('wss to a port without TLS fails with a hint, and ws to a port with TLS too [RC6]', async () => {
  await withServer(
    ({ socket }) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    async (server) => {
      const error = await failing(connect(server.url.replace('ws:', 'wss:')))
      assert.equal(error.stage, 'tls')
      assert.match(error.hint ?? '', /should the URL be ws rather than wss/)
    },
  )
  await withServer(
    accept,
    async (server) => {
      const error = await failing(connect(server.url.replace('wss:', 'ws:')))
      assert.equal(error.stage, 'response')
      assert.match(error.hint ?? '', /is it ws or wss/)
    },
    { tls: localhost },
  )
})

test('a redirect to another origin gets neither tls.servername nor the client certificate', async () => {
  const seen: [name: string | undefined, certificate: string][] = []
  const note = ({ socket }: RawConnection) => {
    const secure = socket as tls.TLSSocket & { servername?: string }
    seen.push([secure.servername, String(secure.getPeerCertificate().subject?.CN)])
  }
  await withServer(
    async (connection) => {
      note(connection)
      await accept(connection)
    },
    async (second) => {
      await withServer(
        async (connection) => {
          note(connection)
          const { head, socket } = connection
          await head()
          socket.write(`HTTP/1.1 307 Temporary Redirect\r\nLocation: wss://localhost:${second.port}/\r\nContent-Length: 0\r\n\r\n`)
        },
        async (first) => {
          const socket = await connect(first.url, { redirects: 1, tls: { ca: authority, servername: 'elsewhere.example', ...client } })
          socket.terminate()
          assert.deepEqual(seen, [
            ['elsewhere.example', 'client'],
            ['localhost', 'undefined'],
          ])
        },
        { tls: { ...elsewhere, ca: authority, requestCert: true } },
      )
    },
    { tls: { ...localhost, ca: authority, requestCert: true, rejectUnauthorized: false } },
  )
})

test('socketPath connects to a Unix domain socket, and the URL gives path and Host', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  const path = join(folder, 'a: socket?')
  try {
    await withServer(
      greet,
      async (server) => {
        const socket = await connect('ws://app.example/chat', { socketPath: path })
        for await (const message of socket) assert.equal(message, 'hello')
        const head = await (server.connections[0] as RawConnection).head()
        assert.match(head, /^GET \/chat HTTP\/1\.1\r\nHost: app\.example\r\n/)
      },
      { path },
    )
    const error = await failing(connect('ws://app.example/', { socketPath: path }))
    assert.equal(error.stage, 'tcp')
    assert.match(error.hint ?? '', /the socket file does not exist/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('localAddress, localPort and family choose where the connection comes from', async () => {
  await withServer(accept, async (server) => {
    const socket = await connect(`ws://localhost:${server.port}/`, { localAddress: '127.0.0.2', family: 4 })
    assert.equal(socket.transport.localAddress, '127.0.0.2')
    assert.equal(server.connections[0]?.socket.remoteAddress, '127.0.0.2')
    socket.terminate()
  })
})

test('lookup resolves the host, and its failure is one of stage dns', async () => {
  await withServer(accept, async (server) => {
    const asked: string[] = []
    const lookup: net.LookupFunction = (hostname, options, callback) => {
      asked.push(hostname)
      if (hostname === 'gone.example')
        callback(Object.assign(new Error('getaddrinfo ENOTFOUND gone.example'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '', 0)
      else if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    }
    ;(await connect(`ws://here.example:${server.port}/`, { lookup })).terminate()
    const error = await failing(connect(`ws://gone.example:${server.port}/`, { lookup }))
    assert.deepEqual(asked, ['here.example', 'gone.example'])
    assert.equal(error.stage, 'dns')
    assert.equal(error.fault, 'network')
    assert.match(error.hint ?? '', /host name does not exist/)
  })
})

test('createConnection provides the transport, and hawser adds TLS if it has none', async () => {
  await withServer(
    greet,
    async (server) => {
      const plain = () => net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
      const secure = async () => {
        const socket = tls.connect({ socket: plain(), ca: authority, servername: 'localhost' })
        await once(socket, 'secureConnect')
        return socket
      }
      for (const createConnection of [plain, secure]) {
        const socket = await connect('wss://localhost/', { createConnection, tls: { ca: authority } })
        for await (const message of socket) assert.equal(message, 'hello')
      }
    },
    { tls: localhost },
  )
})

/** An HTTP proxy that knows CONNECT: `answer` says what it does with the head. */
async function proxyServer(answer?: (head: string) => string | undefined, options?: { tls?: tls.TlsOptions }) {
  return rawServer(async ({ head, socket }) => {
    const request = await head()
    const refusal = answer?.(request)
    if (refusal !== undefined) {
      socket.end(refusal)
      return
    }
    const [host = '', port] = (request.split(' ')[1] ?? '').split(/:(?=\d+$)/)
    const upstream = net.connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port), allowHalfOpen: true })
    upstream.on('error', () => socket.destroy())
    socket.removeAllListeners('data')
    upstream.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
  }, options)
}

test('an HTTP proxy is asked with CONNECT host:port, and sees nothing of the opening handshake [RC4, C2.11]', async () => {
  const proxy = await proxyServer()
  try {
    await withServer(greet, async (server) => {
      const url = `http://user:p%40ss@127.0.0.1:${proxy.port}`
      const socket = await connect(server.url, { proxy: url, headers: { cookie: 'secret=1' } })
      for await (const message of socket) assert.equal(message, 'hello')
      const head = await (proxy.connections[0] as RawConnection).head()
      assert.equal(
        head,
        `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nProxy-Authorization: Basic ${btoa('user:p@ss')}\r\n\r\n`,
      )
      assert.deepEqual(fieldOf(await (server.connections[0] as RawConnection).head(), 'Proxy-Authorization'), [])
    })
    await withServer(
      greet,
      async (server) => {
        const socket = await connect(`wss://localhost:${server.port}/`, { proxy: () => `http://127.0.0.1:${proxy.port}`, tls: { ca: authority } })
        for await (const message of socket) assert.equal(message, 'hello')
        assert.match(await (proxy.connections[1] as RawConnection).head(), new RegExp(`^CONNECT localhost:${server.port} `))
      },
      { tls: localhost },
    )
  } finally {
    await proxy.close()
  }
})

test('a proxy behind TLS is reached with proxyTls, and carries ws and wss [C2.11]', async () => {
  const proxy = await proxyServer(undefined, { tls: localhost })
  try {
    const options = { proxy: `https://localhost:${proxy.port}`, proxyTls: { ca: authority } }
    await withServer(greet, async (server) => {
      const socket = await connect(server.url, options)
      for await (const message of socket) assert.equal(message, 'hello')
    })
    await withServer(
      greet,
      async (server) => {
        const socket = await connect(server.url, { ...options, tls: { ca: authority } })
        assert.equal(socket.transport.secure, true)
        for await (const message of socket) assert.equal(message, 'hello')
        assert.equal((await failing(connect(server.url, options))).stage, 'tls', 'the proxy’s certificate proves nothing about the server')
      },
      { tls: localhost },
    )
  } finally {
    await proxy.close()
  }
})

test('a proxy that answers 502 or 407 fails the connection with its status, and is not bypassed [RC5, C2.12]', async () => {
  for (const [status, hint] of [
    [502, /could not reach/],
    [407, /asks for credentials/],
  ] as const) {
    const proxy = await proxyServer(() => `HTTP/1.1 ${status} No\r\nContent-Length: 3\r\n\r\nwhy`)
    try {
      await withServer(accept, async (server) => {
        const error = await failing(connect(server.url, { proxy: `http://127.0.0.1:${proxy.port}` }))
        assert.equal(error.stage, 'proxy')
        assert.equal(error.status, status)
        assert.equal(Buffer.from(error.response?.body ?? []).toString(), 'why')
        assert.match(error.hint ?? '', hint)
        assert.equal(server.connections.length, 0)
      })
    } finally {
      await proxy.close()
    }
  }
})

test('a proxy that is absent, is not a proxy, or sends bytes into the tunnel fails at stage proxy, and is not bypassed [RC5]', async () => {
  const gone = await rawServer(() => {})
  await gone.close()
  const bytes = [undefined, 'SSH-2.0-x\r\n', 'HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n']
  for (const answer of bytes) {
    const proxy = answer === undefined ? undefined : await proxyServer(() => answer)
    try {
      await withServer(accept, async (server) => {
        const error = await failing(connect(server.url, { proxy: `http://127.0.0.1:${proxy?.port ?? gone.port}` }))
        assert.equal(error.stage, 'proxy')
        assert.equal(server.connections.length, 0)
      })
    } finally {
      await proxy?.close()
    }
  }
})

test('createConnection that never settles ends by the signal and by limits.handshakeMs, and delays no other connection', async () => {
  await withServer(accept, async (server) => {
    const never = { createConnection: () => new Promise<net.Socket>(() => {}) }
    const controller = new AbortController()
    const aborted = connect(server.url, { ...never, signal: controller.signal })
    const late = connect(server.url, { ...never, limits: { handshakeMs: 20 } })
    controller.abort()
    assert.equal((await failing(aborted)).stage, 'aborted')
    assert.equal((await failing(late)).stage, 'timeout')
    ;(await connect(server.url)).terminate()
  })
})

test('a socket that createConnection gives after the attempt is over is destroyed', async () => {
  await withServer(accept, async (server) => {
    const controller = new AbortController()
    let give: ((socket: net.Socket) => void) | undefined
    const attempt = connect(server.url, { createConnection: () => new Promise((resolve) => (give = resolve)), signal: controller.signal })
    while (give === undefined) await new Promise((resolve) => setImmediate(resolve))
    controller.abort()
    await failing(attempt)
    const socket = net.connect(server.port, '127.0.0.1')
    give(socket)
    await once(socket, 'close')
    assert.equal(socket.destroyed, true)
  })
})

test('a lookup that never calls back ends by the signal, and one without an address is a failure of stage dns', async () => {
  const controller = new AbortController()
  const silent = connect('ws://h.example/', { lookup: () => {}, signal: controller.signal })
  controller.abort()
  assert.equal((await failing(silent)).stage, 'aborted')
  const error = await failing(connect('ws://h.example/', { lookup: (_hostname, _options, callback) => callback(null, []) }))
  assert.deepEqual([error.stage, error.message.includes('no address')], ['dns', true])
})

test('a lookup that ignores `all` and gives one address is enough', async () => {
  await withServer(accept, async (server) => {
    const socket = await connect(`ws://h.example:${server.port}/`, { lookup: (_hostname, _options, callback) => callback(null, '127.0.0.1', 4) })
    socket.terminate()
  })
})

test('a TLS option that node:tls refuses is an OptionError, and the connection to the server ends', async () => {
  let ended: Promise<unknown> | undefined
  await withServer(
    ({ socket }) => {
      ended = once(socket, 'end')
    },
    async (server) => {
      await assert.rejects(connect(server.url.replace('ws:', 'wss:'), { tls: { ca: authority, minVersion: 'TLSv9' as 'TLSv1.3' } }), {
        name: 'OptionError',
        option: 'tls.minVersion',
      })
      while (ended === undefined) await new Promise((resolve) => setImmediate(resolve))
      await ended
    },
  )
})

test('a socket of createConnection that is closed already fails at once', async () => {
  await withServer(accept, async (server) => {
    const socket = net.connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.destroy()
    await once(socket, 'close')
    const error = await failing(connect('ws://h/', { createConnection: () => socket, limits: { handshakeMs: 600_000 } }))
    assert.deepEqual([error.stage, /the connection was closed/.test(error.message)], ['tcp', true])
  })
})

test('createConnection that gives no stream, or one with an encoding, is refused by its name', async () => {
  await withServer(accept, async (server) => {
    const encoded = (): net.Socket => net.connect(server.port, '127.0.0.1').setEncoding('utf8')
    const fake = (): net.Socket => ({ on() {}, destroy() {} }) as unknown as net.Socket
    for (const [createConnection, message] of [
      [encoded, /^option createConnection: expected .*, without setEncoding\(\), received "a stream of utf8"$/],
      [fake, /^option createConnection: expected a function that returns a socket/],
    ] as const) {
      await assert.rejects(connect('ws://h/', { createConnection }), (error) => error instanceof OptionError && message.test(error.message))
    }
  })
})

test('a socket of createConnection whose TLS handshake is not complete is awaited, and its failure is of stage tls [RC6]', async () => {
  await withServer(
    greet,
    async (server) => {
      const to = (ca: typeof authority | undefined) => () =>
        tls.connect({ port: server.port, host: '127.0.0.1', ...(ca === undefined ? {} : { ca }) })
      const socket = await connect(server.url, { createConnection: to(authority) })
      for await (const message of socket) assert.equal(message, 'hello')
      assert.equal((await failing(connect(server.url, { createConnection: to(undefined) }))).stage, 'tls')
      assert.equal(server.connections[1]?.received() ?? '', '')
    },
    { tls: localhost },
  )
})
