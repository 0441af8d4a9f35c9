/** webpack-dev-server: its client, run here, hears of the first build and of an edit; another hears the same; a foreign origin is refused. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import webpack from 'webpack'
import WebpackDevServer from 'webpack-dev-server'
import { WebSocket } from 'ws'
import { until } from '../help.js'

const folder = mkdtempSync(join(tmpdir(), 'hawser-webpack-'))
const entry = join(folder, 'entry.js')
writeFileSync(entry, 'console.log(1)')
const compiler = webpack({
  mode: 'development',
  context: folder,
  entry,
  output: { path: folder },
  infrastructureLogging: { level: 'error' },
  stats: 'none',
})
const server = new WebpackDevServer({ port: 0, host: '127.0.0.1', hot: true, static: false, watchFiles: [], client: { progress: false } }, compiler)
await server.start()
const { port } = server.server.address()

const open = async () => {
  const received = []
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin: `http://127.0.0.1:${port}` })
  socket.on('message', (data) => received.push(JSON.parse(data)))
  await once(socket, 'open')
  return { socket, received }
}
const clients = [await open(), await open()]
const types = ({ received }) => received.map(({ type }) => type)
for (const client of clients) await until(() => types(client).includes('ok'))
assert.ok(types(clients[0]).includes('hot'))
const hashes = clients.map(({ received }) => received.findLast(({ type }) => type === 'hash').data)
assert.equal(hashes[0], hashes[1])

writeFileSync(entry, 'console.log(2)')
for (const { received } of clients) await until(() => received.some(({ type, data }) => type === 'hash' && data !== hashes[0]))
const foreign = new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin: 'http://foreign.example' })
const messages = []
foreign.on('message', (data) => messages.push(JSON.parse(data)))
await once(foreign, 'close')
assert.deepEqual(messages, [{ type: 'error', data: 'Invalid Host/Origin header' }])

const ended = Promise.all(clients.map(({ socket }) => once(socket, 'close')))
await server.stop()
await ended
rmSync(folder, { recursive: true, force: true })
