/**
 * permessage-deflate alone: sessions of both ends, no socket. `node --import tsx bench/micro/deflate.ts [seconds]`
 * It prints the tables of docs/compression.md.
 */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import process from 'node:process'
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib'
import { promised, type PromisedSession } from '../../packages/hawser/test/core/extensions/promised-session.ts'
import type { DeflateSession } from '../../packages/hawser/src/core/extensions/permessage-deflate/session.ts'
import { RSV1, type ExtensionFrame, type ExtensionParameter } from '../../packages/hawser/src/core/protocol/extension.ts'
import { compressorBytes } from '../../packages/hawser/src/runtime/node/zlib/compressor-pool.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../../packages/hawser/src/runtime/node/zlib/permessage-deflate.ts'

const seconds = Number(process.argv[2] ?? 0.4)
const WORDS = 'alpha bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango'.split(
  ' ',
)

/** JSON of records with numbers and words that change, about `size` bytes. */
function json(size: number, seed: number): Buffer {
  let state = (seed + 1) * 2_654_435_761
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
  let text = ''
  while (text.length < size) {
    text += JSON.stringify({
      id: next(1e6),
      name: `${WORDS[next(20)]} ${WORDS[next(20)]}`,
      price: next(1e5) / 100,
      tags: [WORDS[next(20)], WORDS[next(20)]],
      open: next(2) === 1,
    })
  }
  return Buffer.from(text.slice(0, size))
}

function open(
  options: PermessageDeflateOptions,
  ...offer: ExtensionParameter[]
): [server: PromisedSession<DeflateSession>, client: PromisedSession<DeflateSession>] {
  const extension = permessageDeflate({ threshold: 0, clientMaxWindowBits: options.serverMaxWindowBits ?? 12, ...options })
  const session = (): PromisedSession<DeflateSession> => {
    const decision = extension.accept([['client_max_window_bits', true], ...offer])
    if (!decision.accepted) throw new Error(decision.reason)
    return promised(decision.open() as DeflateSession)
  }
  return [session(), session()]
}

const frame = (payload: Uint8Array, rsv = 0): ExtensionFrame => ({ opcode: 1, first: true, fin: true, rsv, payload })

/** CPU time of the process, µs a step, which other work on the machine does not change. */
async function time(step: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < 50; i++) await step(i)
  const until = performance.now() + seconds * 1000
  const start = process.cpuUsage()
  let count = 0
  while (performance.now() < until) {
    for (let i = 0; i < 20; i++, count++) {
      const result = step(count)
      if (result instanceof Promise) await result
    }
  }
  const { user, system } = process.cpuUsage(start)
  return (user + system) / count
}

async function codec(name: string, size: number, options: PermessageDeflateOptions, offer: ExtensionParameter[]): Promise<void> {
  const [server, client] = open({ asyncAbove: 1 << 30, ...options }, ...offer)
  const messages = Array.from({ length: 64 }, (_, i) => json(size, i))
  const at = (i: number): Buffer => messages[i % 64] ?? Buffer.alloc(0)
  const both = await time(async (i) => client.decode(await server.encode(frame(at(i)), { compress: true }), 1e9))
  const ratio = server.statistics.sent.ratio
  const [sender] = open({ asyncAbove: 1 << 30, ...options }, ...offer)
  const one = await time((i) => sender.encode(frame(at(i)), { compress: true }))
  row(name, `${size} B`, one.toFixed(1), Math.max(0, both - one).toFixed(1), both.toFixed(1), ratio.toFixed(1))
}

