import { OptionError } from '../../core/errors.ts'
import { MAX_REASON_BYTES } from '../../core/protocol/close-code.ts'
import { countUtf8 } from '../../core/protocol/frame-serializer.ts'

/** @throws OptionError for a code that a page must not send, and for a reason that does not fit */
export function checkBrowserClose(code: number, reason: unknown): void {
  if (!Number.isInteger(code) || (code !== 1000 && (code < 3000 || code > 4999)))
    throw new OptionError('code', 'a close code that a page may send: 1000, or 3000 to 4999 (WebSockets standard)', code)
  if (typeof reason !== 'string' || reason.length > MAX_REASON_BYTES || countUtf8(reason) > MAX_REASON_BYTES)
    throw new OptionError('reason', 'a string of at most 123 bytes of UTF-8', reason)
}

/** A page must not send 1001 to 2999: 4008 stands for 1008, and so on. */
export function toPrivateCode(code: number): number {
  return code > 1000 && code < 2000 ? code + 3000 : code
}
