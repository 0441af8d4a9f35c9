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
  const known = new Set(runtime.optionNames)
  const forConnect: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (known.has(name)) forConnect[name] = value
    // A browser's `connect` says why it has no such option.
    else if (!ownNames.includes(name)) runtime.check({ [name]: value })
    if (!known.has(name) && !ownNames.includes(name)) throw unknownOption(name, [...known, ...ownNames])
  }
  for (const name of ['prepare', 'state', 'unsent'] as const) checkFunction(name, options[name])
  runtime.check(forConnect)
}

/** The options of one attempt: those of the user, with what `prepare` gave in their place, and with `changed`. @throws OptionError */
export function attemptOptions(options: AnyReconnectingOptions, prepared: unknown, changed: object, runtime: ReconnectingRuntime): object {
  const own = Object.create(options) as object
  if (prepared !== undefined) {
    if (typeof prepared !== 'object' || prepared === null || Array.isArray(prepared)) {
      throw new OptionError('prepare', 'a function that gives an object of options, or undefined', prepared, 'option prepare: it gave no object')
    }
    const allowed = runtime.optionNames.filter((name) => !fixedNames.includes(name))
    checkNames(prepared, allowed, 'prepare().')
    define(own, prepared)
  }
  return define(own, changed)
}

/** As own properties: an assignment would call a setter of the user's object, or fail where that one is frozen. */
function define(target: object, members: object): object {
  for (const [name, value] of Object.entries(members)) Object.defineProperty(target, name, { value, enumerable: true, configurable: true })
  return target
}
