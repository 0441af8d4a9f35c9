import { OptionError } from '../core/errors.ts'

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

/** @throws OptionError unless `value` is undefined or an object with known property names only */
export function checkObject(option: string, value: unknown, known: readonly string[]): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OptionError(option, `an object with ${known.join(', ')}`, value)
  for (const name of Object.keys(value)) {
    if (!known.includes(name))
      throw new OptionError(`${option}.${name}`, `no such option, but one of ${known.join(', ')}`, (value as Record<string, unknown>)[name])
  }
}
