import { isToken } from '../core/handshake/field-values.ts'
import { validateCloseCodeAndReason, withDefaultCode } from './close-info.ts'
import type { CloseCodeAndReason } from './close-info.ts'
import { copyBufferSource, isIterable, toClampedUnsignedShort, toDOMString, toStringOrSequence } from './conversions.ts'

/** Validates and converts the arguments of the constructor, `send` and `close`. */

export interface ConstructorArguments {
  readonly url: string
  readonly protocols: readonly string[]
  readonly extra: object
}

/** The second argument as an object: the standard's protocols, beside options of `connect`. */
export interface WebSocketInit {
  /** Subprotocols to offer, in this order. Default: none. */
  readonly protocols?: string | readonly string[]
}

/** @throws DOMException SyntaxError; TypeError for values that Web IDL cannot convert */
export function readConstructorArguments(url: unknown, second: unknown, baseUrl: string | undefined): ConstructorArguments {
  const urlString = toDOMString(url)
  const { protocols = [], extra } = splitSecond(second)
  const converted = toStringOrSequence(protocols)
  return { url: readUrl(urlString, baseUrl), protocols: readProtocols(converted), extra }
}

function splitSecond(second: unknown): { protocols?: unknown; extra: object } {
  if (typeof second !== 'object' || second === null || isIterable(second)) return { protocols: second, extra: {} }
  const { protocols, ...extra } = second as WebSocketInit
  return { protocols, extra }
}

/** Gets a URL record, serialized. */
export function readUrl(url: string, baseUrl: string | undefined): string {
  // 2. Let urlRecord be the result of getting a URL record given url and baseURL.
  //    Getting: 1. Let urlRecord be the result of applying the URL parser to url with baseURL.
  //             2. If urlRecord is failure, then throw a "SyntaxError" DOMException.
  if (!URL.canParse(url, baseUrl))
    throw syntaxError(`The URL ${JSON.stringify(url)} cannot be parsed${baseUrl === undefined ? ' (there is no base URL here)' : ''}.`)
  const record = new URL(url, baseUrl)
  //             3. If urlRecord's scheme is "http", then set urlRecord's scheme to "ws".
  if (record.protocol === 'http:') record.protocol = 'ws:'
  //             4. Otherwise, if urlRecord's scheme is "https", set urlRecord's scheme to "wss".
  if (record.protocol === 'https:') record.protocol = 'wss:'
  //             5. If urlRecord's scheme is not "ws" or "wss", then throw a "SyntaxError" DOMException.
  if (record.protocol !== 'ws:' && record.protocol !== 'wss:')
    throw syntaxError(`The URL scheme ${JSON.stringify(record.protocol.slice(0, -1))} is not ws, wss, http or https.`)
  //             6. If urlRecord's fragment is non-null, then throw a "SyntaxError" DOMException.
  if (record.href.includes('#')) throw syntaxError('The URL has a fragment, which a WebSocket URL must not have (RFC 6455 section 3).')
  return record.href
}

export function readProtocols(protocols: string | readonly string[]): readonly string[] {
  // 3. If protocols is a string, set protocols to a sequence consisting of just that string.
  const sequence = typeof protocols === 'string' ? [protocols] : protocols
  // 4. If any of the values in protocols occur more than once or otherwise fail to match the requirements for elements that
  //    comprise the value of `Sec-WebSocket-Protocol` fields as defined by The WebSocket protocol, then throw a "SyntaxError" DOMException.
  for (const [index, protocol] of sequence.entries()) {
    if (!isToken(protocol)) throw syntaxError(`The subprotocol name at index ${index} is not a token (RFC 6455 section 4.1).`)
    if (sequence.indexOf(protocol) !== index) throw syntaxError(`The subprotocol name at index ${index} is a duplicate (RFC 6455 section 4.1).`)
  }
  return sequence
}

/** @throws DOMException InvalidAccessError, SyntaxError; TypeError for values that Web IDL cannot convert */
export function readCloseArguments(code: unknown, reason: unknown): CloseCodeAndReason {
  const clamped = code === undefined ? undefined : toClampedUnsignedShort(code)
  const text = reason === undefined ? '' : toDOMString(reason)
  validateCloseCodeAndReason(clamped, text)
  return withDefaultCode({ code: clamped, reason: text })
}

/**
 * The argument of `send`, (BufferSource or Blob or USVString). Bytes are copied, because the caller may change them.
 * @throws TypeError for a symbol, a resizable buffer and shared memory
 */
export function readMessage(data: unknown): string | Uint8Array | Blob {
  if (typeof data === 'string' || data instanceof Blob) return data
  return copyBufferSource(data) ?? toDOMString(data)
}

function syntaxError(message: string): DOMException {
  return new DOMException(message, 'SyntaxError')
}
