/** wscat: a client of the shell with fields, a subprotocol and a command, and as the server of another. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { WebSocket, WebSocketServer } from 'ws'
import { closed } from '../help.js'

const path = createRequire(import.meta.url).resolve('wscat/bin/wscat')
/** Without a terminal it prints messages and its prompt. */
const wscat = (...args) => {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value.replace(/^(> )+/, ''), type: (text) => child.stdin.write(`${text}\n`) }
}

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (offered) => [...offered].at(-1) })
await once(server, 'listening')
const requests = []
server.on('connection', (socket, request) => {
  requests.push([socket.protocol, request.headers['x-field'], request.headers.origin])
  socket.on('message', (data) => socket.send(`echo ${data}`))
  socket.on('ping', (data) => socket.send(`pinged ${data}`))
})
const connected = once(server, 'connection')
const url = `ws://127.0.0.1:${server.address().port}`
const client = wscat('-c', url, '-H', 'x-field: value', '-o', 'http://origin.example', '-s', 'one', '-s', 'two', '--slash', '-P')
const [socket] = await connected
socket.send('welcome')
assert.equal(await client.line(), 'welcome')
client.type('hello')
assert.equal(await client.line(), 'echo hello')
client.type('/ping wave')
const answers = [await client.line(), await client.line()].sort()
assert.deepEqual(answers, ['Received pong (data: "wave")', 'pinged wave'])
client.type('/close 4000 done')
assert.deepEqual(await once(socket, 'close'), [4000, Buffer.from('done')])
await once(client.child, 'exit')
assert.deepEqual(requests, [['two', 'value', 'http://origin.example']])

const command = wscat('-c', url, '-x', 'a command', '-w', '0.05')
assert.equal(await command.line(), 'echo a command')
await once(command.child, 'exit')

const { port } = server.address()
await closed(server)
const listener = wscat('-l', String(port))
const open = async () => {
  for (;;) {
    const attempt = new WebSocket(`ws://127.0.0.1:${port}`)
    const [outcome] = await Promise.allSettled([once(attempt, 'open')])
    if (outcome.status === 'fulfilled') return attempt
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
const visitor = await open()
visitor.send('from the client')
assert.equal(await listener.line(), 'from the client')
listener.type('from the server')
assert.equal(String((await once(visitor, 'message'))[0]), 'from the server')
visitor.close()
await once(visitor, 'close')
listener.child.kill()
await once(listener.child, 'exit')
