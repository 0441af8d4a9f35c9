import { OptionError } from '../../core/errors.ts'
import { checkNames, unknownOption } from '../../core/option-names.ts'
import { checkFunction } from '../../connection/option-checks.ts'
import { handlerNames } from '../../connection/handlers.ts'
import type { SocketHandlers } from '../../connection/handlers.ts'
import type { ReconnectOptions } from './options.ts'
import type { ReconnectingRuntime } from './runtime.ts'

/** The options of `reconnecting`, untyped as every runtime gives them. */
export type AnyReconnectingOptions = ReconnectOptions & SocketHandlers & { readonly subprotocols?: unknown }

/** A record, so that the compiler notices a missing name. `signal` and `error` have the names of options of `connect`. */
const names: Readonly<Record<keyof ReconnectOptions, true>> = {
  reconnect: true,
  queue: true,
  probe: true,
  prepare: true,
  state: true,
  unsent: true,
  signal: true,
  error: true,
}
const ownNames = Object.keys(names)
/** What no attempt may have for itself. */
const fixedNames: readonly string[] = [...handlerNames, 'error', 'signal', 'noSubprotocol']

/** @throws OptionError for unknown options, and for those of `connect` that are wrong */
export function checkReconnectingOptions(options: AnyReconnectingOptions, runtime: ReconnectingRuntime): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw new OptionError('options', 'an object', options)
  const known = [...runtime.optionNames, ...ownNames]
  for (const [name, value] of Object.entries(options)) {
    if (known.includes(name)) continue
    // A browser's `connect` says why it has no such option.
    runtime.check({ [name]: value })
    throw unknownOption(name, known)
  }
  for (const name of ['prepare', 'state', 'unsent'] as const) checkFunction(name, options[name])
  runtime.check(valuesOf(options, runtime.optionNames))
}

/** The options of one attempt: those of the user, with what `prepare` gave in their place, and with `changed`. @throws OptionError */
export function attemptOptions(options: AnyReconnectingOptions, prepared: unknown, changed: object, runtime: ReconnectingRuntime): object {
  const own = valuesOf(options, runtime.optionNames)
  if (prepared !== undefined) {
    if (typeof prepared !== 'object' || prepared === null || Array.isArray(prepared)) {
      throw new OptionError('prepare', 'a function that gives an object of options, or undefined', prepared, 'option prepare: it gave no object')
    }
    const allowed = runtime.optionNames.filter((name) => !fixedNames.includes(name))
    checkNames(prepared, allowed, 'prepare().')
    Object.assign(own, valuesOf(prepared, allowed))
  }
  return Object.assign(own, changed)
}

/**
 * The members that are not undefined, read on the object that the application gave, which its getters may need, and with functions that are called on
 * it: an object made from it would lack private members, and keep what its methods assign to itself.
 */
function valuesOf(from: object, names: readonly string[]): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const value: unknown = (from as Record<string, unknown>)[name]
    if (value !== undefined) values[name] = typeof value === 'function' ? (value.bind(from) as unknown) : value
  }
  return values
}
