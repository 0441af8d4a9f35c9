import { MAX_REASON_BYTES } from '../core/protocol/close-code.ts'
import { countUtf8 } from '../core/protocol/frame-serializer.ts'
import { toDictionary, toEnforcedUnsignedShort, toUSVString } from './conversions.ts'

/** The dictionary WebSocketCloseInfo of the WebSockets standard: how a connection is or was closed. */
export interface WebSocketCloseInfo {
  /** 1000 or 3000 to 4999 to close with; as received, 1005 stands for a Close frame without code. */
  readonly closeCode?: number
  /** At most 123 bytes of UTF-8. Default empty. */
  readonly reason?: string
}

/** A {@link WebSocketCloseInfo} as the steps use it. */
export interface CloseCodeAndReason {
  readonly code: number | undefined
  readonly reason: string
}

/** Converts the dictionary, whose members are read in lexicographical order. @throws TypeError as Web IDL says */
export function readCloseInfo(value: unknown, name: string): CloseCodeAndReason {
  const info = toDictionary(value, name) as WebSocketCloseInfo
  const { closeCode } = info
  const code = closeCode === undefined ? undefined : toEnforcedUnsignedShort(closeCode)
  const { reason } = info
  return { code, reason: reason === undefined ? '' : toUSVString(reason) }
}

/** The algorithm "validate close code and reason". @throws DOMException InvalidAccessError, SyntaxError */
export function validateCloseCodeAndReason(code: number | undefined, reason: string): void {
  // 1. If code is not null, but is neither an integer equal to 1000 nor an integer in the range 3000 to 4999, inclusive, throw an
  //    "InvalidAccessError" DOMException.
  if (code !== undefined && code !== 1000 && (code < 3000 || code > 4999)) {
    throw new DOMException(`The close code is ${code}; it must be 1000 or from 3000 to 4999.`, 'InvalidAccessError')
  }
  // 2. If reason is not null, then: 1. Let reasonBytes be the result of UTF-8 encoding reason.
  //    2. If reasonBytes is longer than 123 bytes, then throw a "SyntaxError" DOMException.
  if (reason.length > MAX_REASON_BYTES || countUtf8(reason) > MAX_REASON_BYTES)
    throw new DOMException('The close reason is longer than 123 bytes of UTF-8.', 'SyntaxError')
}

/** A Close frame with a reason needs a code (RFC 6455 section 5.5.1): if reason is non-empty, but code is null, then code is 1000. */
export function withDefaultCode({ code, reason }: CloseCodeAndReason): CloseCodeAndReason {
  return { code: code === undefined && reason !== '' ? 1000 : code, reason }
}
