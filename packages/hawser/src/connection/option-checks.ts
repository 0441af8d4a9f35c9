import { OptionError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { TextCodec } from '../core/platform.ts'
import { explainCloseCode, MAX_CONTROL_PAYLOAD, MAX_REASON_BYTES } from '../core/protocol/close-code.ts'
import { utf8Length } from '../core/protocol/frame-serializer.ts'

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

/** @throws OptionError unless `value` is undefined or an array of strings */
export function checkStrings(option: string, value: unknown): void {
  if (value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'))) return
  throw new OptionError(option, 'an array of strings', value)
}

/**
 * The error for an option that does not exist: a misspelt one would otherwise silently keep its default.
 * @param path of the object that holds it, for example `limits.`; empty for the options themselves
 */
export function unknownOption(name: string, known: readonly string[], path = ''): OptionError {
  const close = nearest(name, known)
  const suggestion = close === undefined ? '' : `; did you mean "${path}${close}"?`
  return new OptionError(path + name, `one of ${known.join(', ')}`, name, `unknown option "${path}${name}"${suggestion} (known: ${known.join(', ')})`)
}

/** The error for an option that excludes another. */
export function cannotCombine(option: string, other: string, value: unknown): OptionError {
  return new OptionError(option, `no ${option} beside ${other}`, value, `option ${option} cannot be combined with ${other}`)
}

/** @throws OptionError for a property that is none of `known` */
export function checkNames(options: object, known: readonly string[], path = ''): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownOption(name, known, path)
}

/** @throws OptionError unless `value` is undefined or an object with known property names only */
export function checkObject(option: string, value: unknown, known: readonly string[]): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Symbol.iterator in value)
    throw new OptionError(option, `an object with ${known.join(', ')}`, value)
  checkNames(value, known, `${option}.`)
}

/** @throws OptionError unless `payload` is undefined or bytes that a control frame can carry */
export function checkControlPayload(payload: unknown): void {
  if (payload === undefined) return
  if (!(payload instanceof Uint8Array)) throw new OptionError('payload', 'a Uint8Array', payload)
  if (payload.byteLength > MAX_CONTROL_PAYLOAD) throw new OptionError('payload', 'at most 125 bytes (RFC 6455 section 5.5)', payload.byteLength)
}

/** @throws OptionError for a close code that must not be sent, a reason that is too long, or a reason without a code */
export function checkClose(code: number | undefined, reason: unknown, text: TextCodec): void {
  const unsendable = code === undefined ? undefined : explainCloseCode(code)
  if (unsendable !== undefined) throw new OptionError('code', `a close code that may be sent (RFC 6455 section 7.4): ${unsendable}`, code)
  if (typeof reason !== 'string') throw new OptionError('reason', 'a string', reason)
  if (utf8Length(reason, text) > MAX_REASON_BYTES) {
    throw new OptionError('reason', `at most ${MAX_REASON_BYTES} bytes of UTF-8 (RFC 6455 section 5.5)`, reason)
  }
  if (code === undefined && reason !== '') throw new OptionError('code', 'a close code, since there is a reason (RFC 6455 section 5.5.1)', code)
}
