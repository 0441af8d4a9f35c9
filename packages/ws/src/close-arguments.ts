import { Buffer } from 'node:buffer'
import { isCloseCodeOnWire, MAX_REASON_BYTES } from 'hawser/protocol'

/**
 * @returns the reason as text
 * @throws TypeError for a code that must not be sent, or a reason that is neither string nor bytes
 * @throws RangeError for a reason that is too long (RFC 6455 section 5.5)
 */
export function checkClose(code: unknown, reason: unknown): string {
  if (code === undefined) return ''
  if (typeof code !== 'number' || !isCloseCodeOnWire(code)) throw new TypeError('First argument must be a valid error code number')
  if (reason === undefined || !(reason as string).length) return ''
  if (Buffer.byteLength(reason as string) > MAX_REASON_BYTES) throw new RangeError('The message must not be greater than 123 bytes')
  if (typeof reason !== 'string' && !(reason instanceof Uint8Array)) throw new TypeError('Second argument must be a string or a Uint8Array')
  return typeof reason === 'string' ? reason : Buffer.from(reason.buffer, reason.byteOffset, reason.byteLength).toString()
}
