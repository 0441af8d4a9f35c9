import { OptionError, WITHHELD } from '../errors.ts'
import { isFieldValue, isToken } from './field-values.ts'
import { HANDSHAKE_FIELDS, isFramingField } from './reserved-fields.ts'
import type { FieldLine } from './fields.ts'

/** Extra fields of the application: pairs, such as a `Headers` object of the Fetch standard, or an object. */
export type CallerFields = Iterable<readonly [string, string]> | Readonly<Record<string, string>>

/** Fields that are set by options or the URL. */
const OWNED: Readonly<Record<'request' | 'response', ReadonlySet<string>>> = {
  request: new Set([...HANDSHAKE_FIELDS, 'host', 'origin', 'expect']),
  response: new Set(HANDSHAKE_FIELDS),
}
const HINTS: ReadonlyMap<string, string> = new Map([
  ['sec-websocket-protocol', ' (the option `subprotocols` sets it)'],
  ['sec-websocket-extensions', ' (the option `extensions` sets it)'],
  ['origin', ' (the option `origin` sets it)'],
  ['host', ' (it comes from the URL)'],
])

/**
 * The caller's field lines, checked: names are tokens, values have no CR, LF or NUL (RFC 9110 section 5.5), and none is owned by the handshake.
 * @throws OptionError with the option's name; never with the value, which may be a credential
 */
export function readCallerFields(headers: CallerFields | undefined, option: string, message: 'request' | 'response'): readonly FieldLine[] {
  if (headers === undefined) return []
  if (typeof headers !== 'object' || headers === null) throw new OptionError(option, 'pairs of name and value, or an object', headers)
  const lines: FieldLine[] = []
  for (const line of Symbol.iterator in headers ? (headers as Iterable<FieldLine>) : Object.entries(headers)) {
    if (!Array.isArray(line) || line.length !== 2) throw new OptionError(option, 'pairs of name and value, or an object', line)
    const [name, value] = line
    if (typeof name !== 'string' || !isToken(name)) throw new OptionError(option, 'field names that are tokens (RFC 9110 section 5.1)', name)
    const lower = name.toLowerCase()
    if (isFramingField(lower) || OWNED[message].has(lower)) {
      throw new OptionError(`${option}['${name}']`, `no field that the opening handshake writes itself${HINTS.get(lower) ?? ''}`, name)
    }
    lines.push([name, checkFieldValue(value, `${option}['${name}']`)])
  }
  return lines
}

/** @throws OptionError for anything but a string of visible characters, SP and HTAB up to U+00FF */
export function checkFieldValue(value: string, option: string): string {
  if (typeof value !== 'string' || !isFieldValue(value)) {
    const received = typeof value === 'string' ? WITHHELD : value
    throw new OptionError(option, 'a string without CR, LF, NUL or characters above U+00FF (RFC 9110 section 5.5)', received)
  }
  return value
}
