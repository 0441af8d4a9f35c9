import { OptionError } from '../core/errors.ts'
import { unknownOption } from '../core/option-names.ts'
import type { TextCodec } from '../core/platform.ts'
import { explainCloseCode, MAX_CONTROL_PAYLOAD, MAX_REASON_BYTES } from '../core/protocol/close-code.ts'
import { countUtf8, utf8Length } from '../core/protocol/frame-serializer.ts'
import { isBytes } from './outgoing-message.ts'
import type { SendOptions } from './socket.ts'

/** @throws OptionError unless `value` is undefined or a whole number from `minimum` to `maximum` */
export function checkInteger(option: string, value: unknown, minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return
  if (Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum) return
  const range = maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`
  throw new OptionError(option, `a whole number ${range}`, value)
}

/** @throws OptionError unless `value` is undefined or one of `allowed` */
export function checkOneOf(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return
  throw new OptionError(option, allowed.map((one) => JSON.stringify(one)).join(' or '), value)
}

/** @throws OptionError unless `value` is undefined or a function */
export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') throw new OptionError(option, 'a function', value)
}

/** @throws OptionError unless `value` is undefined or an array of strings; `every` alone would skip the holes of a sparse one */
export function checkStrings(option: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && [...value].every((one) => typeof one === 'string'))) return
  throw new OptionError(option, 'an array of strings', value)
}

/** The error for an option that excludes another. */
export function cannotCombine(option: string, other: string, value: unknown): OptionError {
  return new OptionError(option, `no ${option} together with ${other}`, value, `option ${option} cannot be combined with ${other}`)
}

const sendNames: readonly string[] = ['immutable', 'compress', 'key']

/** Checks the options of one message; it allocates nothing, because it runs for every message that has options. @throws OptionError */
export function checkSendOptions(options: SendOptions): void {
  if (typeof (options as unknown) !== 'object' || options === null)
    throw new OptionError('options', `an object with ${sendNames.join(', ')}`, options)
  for (const name in options) if (name !== 'immutable' && name !== 'compress' && name !== 'key') throw unknownOption(name, sendNames)
  checkFlag('immutable', options.immutable)
  checkFlag('compress', options.compress)
  checkKey(options.key)
}

/** @throws OptionError unless `key` is undefined, a string or a number */
export function checkKey(key: unknown): void {
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number') throw new OptionError('key', 'a string or a number', key)
}

/** @throws OptionError unless `value` is undefined, true or false */
export function checkFlag(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new OptionError(option, 'true or false', value)
}

/** @throws OptionError unless `payload` is undefined or bytes that a control frame can carry */
export function checkControlPayload(payload: unknown): void {
  if (payload === undefined) return
  if (!isBytes(payload)) throw new OptionError('payload', 'a Uint8Array', payload)
  if (payload.byteLength > MAX_CONTROL_PAYLOAD) throw new OptionError('payload', 'at most 125 bytes (RFC 6455 section 5.5)', payload.byteLength)
}

/** @throws OptionError for a close code that must not be sent, a reason that is too long, or a reason without a code */
export function checkClose(code: number | undefined, reason: unknown, text?: TextCodec): void {
  const unsendable = code === undefined ? undefined : explainCloseCode(code)
  if (unsendable !== undefined) {
    throw new OptionError(
      'code',
      `a close code that may be sent: 1000 to 1003, 1007 to 1014 or 3000 to 4999 (RFC 6455 section 7.4; ${unsendable})`,
      code,
    )
  }
  if (typeof reason !== 'string') throw new OptionError('reason', 'a string', reason)
  if ((text === undefined ? countUtf8(reason) : utf8Length(reason, text)) > MAX_REASON_BYTES) {
    throw new OptionError('reason', `at most ${MAX_REASON_BYTES} bytes of UTF-8 (RFC 6455 section 5.5)`, reason)
  }
  if (code === undefined && reason !== '') throw new OptionError('code', 'a close code, since there is a reason (RFC 6455 section 5.5.1)', code)
}
