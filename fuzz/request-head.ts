/**
 * Invariant: whatever bytes arrive, in whatever chunks, the server's side of the HTTP/1.1 bootstrap ends in `more`, one refusal with a 4xx or 5xx
 * status that serializes to a complete response, or an accepted opening handshake that a second, independent reading of the bytes accepts too;
 * it never throws, and cutting the bytes differently changes nothing.
 */
import { createOriginPolicy } from '../packages/hawser/src/core/handshake/origin.ts'
import { isUpgradeToWebSocket, readOpeningRequest } from '../packages/hawser/src/core/http1/opening-request.ts'
import { serializeRefusal } from '../packages/hawser/src/core/http1/refusal.ts'
import { RequestHeadParser } from '../packages/hawser/src/core/http1/request-head.ts'
import { nodePlatform } from '../packages/hawser/src/runtime/node/platform.ts'
import { HEAD_PIECES, Mutator } from './mutator.ts'
import type { RequestHeadResult } from '../packages/hawser/src/core/http1/request-head.ts'

const LIMITS = { startLine: 300, fieldSection: 900, fields: 20 }
const POLICY = { origins: createOriginPolicy(undefined), secure: false }

const SEEDS: readonly string[] = [
  'GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    'Origin: http://server.example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n',
  'GET http://h/?x HTTP/1.1\r\nhost:h:80\r\nupgrade:foo/1, WebSocket\r\nconnection:keep-alive,upgrade\r\nsec-websocket-key:AQIDBAUGBwgJCgsMDQ4PEC==\r\n' +
    'sec-websocket-version:13\r\nsec-websocket-extensions: a; b="c", d;e=f\r\nContent-Length: 0\r\n\r\nrest',
]
const PIECES: readonly string[] = [
  ...HEAD_PIECES,
  'Host: a\r\n',
  ' fold\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 1\r\n',
  'Content-Length: 0\r\n',
  'Upgrade: websocket\r\n',
  'Connection: x\r\n',
  'Sec-WebSocket-Version: 13\r\n',
  'Sec-WebSocket-Version: 12\r\n',
  'HTTP/1.0',
  'HTTP/1.1',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  'Origin: null\r\n',
  '#',
  '%',
  '[::1]',
  'websocket/13',
  ',,,,,,,,',
  'a'.repeat(300),
  'A: b\r\n'.repeat(25),
]

export function run(iterations: number, seed: number): void {
  const mutator = new Mutator(seed, PIECES)
  let accepted = 0
  for (let iteration = 0; iteration < iterations; iteration++) {
    const bytes = mutator.mutate(SEEDS)
    try {
      if (check(bytes, mutator)) accepted++
    } catch (cause) {
      throw new Error(`request head ${JSON.stringify(Buffer.from(bytes).toString('latin1'))} (seed ${seed}, iteration ${iteration})`, { cause })
    }
  }
  // If all inputs are refused, the fuzzer tests nothing about accepted heads.
  if (iterations >= 1000 && accepted * 20 < iterations) throw new Error(`only ${accepted} of ${iterations} inputs were accepted`)
}

/** @returns whether the bytes are an accepted opening handshake */
function check(bytes: Uint8Array, mutator: Mutator): boolean {
  const whole = parse([bytes])
  const split = parse(mutator.cut(bytes))
  if (describe(whole) !== describe(split)) throw new Error(`${describe(whole)} whole, ${describe(split)} in chunks`)
  const { result } = whole
  if (result.kind === 'more') return false
  let refusal = result.kind === 'refused' ? result.refusal : undefined
  if (result.kind === 'head') {
    const outcome = readOpeningRequest(result.head, POLICY)
    if (outcome.ok) {
      const reason = objection(Buffer.from(bytes).toString('latin1'))
      if (reason !== undefined) throw new Error(`accepted, but ${reason}`)
      if (!isUpgradeToWebSocket(result.head)) throw new Error('accepted, but taken for a plain request')
      return true
    }
    refusal = outcome.refusal
  }
  if (refusal === undefined || refusal.status < 400 || refusal.status > 599) throw new Error(`refused with ${refusal?.status}`)
  const response = serializeRefusal(refusal)
  if (!/^HTTP\/1\.1 [45][0-9]{2} [A-Za-z ]+\r\n(?:[A-Za-z-]+: [\x20-\x7e]*\r\n)+\r\n[\x20-\x7e\n]+$/.test(response))
    throw new Error(`the response is ${JSON.stringify(response)}`)
  if (/sec-websocket-accept/i.test(response.split('\r\n\r\n', 1)[0]!)) throw new Error('a refusal carries an accept value')
  return false
}

function parse(chunks: Iterable<Uint8Array>): { result: RequestHeadResult; at: number } {
  const parser = new RequestHeadParser(LIMITS, nodePlatform.text)
  let before = 0
  for (const chunk of chunks) {
    const result = parser.push(chunk)
    if (result.kind === 'head') return { result, at: before + result.consumed }
    if (result.kind === 'refused') return { result, at: 0 }
    before += chunk.length
  }
  return { result: { kind: 'more' }, at: 0 }
}

function describe({ result, at }: { result: RequestHeadResult; at: number }): string {
  return result.kind === 'head'
    ? JSON.stringify([at, result.head.text, result.head.method, result.head.target, [...result.head.fields]])
    : JSON.stringify(result)
}

/** A slow, separate reading of RFC 6455 section 4.2.1 with regular expressions over the whole text: why this must not be a 101. */
function objection(text: string): string | undefined {
  const match = /^(?:\r\n){0,4}(\S+) ([^\s#\x7f-\xff]+) HTTP\/1\.([1-9])\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*\r\n)*)\r\n/.exec(text)
  if (match === null) return 'it is no request'
  if (match[1] !== 'GET') return 'the method is not GET'
  if (!/^(?:\/|https?:\/\/[^/?@]+)/i.test(match[2]!)) return 'the target is no path and no http URI'
  const values = (name: string): string[] =>
    match[4]!
      .split('\r\n')
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^[ \t]+|[ \t]+$/g, ''))
  const members = (name: string): string[] =>
    values(name)
      .join(',')
      .toLowerCase()
      .split(',')
      .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ''))
  if (values('host').length !== 1 || values('host')[0] === '') return 'there is not one Host'
  if (!members('upgrade').includes('websocket')) return 'Upgrade lacks websocket'
  if (!members('connection').includes('upgrade')) return 'Connection lacks upgrade'
  if (values('sec-websocket-key').length !== 1 || !/^[A-Za-z0-9+/]{22}==$/.test(values('sec-websocket-key')[0]!)) return 'there is not one valid key'
  if (values('sec-websocket-version').join() !== '13') return 'the version is not 13'
  if (values('transfer-encoding').length > 0 || !/^0*$/.test(values('content-length').join('x'))) return 'there is content'
  const origin = values('origin')
  if (origin.length > 1) return 'there are two Origins'
  const names = members('sec-websocket-protocol').filter((name) => name !== '')
  const exact = values('sec-websocket-protocol')
    .join(',')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (values('sec-websocket-protocol').length > 0 && names.length === 0) return 'the subprotocols are none'
  if (new Set(exact).size !== exact.length) return 'a subprotocol is there twice'
  return undefined
}
