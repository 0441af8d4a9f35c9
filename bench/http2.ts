/**
 * WebSocket over HTTP/2 beside the same over TLS with HTTP/1.1, and beside a bare HTTP/2 stream that echoes: `node --import tsx bench/http2.ts`.
 * The client writes frames that were made before; what is measured is the server's process.
 */
import { once } from 'node:events'
import * as http2 from 'node:http2'
import * as tls from 'node:tls'
import type { Duplex } from 'node:stream'
import { serializeFrame } from '../src/core/protocol/index.ts'
import { selfSigned } from './certificate.ts'
import { Child } from './channel.ts'
import type { Usage } from './process-usage.ts'

type Kind = 'h2' | 'tls' | 'bare'
const names: Readonly<Record<Kind, string>> = { h2: 'hawser, HTTP/2', tls: 'hawser, TLS and HTTP/1.1', bare: 'bare HTTP/2 streams' }
const certificate = selfSigned()
const windows = { streamWindow: 262_144, sessionWindow: 2_097_152 }

async function start(kind: Kind, given = windows): Promise<{ child: Child; port: number }> {
  const setup = JSON.stringify({ kind: kind === 'bare' ? 'bare' : 'hawser', ...certificate, ...given })
  const script = new URL('servers/http2.ts', import.meta.url).pathname
  const { child, hello } = await Child.start(kind, process.execPath, ['--expose-gc', '--import', 'tsx', script, setup])
  return { child, port: (hello as { port: number }).port }
}

async function openSession(port: number): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, settings: { initialWindowSize: 1_048_576 } })
  await once(session, 'remoteSettings')
  session.setLocalWindowSize(8_388_608)
  return session
}

async function openStream(session: http2.ClientHttp2Session, path: string): Promise<Duplex> {
  const stream = session.request(
    { ':method': 'CONNECT', ':protocol': 'websocket', ':path': path, ':authority': '127.0.0.1', ':scheme': 'https', 'sec-websocket-version': '13' },
    { endStream: false },
  )
  await once(stream, 'response')
  return stream
}

async function openTls(port: number): Promise<Duplex> {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
  await once(socket, 'secureConnect')
  socket.setNoDelay(true)
  socket.write(
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  )
  await once(socket, 'data')
  return socket
}

/** `count` connections, on one session each hundred of them. */
async function openAll(kind: Kind, port: number, count: number, path = '/'): Promise<{ links: Duplex[]; close(): void }> {
  const links: Duplex[] = []
  const sessions: http2.ClientHttp2Session[] = []
  for (let i = 0; i < count; i++) {
    if (kind === 'tls') links.push(await openTls(port))
    else {
      if (i % 100 === 0) sessions.push(await openSession(port))
      links.push(await openStream(sessions.at(-1) as http2.ClientHttp2Session, path))
    }
  }
  for (const link of links) link.on('error', () => undefined)
  return {
    links,
    close() {
      for (const link of links) link.destroy()
      for (const session of sessions) session.destroy()
    },
  }
}

function frame(opcode: number, payload: Uint8Array): Uint8Array {
  return serializeFrame({ opcode, payload, maskingKey: 0x1234_5678 })
}

