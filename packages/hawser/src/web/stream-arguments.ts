import { readProtocols, readUrl } from './arguments.ts'
import { toDictionary, toStringSequence, toUSVString } from './conversions.ts'

/** Validates and converts the arguments of the constructor of `WebSocketStream`. */

export interface StreamArguments {
  readonly url: string
  readonly protocols: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly extra: object
}

/** The dictionary WebSocketStreamOptions of the WebSockets standard. */
export interface WebSocketStreamInit {
  /** Subprotocols to offer, in this order. Default: none. */
  readonly protocols?: Iterable<string>
  /** Aborts the opening handshake. Once the connection is established it has no effect. Default: none. */
  readonly signal?: AbortSignal
}

/** @throws DOMException SyntaxError; TypeError for values that Web IDL cannot convert */
export function readStreamArguments(url: unknown, options: unknown, baseUrl: string | undefined): StreamArguments {
  const urlString = toUSVString(url)
  const { protocols, signal, ...extra } = toDictionary(options, 'the second argument') as WebSocketStreamInit
  const sequence = protocols === undefined ? [] : toStringSequence(protocols, 'protocols')
  // An interface type takes no other value, and null is none.
  if (signal !== undefined && !((signal as unknown) instanceof AbortSignal)) throw new TypeError('signal is not an AbortSignal')
  // 1. Let baseURL be this's relevant settings object's API base URL.
  // 2. Let urlRecord be the result of getting a URL record given url and baseURL.
  const urlRecord = readUrl(urlString, baseUrl)
  // 3. Let protocols be options["protocols"] if it exists, otherwise an empty sequence.
  // 4. If any of the values in protocols occur more than once or otherwise fail to match the requirements for elements that comprise the
  //    value of `Sec-WebSocket-Protocol` fields as defined by The WebSocket Protocol, then throw a "SyntaxError" DOMException.
  return { url: urlRecord, protocols: readProtocols(sequence), signal, extra }
}
