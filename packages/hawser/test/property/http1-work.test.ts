/** No input of n bytes costs the head parser or the request loop more than c · n steps, however it is cut: counted, not timed. */
// First: see there.
import { countWork } from './counted-work.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Members } from '../../src/connection/members.ts'
import { createRuntime } from '../../src/connection/runtime.ts'
import type { Transport, TransportHandler } from '../../src/connection/transport.ts'
import { createHostPolicy } from '../../src/core/handshake/index.ts'
import { createOriginPolicy } from '../../src/core/handshake/origin.ts'
import { readOpeningRequest, RequestHeadParser } from '../../src/core/http1/index.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'
import { RequestLoop } from '../../src/server/http1/request-loop.ts'
import { readServerSettings } from '../../src/server/settings.ts'
import { ServerCore } from '../../src/server/server-core.ts'
import { ManualClock } from '../../src/testing/index.ts'
import { openingRequest } from '../peers/raw-client.ts'

const limits = { startLine: 1_000_000, fieldSection: 1_000_000, fields: 1_000_000 }
const places = ['/src/core/http1/', '/src/core/handshake/']
const small = 4_096
const large = 16 * small

const opening = openingRequest().slice(0, -2)
const fill = (piece: string, size: number): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size)
const field = (name: string, piece: string) => (size: number) => `${opening}${name}: ${fill(piece, size)}\r\n\r\n`

/** Inputs of about `size` bytes, each with another part that grows. */
const inputs: Readonly<Record<string, (size: number) => string>> = {
  'a long method': (size) => `${fill('M', size)} / HTTP/1.1\r\nHost: h\r\n\r\n`,
  'a long target': (size) => openingRequest(`/${fill('a', size)}`),
  'a target of percent signs': (size) => openingRequest(`/${fill('%2F', size)}`),
  'a target of colons and brackets': (size) => openingRequest(`http://${fill('[:', size)}/`),
  'a request line of spaces': (size) => `GET ${fill(' ', size)} HTTP/1.1\r\n\r\n`,
  'a head that never ends': (size) => `GET / HTTP/1.1\r\nX: ${fill('a', size)}`,
  'a first line that never ends': (size) => fill('G', size),
  'empty lines': (size) => fill('\r\n', size),
  'bare CRs': (size) => `GET / HTTP/1.1\r\nX: ${fill('\r', size)}\r\n\r\n`,
  'the smallest fields': (size) => `${opening}${fill('a:\r\n', size - (size % 4))}\r\n`,
  'the same name again and again': (size) => `${opening}${fill('Host: h\r\n', size - (size % 9))}\r\n`,
  'folded lines': (size) => `${opening}X: y\r\n${fill(' z\r\n', size - (size % 4))}\r\n`,
  'a name without a colon': (size) => `${opening}${fill('n', size)}\r\n\r\n`,
  'whitespace around a value': field('X', ' \t'),
  'a Host of dots': (size) => openingRequest('/', { Host: fill('a.', size) }),
  'a Host of colons': (size) => openingRequest('/', { Host: `[${fill(':', size)}]` }),
  'Upgrade of commas': field('Upgrade', ','),
  'Upgrade of slashes': field('Upgrade', 'a/'),
  'Connection of options': field('Connection', 'a, '),
  'Connection of spaces': field('Connection', ' ,\t'),
  'subprotocols that are all alike': field('Sec-WebSocket-Protocol', 'a, '),
  'extensions of parameters': field('Sec-WebSocket-Extensions', 'a;b=c;'),
  'extensions of quoted pairs': field('Sec-WebSocket-Extensions', 'a;b="\\c\\d";'),
  'an open quote': field('Sec-WebSocket-Extensions', 'a="\\'),
  'Origin of origins': field('Origin', 'http://a '),
  'a long key': field('Sec-WebSocket-Key', 'A'),
  'transfer encodings': field('Transfer-Encoding', 'chunked, '),
  'digits of Content-Length': field('Content-Length', '9'),
}

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function parse(text: string, chunk: number): void {
  const parser = new RequestHeadParser(limits, nodePlatform.text)
  for (const piece of cut(Buffer.from(text, 'latin1'), chunk)) {
    const result = parser.push(piece)
    if (result.kind === 'refused') return
    if (result.kind === 'more') continue
    readOpeningRequest(result.head, { origins: createOriginPolicy(undefined), secure: false, hosts: createHostPolicy(undefined, '127.0.0.1') })
    return
  }
}

for (const [name, input] of Object.entries(inputs)) {
  test(`the head parser does no more than linear work for ${name}`, () => {
    for (const chunk of [1, 65_536]) {
      const work = (size: number): number => countWork(places, () => parse(input(size), chunk))
      const [few, many] = [work(small), work(large)]
      assert.ok(few > 0, 'nothing was counted')
      assert.ok(many <= 20 * few + 2_000, `${few} steps for ${small} bytes, ${many} for ${large}, in chunks of ${chunk}`)
      assert.ok(many <= 40 * large, `${many} steps for ${large} bytes in chunks of ${chunk}`)
    }
  })
}

/** Copies are no steps of our own, so they are counted by themselves. */
test('the head parser copies no more than a few times its input, one byte at a time', (t) => {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array
  const set = t.mock.method(prototype, 'set')
  parse(`GET / HTTP/1.1\r\nX: ${'a'.repeat(large)}\r\n\r\n`, 1)
  const copied = set.mock.calls.reduce((sum, call) => sum + call.arguments[0].length, 0)
  assert.ok(copied >= large && copied <= 4 * large, `${copied} bytes were copied for ${large}`)
})

/** Takes everything at once and keeps nothing. */
class Sink implements Transport {
  handler: TransportHandler | undefined
  readonly bufferedBytes = 0
  readonly info = {
    httpVersion: '1.1',
    secure: false,
    remoteAddress: undefined,
    remotePort: undefined,
    localAddress: undefined,
    localPort: undefined,
  } as const
  write(): boolean {
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

const pipelined: Readonly<Record<string, string>> = {
  'the smallest requests': 'G / HTTP/1.1\r\n\r\n',
  'requests with Host': 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'requests behind empty lines': '\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'the preface, nearly': 'PRI * HTTP/1.1\r\nHost: a\r\n\r\n',
}

for (const [name, request] of Object.entries(pipelined)) {
  test(`the request loop does no more than linear work for ${name}, pipelined, and needs no deeper stack`, () => {
    const work = (size: number, chunk: number): number =>
      countWork(['/src/core/', '/src/server/', '/src/connection/'], () => {
        const core = new ServerCore(readServerSettings({}), createRuntime(nodePlatform, new ManualClock()), assert.fail)
        const transport = new Sink()
        const hosts = createHostPolicy(undefined, undefined)
        new RequestLoop({ core, hosts, ordinary: undefined, preface: () => undefined, loops: new Members() }, transport, 0)
        for (const piece of cut(Buffer.from(fill(request, size), 'latin1'), chunk)) transport.handler?.data(piece)
      })
    for (const chunk of [5, large]) {
      const [few, many] = [work(small, chunk), work(large, chunk)]
      assert.ok(many <= 20 * few + 2_000, `${few} steps for ${small} bytes, ${many} for ${large}, in chunks of ${chunk}`)
      assert.ok(many <= 100 * large, `${many} steps for ${large} bytes in chunks of ${chunk}`)
    }
  })
}