/** Every connection has one message in flight, until all have sent `rounds`. */
async function echo(links: readonly Duplex[], message: Uint8Array, answerBytes: number, rounds: number): Promise<void> {
  await Promise.all(
    links.map(
      (link) =>
        new Promise<void>((resolve) => {
          let [left, owed] = [rounds, answerBytes]
          const take = (chunk: Buffer): void => {
            for (owed -= chunk.length; owed <= 0; owed += answerBytes) {
              if (--left === 0) {
                link.off('data', take)
                resolve()
                return
              }
              link.write(message)
            }
          }
          link.on('data', take)
          link.write(message)
        }),
    ),
  )
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

async function measureEcho(kinds: readonly Kind[]): Promise<void> {
  row(
    'CPU, µs a message',
    ...[1, 100].flatMap((count) => ['64 B', '1 KiB', '64 KiB'].map((size) => `${size}, ${count} ${count === 1 ? 'connection' : 'connections'}`)),
  )
  row(...Array(7).fill('---'))
  for (const kind of kinds) {
    const { child, port } = await start(kind)
    const cells: string[] = []
    for (const count of [1, 100]) {
      for (const size of [64, 1_024, 65_536]) {
        const message = frame(2, new Uint8Array(size).fill(0xa5))
        const bytes = kind === 'bare' ? message.length : message.length - 4
        const total = size > 10_000 ? 2_000 : 20_000
        const { links, close } = await openAll(kind, port, count)
        await echo(links, message, bytes, Math.ceil(total / 4 / count))
        const before = await child.ask<Usage>('usage')
        const rounds = Math.ceil(total / count)
        await echo(links, message, bytes, rounds)
        const after = await child.ask<Usage>('usage')
        cells.push(((after.cpuMicros - before.cpuMicros) / (rounds * count)).toFixed(1))
        close()
      }
    }
    row(names[kind], ...cells)
    await child.stop()
  }
}

const transferBytes = 100_000_000

async function transfer(kind: Kind, port: number): Promise<[upload: number, download: number]> {
  const large = frame(2, new Uint8Array(transferBytes))
  const up = await openAll(kind, port, 1, `/sink/${large.length}`)
  let began = performance.now()
  up.links[0]?.write(large)
  await once(up.links[0] as Duplex, 'data')
  const upload = transferBytes / 1_000 / (performance.now() - began)
  up.close()
  const down = await openAll(kind, port, 1, `/source/${transferBytes}`)
  const [link] = down.links as [Duplex]
  began = performance.now()
  link.write(frame(1, Buffer.from(String(transferBytes))))
  let left = transferBytes
  for await (const chunk of link) {
    left -= (chunk as Buffer).length
    if (left <= 0) break
  }
  const download = transferBytes / 1_000 / (performance.now() - began)
  down.close()
  return [upload, download]
}

async function measureTransfer(kinds: readonly Kind[]): Promise<void> {
  console.log('')
  row('one message of 100 MB', 'window, KiB: stream / session', 'upload, MB/s', 'download, MB/s')
  row(...Array(4).fill('---'))
  for (const kind of kinds) {
    const choices =
      kind === 'tls'
        ? [windows]
        : [
            [65_535, 65_535],
            [262_144, 2_097_152],
            [1_048_576, 2_097_152],
          ].map(([streamWindow, sessionWindow]) => ({ streamWindow, sessionWindow }) as typeof windows)
    for (const choice of choices) {
      const { child, port } = await start(kind, choice)
      await transfer(kind, port)
      const [upload, download] = await transfer(kind, port)
      const shown = kind === 'tls' ? '' : `${Math.round(choice.streamWindow / 1_024)} / ${Math.round(choice.sessionWindow / 1_024)}`
      row(names[kind], shown, upload.toFixed(0), download.toFixed(0))
      await child.stop()
    }
  }
}

async function measureMemory(kinds: readonly Kind[]): Promise<void> {
  console.log('')
  row('1 000 idle connections', 'kB each')
  row('---', '---')
  for (const kind of kinds) {
    const { child, port } = await start(kind)
    const warm = await openAll(kind, port, 100)
    warm.close()
    const before = await child.ask<Usage>('settledUsage')
    const { close } = await openAll(kind, port, 1_000)
    const after = await child.ask<Usage>('settledUsage')
    row(names[kind], ((after.rssBytes - before.rssBytes) / 1_000 / 1_000).toFixed(1))
    close()
    await child.stop()
  }
}

const chosen = process.argv.slice(2).filter((name): name is Kind => name in names)
const kinds: readonly Kind[] = chosen.length > 0 ? chosen : ['h2', 'tls', 'bare']
await measureEcho(kinds)
await measureTransfer(kinds)
await measureMemory(kinds)
console.log(`\nNode ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`)
process.exit(0)
