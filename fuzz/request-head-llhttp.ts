/**
 * Invariant: a request head that hawser reads, llhttp (through node:http) reads as the same method, target, version and fields, with the same bytes behind
 * it, or refuses for a reason that is none of the head's syntax; where hawser waits for more, llhttp has read no head. Request smuggling
 * needs two parsers that disagree about a head.
 */
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { RequestHeadParser } from '../packages/hawser/src/core/http1/request-head.ts'
import type { RequestHead } from '../packages/hawser/src/core/http1/request-head.ts'
import { nodePlatform } from '../packages/hawser/src/runtime/node/platform.ts'
import { HEAD_PIECES, Mutator } from './mutator.ts'

const LIMITS = { startLine: 2_000, fieldSection: 8_000, fields: 100 }

const SEEDS: readonly string[] = [
  'GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\nframes',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n',
  'POST http://h/?x HTTP/1.1\r\nhost:h:80\r\nContent-Length: 0\r\nX: \t a b \t\r\nEmpty:\r\n\r\n',
  '\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
]
const PIECES: readonly string[] = [
  ...HEAD_PIECES,
  'Host: a\r\n',
  ' fold\r\n',
  '\tfold\r\n',
  '\r\n\r\n',
  '\n\n',
  '\r\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding : chunked\r\n',
  'Content-Length: 1\r\n',
  'Content-Length: 0\r\n',
  'Content-Length: +0\r\n',
  'Connection: close\r\n',
  'HTTP/1.0',
  'HTTP/1.1',
  'HTTP/0.9',
  'GET ',
  'é',
  '#',
  '[::1]',
]

interface Reading {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly lines: readonly string[]
}

type Llhttp = { readonly kind: 'head'; readonly reading: Reading } | { readonly kind: 'refused'; readonly code: string } | { readonly kind: 'more' }

/** Errors of llhttp about what follows from a head that it has read: its method, its version, the framing of its content. */
const beyondSyntax: ReadonlySet<string> = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_VERSION',
  'HPE_INVALID_CONTENT_LENGTH',
  'HPE_UNEXPECTED_CONTENT_LENGTH',
  'HPE_INVALID_TRANSFER_ENCODING',
  // Parses the target into its parts; hawser does so with the opening handshake (core/handshake/request-target).
  'HPE_INVALID_URL',
])

export async function run(iterations: number, seed: number): Promise<void> {
  const mutator = new Mutator(seed, PIECES)
  let same = 0
  for (let iteration = 0; iteration < iterations; iteration++) {
    const bytes = mutator.mutate(SEEDS)
    try {
      if (await check(bytes)) same++
    } catch (cause) {
      throw new Error(`request head ${JSON.stringify(Buffer.from(bytes).toString('latin1'))} (seed ${seed}, iteration ${iteration})`, { cause })
    }
  }
  // If all inputs are refused, the fuzzer tests nothing about accepted heads.
  if (iterations >= 1000 && same * 10 < iterations) throw new Error(`only ${same} of ${iterations} inputs were read by both`)
}

/** @returns whether both have read a head */
async function check(bytes: Uint8Array): Promise<boolean> {
  const ours = new RequestHeadParser(LIMITS, nodePlatform.text).push(bytes.slice())
  if (ours.kind === 'refused') return false
  if (ours.kind === 'more') {
    if ((await readWithLlhttp(bytes)).kind === 'head') throw new Error('hawser waits for more where llhttp has read a whole head')
    return false
  }
  const theirs = await readWithLlhttp(bytes.subarray(0, ours.consumed))
  if (theirs.kind === 'more') throw new Error('llhttp waits for more where hawser has read a whole head')
  if (theirs.kind === 'refused') {
    if (beyondSyntax.has(theirs.code)) return false
    throw new Error(`llhttp refuses it with ${theirs.code}`)
  }
  // Without the last byte llhttp must not have a head either; otherwise hawser consumed a byte that follows it.
  const shorter = await readWithLlhttp(bytes.subarray(0, ours.consumed - 1))
  if (shorter.kind === 'head') throw new Error('llhttp has read the head one byte earlier')
  const expected = JSON.stringify(theirs.reading)
  const actual = JSON.stringify(readingOf(ours.head))
  if (actual !== expected) throw new Error(`hawser reads ${actual}, llhttp ${expected}`)
  return true
}

function readingOf(head: RequestHead): Reading {
  return {
    method: head.method,
    target: head.target,
    version: head.httpVersion,
    lines: [...head.fields].flatMap(([name, value]) => [name, value]),
  }
}

/** As strict as node:http can be. */
function readWithLlhttp(bytes: Uint8Array): Promise<Llhttp> {
  return new Promise((resolve) => {
    const connection = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
    const conclude = (result: Llhttp): void => {
      resolve(result)
      connection.destroy()
    }
    const read = (request: IncomingMessage): void => {
      const { method = '', url = '', httpVersion, rawHeaders } = request
      conclude({ kind: 'head', reading: { method, target: url, version: httpVersion, lines: rawHeaders } })
    }
    const server = createServer({ insecureHTTPParser: false, requireHostHeader: false, maxHeaderSize: 16_384 })
    server.on('request', read)
    server.on('checkExpectation', read)
    server.on('checkContinue', read)
    server.on('upgrade', read)
    server.on('connect', read)
    server.on('clientError', (error: NodeJS.ErrnoException) => conclude({ kind: 'refused', code: error.code ?? error.message }))
    server.emit('connection', connection)
    connection.push(Buffer.from(bytes))
    // node:http processes the bytes in this turn.
    setImmediate(() => conclude({ kind: 'more' }))
  })
}
