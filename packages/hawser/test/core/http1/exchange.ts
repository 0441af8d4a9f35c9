import { createOriginPolicy } from '../../../src/core/handshake/origin.ts'
import { DEFAULT_HEAD_LIMITS } from '../../../src/core/http1/head-limits.ts'
import { readOpeningRequest } from '../../../src/core/http1/opening-request.ts'
import { RequestHeadParser } from '../../../src/core/http1/request-head.ts'
import { ResponseHeadParser } from '../../../src/core/http1/response-head.ts'
import { text } from '../platform.ts'
import type { OpeningRequest, Outcome, ServerHandshakePolicy } from '../../../src/core/handshake/server-handshake.ts'
import type { HeadLimits } from '../../../src/core/http1/head-limits.ts'
import type { RequestHeadResult } from '../../../src/core/http1/request-head.ts'
import type { ResponseHeadResult } from '../../../src/core/http1/response-head.ts'

/** The standard example (RFC 6455 section 1.3) as field lines; a change of `undefined` leaves a field out, an array repeats it. */
export function requestText(
  changes: Record<string, string | readonly string[] | undefined> = {},
  requestLine: string = 'GET /chat HTTP/1.1',
): string {
  const fields = new Map<string, string | readonly string[] | undefined>([
    ['Host', 'server.example.com'],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['Sec-WebSocket-Version', '13'],
  ])
  for (const [name, value] of Object.entries(changes)) fields.set(name, value)
  let head = `${requestLine}\r\n`
  for (const [name, value] of fields) {
    for (const one of value === undefined ? [] : typeof value === 'string' ? [value] : value) head += `${name}: ${one}\r\n`
  }
  return `${head}\r\n`
}

export function latin1(string: string): Uint8Array {
  return Uint8Array.from(string, (character) => character.charCodeAt(0))
}

/** The chunks in order, until something other than `more` comes. */
export function parseRequest(chunks: string | Iterable<Uint8Array>, limits: HeadLimits = DEFAULT_HEAD_LIMITS): RequestHeadResult {
  const parser = new RequestHeadParser(limits, text)
  let result: RequestHeadResult = { kind: 'more' }
  for (const chunk of typeof chunks === 'string' ? [latin1(chunks)] : chunks) {
    result = parser.push(chunk)
    if (result.kind !== 'more') break
  }
  return result
}

export function parseResponse(chunks: string | Iterable<Uint8Array>, limits: HeadLimits = DEFAULT_HEAD_LIMITS): ResponseHeadResult {
  const parser = new ResponseHeadParser(limits, text)
  let result: ResponseHeadResult = { kind: 'more' }
  for (const chunk of typeof chunks === 'string' ? [latin1(chunks)] : chunks) {
    result = parser.push(chunk)
    if (result.kind !== 'more') break
  }
  return result
}

export function bytewise(string: string): Uint8Array[] {
  return Array.from(latin1(string), (byte) => Uint8Array.of(byte))
}

export const anyOrigin: ServerHandshakePolicy = { origins: createOriginPolicy('any'), secure: false }
export const sameOrigin: ServerHandshakePolicy = { origins: createOriginPolicy(undefined), secure: false }

/** From bytes to the outcome: what a server does with a request. */
export function open(raw: string, policy: ServerHandshakePolicy = anyOrigin): Outcome<OpeningRequest> {
  const result = parseRequest(raw)
  if (result.kind === 'head') return readOpeningRequest(result.head, policy)
  if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
  throw new Error('the request is not complete')
}

/** The status code a request is refused with, or 101. */
export function statusOf(raw: string, policy: ServerHandshakePolicy = anyOrigin): number {
  const outcome = open(raw, policy)
  return outcome.ok ? 101 : outcome.refusal.status
}
