/** The program of `bench/stream-memory.ts`: a server that receives one large message, and clients that send it. Its memory is watched meanwhile. */
import { connect as connectTcp } from 'node:net'
import { constants, deflateRawSync } from 'node:zlib'
import { answer } from '../channel.ts'

export interface LargeMessageSetup {
  /** File URL of the built entry point of hawser. */
  readonly hawser: string
  readonly tls: { readonly key: string; readonly cert: string }
}

/** How the message is sent: in fragments by `sendStream`, compressed or not, or as one frame that a raw client writes. */
export type Sending = 'fragments' | 'compressed fragments' | 'one frame' | 'one compressed frame'

export interface Received {
  readonly bytes: number
  readonly ms: number
  /** Resident bytes before the message. */
  readonly startBytes: number
  /** Resident bytes every few milliseconds of it. */
  readonly samples: readonly number[]
}

const { hawser, tls } = JSON.parse(process.argv[2] ?? 'null') as LargeMessageSetup
const { connect, permessageDeflate, serve } = (await import(hawser)) as typeof import('../../packages/hawser/src/index.ts')
const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined)

/** A mebibyte of text that deflates to about a sixth. */
const block = new Uint8Array(1 << 20)
for (let at = 0, state = 1; at < block.length; ) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  const row = `{"id":${state},"name":"row ${state >>> 24}","active":true,"tags":["alpha","beta","gamma"]}\n`
  for (let i = 0; i < row.length && at < block.length; i++) block[at++] = row.charCodeAt(i)
}

class Watch {
  readonly startBytes: number
  readonly samples: number[] = []
  readonly #begun = performance.now()
  readonly #timer: ReturnType<typeof setInterval>

  constructor() {
    collect()
    this.startBytes = process.memoryUsage.rss()
    this.#timer = setInterval(() => this.sample(), 5)
  }

  sample(): void {
    this.samples.push(process.memoryUsage.rss())
  }

  end(bytes: number): Received {
    clearInterval(this.#timer)
    this.sample()
    return { bytes, ms: performance.now() - this.#begun, startBytes: this.startBytes, samples: this.samples }
  }
}

let received: Promise<Received>

/** @returns the port of a server that receives one message, whole or as a stream */
async function receive({ whole, secure }: { whole: boolean; secure: boolean }): Promise<number> {
  let settle: (result: Received) => void
  received = new Promise((resolve) => (settle = resolve))
  let watch: Watch
  const server = await serve({
    port: 0,
    hosts: 'any',
    ...(secure ? { tls } : {}),
    extensions: [permessageDeflate()],
    limits: { message: 536_870_000 },
    open: () => void (watch = new Watch()),
    ...(whole
      ? { message: (_socket: unknown, data: string | Uint8Array) => settle(watch.end(data.length)) }
      : {
          async stream(_socket: unknown, message: AsyncIterable<string | Uint8Array>) {
            let bytes = 0
            for await (const chunk of message) {
              const before = bytes >> 20
              bytes += chunk.length
              if (bytes >> 20 !== before) watch.sample()
            }
            settle(watch.end(bytes))
          },
        }),
  })
  return server.port
}

async function* pieces(mebibytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < mebibytes; i++) for (let at = 0; at < block.length; at += 65_536) yield block.subarray(at, at + 65_536)
}

async function send({ port, mebibytes, sending, http2 }: { port: number; mebibytes: number; sending: Sending; http2: boolean }): Promise<Received> {
  if (sending.startsWith('one')) return await sendOneFrame(port, mebibytes, sending === 'one compressed frame')
  const socket = await connect(`${http2 ? 'wss' : 'ws'}://localhost:${port}/`, {
    extensions: [permessageDeflate()],
    ...(http2 ? { http: '2' as const, tls: { rejectUnauthorized: false } } : {}),
  })
  const watch = new Watch()
  await socket.sendStream(pieces(mebibytes), { compress: sending === 'compressed fragments' })
  await socket.drained
  const result = watch.end(mebibytes << 20)
  await socket.close()
  return result
}

/** The masking key is 0, so that the bytes are those of the payload. */
function sendOneFrame(port: number, mebibytes: number, compressed: boolean): Promise<Received> {
  // After a full flush nothing refers to what came before, so that equal blocks can follow each other; the last one ends without 00 00 ff ff.
  const part = compressed ? deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH }) : block
  const length = part.length * mebibytes - (compressed ? 4 : 0)
  const header = Buffer.alloc(14)
  header[0] = compressed ? 0xc2 : 0x82
  header[1] = 0xff
  header.writeBigUInt64BE(BigInt(length), 2)
  return new Promise((resolve, reject) => {
    const socket = connectTcp(port, 'localhost')
    const watch = new Watch()
    let left = mebibytes
    const writeMore = (): void => {
      while (left > 0) {
        left--
        const chunk = left === 0 && compressed ? part.subarray(0, -4) : part
        if (!socket.write(chunk)) return
      }
      resolve(watch.end(mebibytes << 20))
    }
    const key = Buffer.alloc(16).toString('base64')
    const extensions = compressed ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : ''
    socket.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n${extensions}Sec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    socket.once('data', () => {
      socket.write(header)
      socket.on('drain', writeMore)
      writeMore()
      socket.resume()
    })
    socket.on('error', reject)
  })
}

answer('ready', { receive, send, received: () => received })
