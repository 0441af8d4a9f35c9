/**
 * Fixed work of the library without a socket, whose instructions the guard counts: `node work.js FOLDER NAME ROUNDS`, FOLDER being the built
 * library's. One process a call; each round does the same.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { deflateRawSync, constants } from 'node:zlib'
import type * as RuntimeModule from '../../packages/hawser/src/connection/runtime.ts'
import type * as MembersModule from '../../packages/hawser/src/connection/members.ts'
import type { Transport, TransportHandler } from '../../packages/hawser/src/connection/transport.ts'
import type * as Handshake from '../../packages/hawser/src/core/handshake/index.ts'
import type * as Entry from '../../packages/hawser/src/index.ts'
import type * as PlatformModule from '../../packages/hawser/src/runtime/node/platform.ts'
import type * as Loop from '../../packages/hawser/src/server/http1/request-loop.ts'
import type { ServerOptions } from '../../packages/hawser/src/server/options.ts'
import type * as Settings from '../../packages/hawser/src/server/settings.ts'
import type * as Core from '../../packages/hawser/src/server/server-core.ts'
import type * as Testing from '../../packages/hawser/src/testing/index.ts'

const [folder = '', name = '', count = ''] = process.argv.slice(2)
const load = async <T>(file: string): Promise<T> => (await import(pathToFileURL(join(folder, file)).href)) as T
const { createRuntime } = await load<typeof RuntimeModule>('connection/runtime.js')
const { Members } = await load<typeof MembersModule>('connection/members.js')
const { createHostPolicy } = await load<typeof Handshake>('core/handshake/index.js')
const { permessageDeflate, text } = await load<typeof Entry>('index.js')
const { nodePlatform } = await load<typeof PlatformModule>('runtime/node/platform.js')
const { RequestLoop } = await load<typeof Loop>('server/http1/request-loop.js')
const { readServerSettings } = await load<typeof Settings>('server/settings.js')
const { ServerCore } = await load<typeof Core>('server/server-core.js')
const { ManualClock } = await load<typeof Testing>('testing/index.js')

/** Takes everything at once; counts what it is given, so that work that fails is noticed. */
class Sink implements Transport {
  handler!: TransportHandler
  writtenBytes = 0
  readonly bufferedBytes = 0
  readonly info = {
    httpVersion: '1.1',
    secure: false,
    remoteAddress: undefined,
    remotePort: undefined,
    localAddress: undefined,
    localPort: undefined,
  } as const
  write(segments: readonly Uint8Array[]): boolean {
    for (const { byteLength } of segments) this.writtenBytes += byteLength
    return true
  }
  attach(handler: TransportHandler): void {
    this.handler = handler
  }
  end(): void {}
  abort(): void {}
  pause(): void {}
  resume(): void {}
}

const request = (fields: string): Buffer =>
  Buffer.from(
    'GET /chat?room=7 HTTP/1.1\r\nHost: chat.example\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n' +
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36\r\n' +
      'Upgrade: websocket\r\nOrigin: http://chat.example\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n' +
      `Accept-Language: en-US,en;q=0.9\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${fields}\r\n`,
    'latin1',
  )
const deflateOffer = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n'

function maskedFrame(payload: Uint8Array, firstByte: number): Buffer {
  const { length } = payload
  const header = length < 126 ? [firstByte, 0x80 | length] : [firstByte, 0xfe, length >> 8, length & 0xff]
  const key = [0x12, 0x34, 0x56, 0x78]
  return Buffer.concat([Buffer.from([...header, ...key]), payload.map((byte, i) => byte ^ (key[i & 3] as number))])
}

const clock = new ManualClock()

function server(options: ServerOptions<any, any, any>): (head: Buffer) => Sink {
  const fail = (error: unknown): never => {
    throw error
  }
  const core = new ServerCore(readServerSettings(options), createRuntime(nodePlatform, clock), fail)
  const host = {
    core,
    secure: false,
    hosts: createHostPolicy(undefined, undefined),
    ordinary: undefined,
    preface: undefined,
    loops: new Members<any>(),
  }
  return (head) => {
    const sink = new Sink()
    new RequestLoop(host, sink, clock.now())
    sink.handler.data(head)
    if (sink.writtenBytes < 100) throw new Error(`${name}: no 101`)
    return sink
  }
}

/** Gives one connection the same chunk in each round, and looks once whether as much comes back as there should. */
function chunks(sink: Sink, chunk: Buffer, answered: number): () => void {
  return () => {
    const before = sink.writtenBytes
    // A copy: frames are unmasked in place.
    sink.handler.data(Buffer.from(chunk))
    if (sink.writtenBytes - before !== answered) throw new Error(`${name}: ${sink.writtenBytes - before} bytes came back, not ${answered}`)
  }
}

const short = 'a'.repeat(64)
const many = (frame: Buffer): Buffer => Buffer.concat(Array.from({ length: 16 }, () => frame))

const works: Readonly<Record<string, () => () => void>> = {
  handshake() {
    const accept = server({
      subprotocols: { 'chat.v2': text(), 'chat.v1': text() },
      extensions: [permessageDeflate()],
      upgrade: (opening) => ({ context: { agent: opening.fields.get('user-agent') } }),
      message: (socket: any, data: unknown) => socket.send(data),
      close: () => undefined,
    })
    const head = request(`${deflateOffer}Sec-WebSocket-Protocol: chat.v2, chat.v1\r\n`)
    return () => accept(Buffer.from(head)).handler.closed(undefined)
  },
  parser() {
    const sink = server({ message: () => undefined })(request(''))
    return chunks(sink, many(maskedFrame(Buffer.from(short), 0x81)), 0)
  },
  'parser, 16 KiB': () => {
    const sink = server({ message: () => undefined })(request(''))
    return chunks(sink, maskedFrame(Buffer.alloc(16_384, 'b'), 0x81), 0)
  },
  serializer() {
    // Different ones: equal texts share a frame.
    const texts = Array.from({ length: 16 }, (_, i) => String.fromCharCode(0x61 + i).repeat(64))
    const send = (socket: any): void => {
      for (const text of texts) socket.send(text)
    }
    return chunks(server({ message: send })(request('')), maskedFrame(Buffer.from('go'), 0x81), 16 * 66)
  },
  'serializer, 16 KiB': () => {
    const long = 'b'.repeat(16_384)
    return chunks(server({ message: (socket: any) => socket.send(long) })(request('')), maskedFrame(Buffer.from('go'), 0x81), 16_388)
  },
  deflate() {
    const echo = (socket: any, data: unknown): void => socket.send(data)
    const sink = server({ extensions: [permessageDeflate({ clientNoContextTakeover: true, serverNoContextTakeover: true })], message: echo })(
      request(deflateOffer),
    )
    const message = JSON.stringify(Array.from({ length: 16 }, (_, id) => ({ id, name: `user ${id}`, text: 'how are you today?' })))
    const compressed = deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    let answered = 0
    return () => {
      const before = sink.writtenBytes
      sink.handler.data(maskedFrame(compressed, 0xc1))
      const written = sink.writtenBytes - before
      if (written === 0 || (answered !== 0 && written !== answered)) throw new Error(`deflate: ${written} bytes came back, not ${answered}`)
      answered = written
    }
  },
}

const prepare = works[name]
if (prepare === undefined) throw new Error(`unknown work ${JSON.stringify(name)} (known: ${Object.keys(works).join(', ')})`)
const round = prepare()
for (let i = 0; i < Number(count); i++) {
  round()
  // What compresses at once within one turn of the event loop is bounded.
  if (i % 4 === 3) await new Promise((resolve) => setImmediate(resolve))
}
