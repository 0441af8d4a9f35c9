import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathOf } from '../../../../../scripts/optional.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { authority, elsewhere, expired, localhost, selfsigned } from '../../certificates/index.ts'
import type { Places, ProxyProgram } from './case.ts'

/** The servers behind the proxies. */
export async function startBackends(): Promise<Places & AsyncDisposable> {
  const options = {
    paths: ['/chat'],
    subprotocols: ['chat'],
    message: (socket: { send(data: unknown): unknown }, data: unknown) => socket.send(data),
  } as const
  const [echo, trusting, secure] = await Promise.all([
    serve({ ...options, http2: false }),
    serve({ ...options, trustProxy: ['127.0.0.1'] }),
    serve({ ...options, tls: localhost }),
  ])
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => sockets.add(socket.on('error', () => {}).resume())).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const closing = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (data) => {
      const key = /^sec-websocket-key: (.*)\r$/im.exec(data.toString('latin1'))?.[1] ?? ''
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`)
    })
  }).listen(0, '127.0.0.1')
  await once(closing, 'listening')
  const [closed = 0] = await freePorts(1)
  const folder = mkdtempSync(join(tmpdir(), 'hawser-doctor-'))
  for (const [name, { cert, key }] of Object.entries({ localhost, elsewhere, expired, selfsigned })) {
    for (const [suffix, content] of Object.entries({ crt: cert, key, pem: cert + key })) writeFileSync(join(folder, `${name}.${suffix}`), content)
  }
  writeFileSync(join(folder, 'authority.crt'), authority)
  writeFileSync(join(folder, 'users'), 'ada:{PLAIN}secret\n')
  mkdirSync(join(folder, 'empty'))
  return {
    echo: echo.port,
    trusting: trusting.port,
    secure: secure.port,
    silent: (silent.address() as AddressInfo).port,
    closing: (closing.address() as AddressInfo).port,
    closed,
    folder,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      silent.close()
      closing.close()
      await Promise.all([echo.close(), trusting.close(), secure.close()])
      rmSync(folder, { recursive: true })
    },
  }
}

/** Ports that are free now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}

/** Runs one program with all of its cases, each on its own port. */
export async function startProxy(proxy: ProxyProgram, places: Places): Promise<{ readonly ports: readonly number[] } & AsyncDisposable> {
  const ports = await freePorts(proxy.cases.length)
  const file = join(places.folder, `${proxy.program}.conf`)
  writeFileSync(
    file,
    proxy.configure(
      proxy.cases.map((one, index) => one.configure(places, ports[index] ?? 0)),
      places,
    ),
  )
  // Apache opens /dev/stderr by name, which works for a pipe of the shell and not for the socket that Node gives a child.
  const command = [pathOf(proxy.program) ?? proxy.program, ...proxy.args(file, places.folder)]
  const child = spawn('sh', ['-c', '"$@" 2>&1 | cat', 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, XDG_CONFIG_HOME: places.folder, XDG_DATA_HOME: places.folder },
  })
  const ended = once(child, 'close')
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${proxy.program} ended:\n${output}`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (proxy.ready.test(output)) resolve()
    })
  })
  return {
    ports,
    async [Symbol.asyncDispose]() {
      if ((child.exitCode ?? child.signalCode) === null) process.kill(-(child.pid ?? 0), 'SIGTERM')
      await ended
    },
  }
}
