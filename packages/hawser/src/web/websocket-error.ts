import { toDOMString } from './conversions.ts'
import { readCloseInfo, validateCloseCodeAndReason, withDefaultCode } from './close-info.ts'
import type { CloseCodeAndReason, WebSocketCloseInfo } from './close-info.ts'
import { defineInterface } from './define-interface.ts'

/** Why a `WebSocketStream` ended without a clean close, and what to close one with (WebSockets standard, the WebSocketError interface). */
export interface WebSocketError extends DOMException {
  /** `WebSocketError`. */
  readonly name: string
  /** The close code received, 1006 where no Close frame came, or what the constructor was given; null where there is none. */
  readonly closeCode: number | null
  /** The close reason received, or what the constructor was given; may be empty. */
  readonly reason: string
  /** The `HandshakeError` or `ConnectionError`, which a browser hides. This extends the standard. */
  readonly cause?: unknown
}

/** The interface object of a {@link WebSocketError}. */
export interface WebSocketErrorConstructor {
  /**
   * An error to give to `abort` or `cancel` of a stream, which then closes with this code and reason.
   * @throws DOMException InvalidAccessError for a code that is neither 1000 nor 3000 to 4999, SyntaxError for a reason above 123 bytes
   */
  new (message?: string, init?: WebSocketCloseInfo): WebSocketError
  /** The object that has the attributes. */
  readonly prototype: WebSocketError
}

/** What `createWebSocketError` gives to the constructor: code and reason are those of the peer, which may be any. */
class Received {
  readonly info: CloseCodeAndReason

  constructor(info: CloseCodeAndReason) {
    this.info = info
  }
}

class OwnWebSocketError extends DOMException {
  readonly #closeCode: number | undefined
  readonly #reason: string

  constructor(...[message = '', init]: [message?: string, init?: WebSocketCloseInfo | Received]) {
    const text = toDOMString(message)
    const given = init instanceof Received ? init.info : readCloseInfo(init, 'the second argument')
    // 1. Set this's name to "WebSocketError".
    // 2. Set this's message to message.
    super(text, 'WebSocketError')
    // Some versions of Node make a plain DOMException whatever the class is (nodejs/node issue 59677).
    if (Object.getPrototypeOf(this) !== new.target.prototype) Object.setPrototypeOf(this, new.target.prototype as object)
    // 3. Let code be init["closeCode"] if it exists, or null otherwise.
    // 4. Let reason be init["reason"] if it exists, or the empty string otherwise.
    // 5. Validate close code and reason with code and reason.
    if (!(init instanceof Received)) validateCloseCodeAndReason(given.code, given.reason)
    // 6. If reason is non-empty, but code is not set, then set code to 1000 ("Normal Closure").
    const { code, reason } = withDefaultCode(given)
    // 7. Set this's closeCode to code.
    this.#closeCode = code
    // 8. Set this's reason to reason.
    this.#reason = reason
  }

  get closeCode(): number | null {
    return this.#closeCode ?? null
  }

  get reason(): string {
    return this.#reason
  }

  /** Whether the value implements the interface, whatever its prototype is. */
  static isOne(value: unknown): boolean {
    return typeof value === 'object' && value !== null && #closeCode in value
  }
}

const { isOne } = OwnWebSocketError
Reflect.deleteProperty(OwnWebSocketError, 'isOne')
defineInterface(OwnWebSocketError, 'WebSocketError')

/** Why a `WebSocketStream` ended without a clean close, and what to close one with. */
export const WebSocketError: WebSocketErrorConstructor = OwnWebSocketError as WebSocketErrorConstructor

/** An error with any code and reason. @param cause undefined for none */
export function createWebSocketError(message: string, info: CloseCodeAndReason, cause: unknown): WebSocketError {
  const error = new OwnWebSocketError(message, new Received(info))
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: cause, configurable: true, writable: true })
  return error as WebSocketError
}

export function isWebSocketError(value: unknown): value is WebSocketError {
  return isOne(value)
}