const row = (...cells: (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`)
const table = (title: string, ...heads: string[]): void => {
  console.log(`\n${title}\n`)
  row(...heads)
  row(...heads.map(() => '---'))
}

const alone: ExtensionParameter[] = [
  ['server_no_context_takeover', true],
  ['client_no_context_takeover', true],
]

/** Resident kB a connection, of `count` connections that exchanged one 1 KiB message each way. */
async function memory(count: number, make: () => () => Promise<unknown>): Promise<number> {
  const kept: unknown[] = []
  await make()()
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  for (let i = 0; i < count; i++) {
    const exchange = make()
    await exchange()
    kept.push(exchange)
  }
  globalThis.gc?.()
  return (process.memoryUsage.rss() - before) / kept.length / 1024
}

const message = json(1024, 1)
const received = await open({})[0].encode(frame(message), {})

function sessions(options: PermessageDeflateOptions, ...offer: ExtensionParameter[]): () => () => Promise<unknown> {
  const extension = permessageDeflate({ idleReleaseMs: 0, ...options })
  return () => {
    const decision = extension.accept([['client_max_window_bits', '12'], ...offer])
    if (!decision.accepted) throw new Error(decision.reason)
    const session = promised(decision.open())
    return async () => [await session.encode(frame(message), {}), await session.decode(received, 1e6)].length && session
  }
}

function streams(windowBits: number, memLevel: number): () => () => Promise<unknown> {
  return () => {
    const pair = [createDeflateRaw({ windowBits, memLevel }), createInflateRaw({ windowBits })] as const
    const run = (stream: (typeof pair)[number], bytes: Uint8Array): Promise<unknown> =>
      new Promise((resolve) => {
        stream.resume()
        stream.write(bytes)
        stream.flush(constants.Z_SYNC_FLUSH, () => resolve(pair))
      })
    return async () => [await run(pair[0], message), await run(pair[1], received.payload)]
  }
}

const compressor = compressorBytes(12, 5) / 1024
/** kB of JavaScript objects a session. */
const OBJECTS = 3.5
const MEMORY: readonly (readonly [name: string, count: number, formula: string, make: () => () => () => Promise<unknown>])[] = [
  ['defaults', 10_000, ((64 * compressor) / 10_000 + 1 + OBJECTS).toFixed(1), () => sessions({})],
  ['defaults, as many connections as compressors', 64, (compressor + 1 + OBJECTS).toFixed(1), () => sessions({})],
  ['maxCompressors: 10 000', 1000, (compressor + 1 + OBJECTS).toFixed(1), () => sessions({ maxCompressors: 10_000 })],
  ['no context takeover', 10_000, OBJECTS.toFixed(1), () => sessions({}, ...alone)],
  ['two zlib streams, window 15, memLevel 8', 500, '', () => streams(15, 8)],
  ['two zlib streams, window 12, memLevel 5', 500, '', () => streams(12, 5)],
]

async function tables(): Promise<void> {
  table('Messages of JSON, µs', 'codec', 'size', 'compress', 'decompress', 'both', 'ratio')
  for (const size of [100, 1024, 16_384]) {
    await codec('handle, takeover', size, {}, [])
    await codec('handle, no takeover', size, {}, alone)
    await codec('public API, takeover', size, { zlib: 'public' }, [])
    await codec('public API, no takeover', size, { zlib: 'public' }, alone)
  }
  await codec('handle, takeover, level 1', 1024, { level: 1 }, [])
  await codec('handle, takeover, window 15, memLevel 8', 1024, { serverMaxWindowBits: 15, memLevel: 8 }, [])

  table('threshold: bytes on the wire of a JSON message', 'size', 'takeover', 'no takeover', 'µs both, takeover')
  for (const size of [16, 32, 48, 64, 96, 128, 256]) {
    const wire = async (offer: ExtensionParameter[]): Promise<string> => {
      const [server] = open({}, ...offer)
      for (let i = 0; i < 300; i++) await server.encode(frame(json(size, i)), { compress: true })
      return (server.statistics.sent.wireBytes / 300).toFixed(1)
    }
    const [server, client] = open({})
    const both = await time(async (i) => client.decode(await server.encode(frame(json(size, i % 64)), { compress: true }), 1e9))
    row(size, await wire([]), await wire(alone), both.toFixed(1))
  }

  table('asyncAbove: what one call would hold the event loop for, µs', 'size', 'data', 'compress', 'decompress')
  for (const size of [4096, 16_384, 32_768, 65_536, 262_144, 1_048_576]) {
    for (const [kind, payload] of [
      ['JSON', json(size, 1)],
      ['random', randomBytes(size)],
    ] as const) {
      const [server, client] = open({ asyncAbove: 1 << 30 }, ...alone)
      const compressed = await server.encode(frame(payload), { compress: true })
      const there = await time(() => server.encode(frame(payload), { compress: true }))
      const back = await time(() => client.decode(frame(compressed.payload, RSV1), 1e9))
      row(size, kind, there.toFixed(0), back.toFixed(0))
    }
  }

  table('memory: resident kB a connection, each in a process of its own', 'what', 'connections', 'kB', 'formula')
  for (const [i, [name, count, formula]] of MEMORY.entries()) {
    const { stdout } = spawnSync(process.execPath, ['--expose-gc', ...process.execArgv, process.argv[1] ?? '', 'memory', String(i)], {
      encoding: 'utf8',
    })
    row(name, count, stdout.trim(), formula)
  }
}

const measured = MEMORY[Number(process.argv[3])]
if (process.argv[2] === 'memory' && measured !== undefined) console.log((await memory(measured[1], measured[3]())).toFixed(1))
else await tables()
