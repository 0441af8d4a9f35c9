/**
 * Invariant: whatever bytes a server answers, in whatever chunks, the client's side of the HTTP/1.1 bootstrap ends in `more`, one failure with a
 * stage and a rule, or an agreement that holds only what was offered and the right accept value; it never throws, and cutting the bytes
 * differently changes nothing.
 */
import { validateUpgradeResponse } from '../packages/hawser/src/core/http1/upgrade-response.ts'
import { ResponseHeadParser } from '../packages/hawser/src/core/http1/response-head.ts'
import { nodePlatform } from '../packages/hawser/src/runtime/node/platform.ts'
import { HEAD_PIECES, Mutator } from './mutator.ts'
import type { Extension } from '../packages/hawser/src/core/protocol/extension.ts'
import type { ResponseHeadResult } from '../packages/hawser/src/core/http1/response-head.ts'

const LIMITS = { startLine: 200, fieldSection: 600, fields: 20 }
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
const OFFERED: readonly string[] = ['chat', 'superchat']

const session = (): never => {
  throw new Error('opened before the handshake was complete')
}
const extension: Extension = {
  name: 'a',
  rsv: 0x40,
  offers: () => [[['b', 'c']], []],
  accept: () => ({ accepted: false, reason: 'a client accepts nothing' }),
  confirm: (response) =>
    response.length < 2 ? { accepted: true, parameters: response, open: session } : { accepted: false, reason: 'too many parameters' },
}
const SENT = { accept: ACCEPT, subprotocols: OFFERED, extensions: [extension], noSubprotocol: 'accept' } as const

const SEEDS: readonly string[] = [
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${ACCEPT}\r\nSec-WebSocket-Protocol: chat\r\nSec-WebSocket-Extensions: a; b="c"\r\n\r\nframe`,
  `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: x\r\n\r\nHTTP/1.1 101\nupgrade: WebSocket\nconnection: x, upgrade\nsec-websocket-accept:  ${ACCEPT} \n\n`,
  'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8, 7\r\nContent-Length: 2\r\n\r\nno',
]
const PIECES: readonly string[] = [
  ...HEAD_PIECES,
  ' fold\r\n',
  'HTTP/1.1 101 x\r\n',
  'HTTP/1.1 200\r\n\r\n',
  'Sec-WebSocket-Accept: x\r\n',
  `Sec-WebSocket-Accept: ${ACCEPT}\r\n`,
  'Sec-WebSocket-Protocol: soap\r\n',
  'Sec-WebSocket-Extensions: a\r\n',
  'a, a',
  'Upgrade: h2c\r\n',
  '999',
  'a'.repeat(300),
]

export function run(iterations: number, seed: number): void {
  const mutator = new Mutator(seed, PIECES)
  for (let iteration = 0; iteration < iterations; iteration++) {
    const bytes = mutator.mutate(SEEDS)
    try {
      check(bytes, mutator)
    } catch (cause) {
      throw new Error(`response head ${JSON.stringify(Buffer.from(bytes).toString('latin1'))} (seed ${seed}, iteration ${iteration})`, { cause })
    }
  }
}

function check(bytes: Uint8Array, mutator: Mutator): void {
  const whole = parse([bytes])
  const split = parse(mutator.cut(bytes))
  if (describe(whole) !== describe(split)) throw new Error(`${describe(whole)} whole, ${describe(split)} in chunks`)
  const { result } = whole
  if (result.kind === 'more') return
  const outcome = result.kind === 'head' ? validateUpgradeResponse(result.head, SENT) : result.failure
  if (!outcome.ok) {
    if (outcome.message === '' || outcome.rule.text === '') throw new Error('a failure without message or rule')
    return
  }
  const text = Buffer.from(bytes).toString('latin1')
  if (!text.includes(ACCEPT)) throw new Error('agreed without the accept value')
  if (outcome.subprotocol !== undefined && !OFFERED.includes(outcome.subprotocol)) throw new Error(`agreed on ${outcome.subprotocol}`)
  if (outcome.extensions.length > 1 || outcome.extensions.some(({ element }) => element.name !== 'a'))
    throw new Error('agreed on an extension that was not offered')
}

function parse(chunks: Iterable<Uint8Array>): { result: ResponseHeadResult; at: number } {
  const parser = new ResponseHeadParser(LIMITS, nodePlatform.text)
  let before = 0
  for (const chunk of chunks) {
    const result = parser.push(chunk)
    if (result.kind === 'head') return { result, at: before + result.consumed }
    if (result.kind === 'failed') return { result, at: 0 }
    before += chunk.length
  }
  return { result: { kind: 'more' }, at: 0 }
}

function describe({ result, at }: { result: ResponseHeadResult; at: number }): string {
  if (result.kind !== 'head') return JSON.stringify(result)
  return JSON.stringify([at, result.head.text, result.head.status, [...result.head.fields], result.interim.map(({ text }) => text)])
}
