/**
 * Invariant: whatever bytes a server sends, in whatever chunks and with whatever end, `connect` either opens
 * after the right accept value or rejects with a HandshakeError; no other error escapes, and a failed 101 leaves no transport to wait for.
 */
import { createHash } from 'node:crypto'
import { HandshakeError } from '../packages/hawser/src/core/errors.ts'
import { json } from '../packages/hawser/src/core/subprotocols/index.ts'
import { ConnectingQueue } from '../packages/hawser/src/client/connecting-queue.ts'
import { establish } from '../packages/hawser/src/client/connect.ts'
import { createRuntime } from '../packages/hawser/src/connection/runtime.ts'
import type { Transport, TransportHandler, TransportInfo } from '../packages/hawser/src/connection/transport.ts'
import { nodePlatform } from '../packages/hawser/src/runtime/node/platform.ts'
import { Mutator } from './mutator.ts'

const ACCEPT = '<the right value>'
const OPENING = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\nSec-WebSocket-Protocol: chat\r\n\r\n`
const SEEDS: readonly string[] = [
  `${OPENING}\x81\x02{}\x88\x02\x03\xe8`,
  `${OPENING}\x01\x01{\x89\x00\x80\x01}\x82\x7e\x00\x80`,
  `HTTP/1.1 103 Early Hints\r\n\r\n${OPENING}\x81\x03"\xc3\xa9`,
  'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n4;x=y\r\n now\r\n0\r\n\r\n',
  'HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 301 Gone\r\nLocation: wss://user:pass@elsewhere.example/\r\nContent-Length: 2\r\n\r\nno',
]
const PIECES: readonly string[] = [
  '\r\n',
  '\n',
  '\0',
  ': ',
  ',',
  ';',
  '"',
  '\x81',
  '\x88',
  '\x7f',
  '\xff',
  '\x80\x00',
  '\xc1\x00',
  '\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff',
  ACCEPT,
  'HTTP/1.1 101 x\r\n',
  'Location: //h#\r\n',
  'Content-Length: 99999999999\r\n',
  'ffffffffffffffff\r\n',
  '__proto__',
  'x'.repeat(700),
]

/** Time stands still: everything that waits ends when the server's connection is closed. */
const clock = { now: () => 0, schedule: () => ({ cancel() {} }), defer: (callback: () => void) => queueMicrotask(callback) }

class ScriptedTransport implements Transport {
  readonly info: TransportInfo = {
    httpVersion: '1.1',
    secure: false,
    remoteAddress: undefined,
    remotePort: undefined,
    localAddress: undefined,
    localPort: undefined,
  }
  readonly bufferedBytes = 0
  isOver = false
  /** Before the server's connection ended. */
  wasOver = false
  request = ''
  #handler: TransportHandler | undefined

  write(segments: readonly Uint8Array[]): boolean {
    if (this.request === '') for (const segment of segments) this.request += Buffer.from(segment).toString('latin1')
    return true
  }
  end(): void {
    this.isOver = true
  }
  abort(): void {
    this.isOver = true
  }
  pause(): void {}
  resume(): void {}
  attach(handler: TransportHandler): void {
    this.#handler = handler
  }
  play(chunks: readonly Uint8Array[], mutator: Mutator): void {
    for (const chunk of chunks) this.#handler?.data(chunk.slice())
    this.wasOver = this.isOver
    const end = mutator.next(3)
    if (end > 0) this.#handler?.end()
    this.#handler?.closed(end === 2 ? undefined : new Error('reset'))
  }
}

export async function run(iterations: number, seed: number): Promise<void> {
  const mutator = new Mutator(seed, PIECES)
  for (let iteration = 0; iteration < iterations; iteration++) {
    const template = mutator.mutate(SEEDS)
    try {
      await check(Buffer.from(template).toString('latin1'), mutator)
    } catch (cause) {
      throw new Error(`answer ${JSON.stringify(Buffer.from(template).toString('latin1'))} (seed ${seed}, iteration ${iteration})`, { cause })
    }
  }
}

async function check(template: string, mutator: Mutator): Promise<void> {
  const transports: ScriptedTransport[] = []
  const strays: unknown[] = []
  const attempt = establish(
    {
      connections: createRuntime(nodePlatform, clock),
      queue: new ConnectingQueue(),
      dial: async () => {
        const transport = new ScriptedTransport()
        transports.push(transport)
        setImmediate(() => transport.play(mutator.cut(Buffer.from(template.replaceAll(ACCEPT, accept(transport.request)), 'latin1')), mutator))
        return transport
      },
      variables: {},
      explain: () => undefined,
      report: (error) => strays.push(error),
    },
    'ws://h/',
    {
      subprotocols: { chat: json() },
      redirects: 2,
      limits: { startLine: 200, fieldSection: 600, fields: 20, responseBody: 50 },
      message() {},
      invalid() {},
    },
  )
  try {
    const connection = await attempt
    if (!template.includes(ACCEPT)) throw new Error('opened without the accept value')
    if (connection.subprotocol !== 'chat') throw new Error('opened with another subprotocol')
    await connection.closed
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error
    if (error.message === '' || (error.response?.body.byteLength ?? 0) > 50)
      throw new Error('a HandshakeError without message, or with too much', { cause: error })
    if (error.status === 101 && transports.at(-1)?.wasOver !== true) throw new Error('a failed 101 left its transport open', { cause: error })
  }
  if (strays.length > 0) throw strays[0]
}

function accept(request: string): string {
  const key = /Sec-WebSocket-Key: (.*)\r\n/.exec(request)?.[1] ?? ''
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
