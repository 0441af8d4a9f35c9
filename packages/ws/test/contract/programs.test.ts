/** Whole programs, each in a process of its own: uncaught exceptions, module systems, and when a process ends. Both implementations must print the same. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = fileURLToPath(new URL('.', import.meta.url))

/** Begins every ES module: both ends of a connection. */
const prelude = `
import WebSocket, { WebSocketServer, createWebSocketStream } from 'PACKAGE'
import net from 'node:net'
const show = (...values) => console.log(...values)
process.on('uncaughtException', (error) => show('uncaught', error.constructor.name, error.code ?? '-', error.message.replace(/ \\d+$/, '')))
const server = new WebSocketServer({ port: 0 })
const ready = new Promise((resolve) => server.on('listening', resolve))
const url = () => 'ws://127.0.0.1:' + server.address().port
const opened = async () => {
  await ready
  const accepted = new Promise((resolve) => server.once('connection', resolve))
  const client = new WebSocket(url())
  await new Promise((resolve) => client.once('open', resolve))
  return { client, socket: await accepted }
}
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`

interface Program {
  readonly name: string
  readonly code: string
  readonly commonjs?: boolean
  /** What only this package prints, where that is a listed difference. */
  readonly differs?: { readonly id: string; readonly ws: RegExp; readonly hawser: RegExp }
}

const programs: readonly Program[] = [
  {
    name: 'an error of a connection without a listener is an uncaught exception',
    code: `const { client, socket } = await opened()
client._socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))
socket.on('close', (code) => { show('close', code); process.exit() })
await wait(3000)`,
  },
  {
    name: 'an error of a client without a listener is an uncaught exception',
    code: `await ready
server.close()
const client = new WebSocket('ws://127.0.0.1:1')
client.on('close', (code) => show('close', code))
await wait(300)
show(client.readyState)`,
  },
  ...['close', 'terminate'].map((method) => ({
    name: `${method} before open, without a listener for errors`,
    code: `await ready
const client = new WebSocket(url())
client.on('close', (code) => show('close', code))
client.${method}()
show(client.readyState)
await wait(300)
process.exit()`,
  })),
  {
    name: 'an exception of a listener for message is uncaught',
    code: `const { client, socket } = await opened()
socket.once('message', () => { throw new Error('mine') })
client.send('a')
await wait(200)
show(socket.readyState)
process.exit()`,
  },
  {
    name: 'an exception of a listener for message does not break the messages after it',
    code: `const { client, socket } = await opened()
socket.once('message', () => { throw new Error('mine') })
socket.on('message', (data) => show('message', String(data)))
socket.on('error', (error) => show('error', error.code))
client.send('a')
await wait(100)
client.send('b')
await wait(200)
process.exit()`,
    differs: { id: 'exception', ws: /^uncaught Error - mine\n(?!message b)/, hawser: /^uncaught Error - mine\nmessage b\n$/ },
  },
  {
    name: 'an exception of a listener for open is uncaught',
    code: `await ready
const client = new WebSocket(url())
client.on('open', () => { throw new Error('mine') })
await new Promise((resolve) => process.once('uncaughtException', resolve))
show(client.readyState)
process.exit()`,
  },
  {
    name: 'an exception of a listener for close is uncaught',
    code: `const { client, socket } = await opened()
client.on('close', () => { throw new Error('mine') })
socket.close()
await wait(300)
process.exit()`,
  },
  {
    name: 'an exception of a callback of send is uncaught, and the next callback is called',
    code: `const { client } = await opened()
client.send('a', () => { throw new Error('mine') })
await new Promise((resolve) => client.send('b', resolve))
show('sent')
process.exit()`,
  },
  {
    name: 'an error of a stream without a listener is an uncaught exception',
    code: `const { socket } = await opened()
const stream = createWebSocketStream(socket)
stream.destroy(new Error('mine'))
await wait(200)
process.exit()`,
  },
  {
    name: 'a listener for error that throws is uncaught',
    code: `const { client, socket } = await opened()
socket.on('error', () => { throw new Error('mine') })
client._socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))
await wait(200)
process.exit()`,
  },
  {
    name: 'a process ends when both ends have closed and the server is closed',
    code: `const { client, socket } = await opened()
client.on('close', (code) => { show('close', code); server.close() })
socket.close(1000)
process.on('exit', () => show('exit'))`,
  },
  {
    name: 'an unref of the raw sockets lets a process end',
    code: `const { client, socket } = await opened()
client._socket.unref()
socket._socket.unref()
server._server.unref()
process.on('exit', () => show('exit'))`,
  },
  {
    name: 'import and require give the same classes',
    code: `import { createRequire } from 'node:module'
const required = createRequire(import.meta.url)('PACKAGE')
show(required === WebSocket, required.WebSocketServer === WebSocketServer, required.createWebSocketStream === createWebSocketStream)
process.exit()`,
  },
  {
    name: 'require gives a class that connects',
    commonjs: true,
    code: `const WebSocket = require('PACKAGE')
const { Server } = WebSocket
const server = new Server({ port: 0 }, () => {
  const client = new WebSocket('ws://127.0.0.1:' + server.address().port)
  client.onmessage = ({ data }) => { console.log(data); client.close(); server.close() }
})
server.on('connection', (socket) => socket.send('hello'))`,
  },
]

/** What a program prints, and how it ends. */
async function output({ code, commonjs }: Program, name: string): Promise<string> {
  const text = (commonjs === true ? code : prelude + code).replaceAll('PACKAGE', name)
  const type = commonjs === true ? 'commonjs' : 'module'
  try {
    const { stdout } = await run(process.execPath, ['--no-warnings', `--input-type=${type}`, '--eval', text], { cwd: here, timeout: 20_000 })
    return stdout
  } catch (error) {
    const { stdout, stderr, code: status } = error as { stdout: string; stderr: string; code: unknown }
    return `${stdout}ended with ${String(status)}\n${stderr}`
  }
}

suite('programs', { concurrency: 2 }, () => {
  for (const program of programs) {
    test(program.name, async () => {
      const [expected, actual] = await Promise.all([output(program, 'ws'), output(program, '@hawser/ws')])
      if (program.differs === undefined) assert.equal(actual, expected)
      else {
        assert.match(expected, program.differs.ws)
        assert.match(actual, program.differs.hawser)
      }
    })
  }
})
