import { OptionError } from './errors.ts'
import { nearest } from './nearest.ts'

/**
 * The error for an option that does not exist: a misspelt one would otherwise silently keep its default. It suggests the nearest name, or lists all
 * where none is near.
 * @param path of the object that holds it, for example `limits.`; empty for the options themselves
 */
export function unknownOption(name: string, known: readonly string[], path = ''): OptionError {
  const close = nearest(name, known)
  const help = close === undefined ? `known: ${known.join(', ')}` : `did you mean "${path}${close}"?`
  return new OptionError(path + name, `one of ${known.join(', ')}`, name, `unknown option "${path}${name}" (${help})`)
}

/** @throws OptionError for a property that is none of `known` */
export function checkNames(options: object, known: readonly string[], path = ''): void {
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownOption(name, known, path)
}

/**
 * @param path of its properties, for messages
 * @throws OptionError unless `value` is undefined or an object with known property names only
 */
export function checkObject(option: string, value: unknown, known: readonly string[], path = `${option}.`): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Symbol.iterator in value) {
    throw new OptionError(option, `an object with ${known.join(', ')}`, value)
  }
  checkNames(value, known, path)
}

/** Checks the options of a call. @throws OptionError unless they are undefined or an object with known property names only */
export function checkOptions(options: unknown, known: readonly string[]): void {
  checkObject('options', options, known, '')
}
