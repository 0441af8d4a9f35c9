/**
 * The pure core alone: masked messages in, echo out, no socket. `node --import tsx bench/micro/parser.ts [seconds]`
 * Each chunk is copied from a template first (the parser unmasks in place); the cost of the copy is measured and subtracted.
 * The best of many batches in CPU time.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import {
  Connection,
  serializeFrame,
  type BufferPool,
  type ConnectionTransport,
  type MessageSink,
  type TextCodec,
} from '../../packages/hawser/src/core/protocol/index.ts'

const seconds = Number(process.argv[2] ?? 0.5)

type Native = Buffer & {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  utf8Write(text: string, offset: number): number
}
const native = Buffer.prototype as Native
const text: TextCodec = {
  isUtf8,
  isAscii,
  decodeUtf8: (bytes, start, end) => native.utf8Slice.call(bytes, start, end),
  decodeLatin1: (bytes, start, end) => native.latin1Slice.call(bytes, start, end),
  encodeUtf8Into: (string, target, offset) => native.utf8Write.call(target, string, offset),
  utf8Length: (string) => Buffer.byteLength(string, 'utf8'),
}
const random = { fill: (target: Uint8Array): void => void target.fill(7), uint32: (): number => 0x12345678 }
/** Powers of two from 16 KiB to 4 MiB. */
class Pool implements BufferPool {
  readonly #free = new Map<number, Uint8Array[]>()
  allocate(size: number): Uint8Array {
    return Buffer.allocUnsafeSlow(size)
  }
  acquire(minimum: number): Uint8Array {
    let size = 16384
    while (size < minimum) size *= 2
    return this.#free.get(size)?.pop() ?? Buffer.allocUnsafeSlow(size)
  }
  release(buffer: Uint8Array): void {
    const list = this.#free.get(buffer.length)
    if (list === undefined) this.#free.set(buffer.length, [buffer])
    else if (list.length < 8) list.push(buffer)
  }
}

class Echo implements MessageSink, ConnectionTransport {
  readonly connection: Connection
  count = 0
  readonly isWorking = false
  readonly sentBytes = 0
  readonly unsentBytes = 0
  constructor() {
    const limits = {
      frame: 1 << 24,
      message: 1 << 24,
      fragments: 16384,
      incompleteBytes: 1 << 26,
      incompleteMs: 120_000,
      controlFramesPerSecond: 1000,
    }
    this.connection = new Connection({ role: 'server', limits, extensions: [], text, random, buffers: new Pool() }, this, this, 0)
  }
  message(data: string | Uint8Array): void {
    this.count++
    if (typeof data === 'string') this.connection.sendText(data)
    else this.connection.sendBinary(data)
  }
  ping(): void {}
  pong(): void {}
  closing(): void {}
  outputReady(): void {}
  endTransport(): void {}
  abortTransport(): void {}
  extensionDone(): void {}
  closed(): void {
    throw new Error('closed')
  }
}

function chunksOf(payload: Uint8Array, opcode: number, perChunk: number): Uint8Array[] {
  const frame = serializeFrame({ opcode, payload, maskingKey: 0x37fa213d })
  const all = new Uint8Array(Buffer.concat(Array.from({ length: perChunk }, () => frame)))
  const chunks: Uint8Array[] = []
  for (let at = 0; at < all.length; at += 65536) chunks.push(all.subarray(at, at + 65536))
  return chunks
}

/** CPU time of this process in ns, so that neighbours on the machine disturb less. */
function cpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

function perCall(run: () => void): number {
  const trial = process.hrtime.bigint()
  for (let i = 0; i < 300; i++) run()
  const batch = Math.max(20, Math.ceil((20e6 * 300) / Number(process.hrtime.bigint() - trial)))
  for (let i = 0; i < batch; i++) run()
  let best = Infinity
  for (let spent = 0; spent < seconds * 1e9; ) {
    const before = cpu()
    for (let i = 0; i < batch; i++) run()
    const took = cpu() - before
    spent += took
    best = Math.min(best, took / batch)
  }
  return best
}

function measure(name: string, payload: Uint8Array, opcode: number, perChunk: number): void {
  const chunks = chunksOf(payload, opcode, perChunk)
  const copies = chunks.map((chunk) => new Uint8Array(chunk.length))
  const echo = new Echo()
  let sink = 0
  const copy = (): void => {
    for (let i = 0; i < chunks.length; i++) copies[i]!.set(chunks[i]!)
  }
  const whole = perCall(() => {
    copy()
    for (const chunk of copies) {
      echo.connection.receive(chunk, 1)
      for (const segment of echo.connection.output.take()) sink += segment.length
      echo.connection.output.release()
    }
  })
  const only = perCall(copy)
  if (sink === 0) throw new Error('nothing was sent')
  const ns = (whole - only) / perChunk
  console.log(`${name.padEnd(34)} ${ns.toFixed(0).padStart(9)} ns per message ${(1000 / ns).toFixed(2).padStart(8)} M/s`)
}

const ascii = (length: number): Uint8Array => new Uint8Array(length).fill(0x61)
const greek = (length: number): Uint8Array => new Uint8Array(Buffer.from('λ'.repeat(length / 2)))
measure('64 B text, 1 in a chunk', ascii(64), 1, 1)
measure('64 B text, 16 in a chunk', ascii(64), 1, 16)
measure('64 B Greek text, 16 in a chunk', greek(64), 1, 16)
measure('64 B binary, 16 in a chunk', ascii(64), 2, 16)
measure('1 KiB text, 1 in a chunk', ascii(1024), 1, 1)
measure('16 KiB text, 1 in a chunk', ascii(16384), 1, 1)
measure('16 KiB binary, 1 in a chunk', ascii(16384), 2, 1)
measure('1 MiB text, chunks of 64 KiB', ascii(1 << 20), 1, 1)
measure('1 MiB binary, chunks of 64 KiB', ascii(1 << 20), 2, 1)
