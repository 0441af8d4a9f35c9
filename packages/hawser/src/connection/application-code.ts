/** Calls into the application whose failures must end nothing but what they concern. */

/**
 * Observes what a callback returned: a rejection, and a `then` that throws, reach `failed` and never become an unhandled rejection.
 * Anything that is no promise passes.
 */
export function observeResult(result: unknown, failed: (error: unknown) => void): void {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) return
  // Promise.resolve reads and calls `then` itself, and turns what either throws into a rejection.
  Promise.resolve(result).then(undefined, failed)
}

/**
 * Reports to the application's `error` handler; to `fallback` where there is none, or where it throws or rejects itself.
 * @returns a function that never throws
 */
export function createReporter<Where extends string>(
  handler: ((error: unknown, where: Where) => unknown) | undefined,
  fallback: (error: unknown, where: Where | 'error') => void,
): (error: unknown, where: Where) => void {
  const last = (error: unknown, where: Where | 'error'): void => {
    try {
      fallback(error, where)
    } catch {
      // The error itself cannot be shown, for example because its getters throw.
    }
  }
  if (handler === undefined) return last
  return (error, where) => {
    const failed = (second: unknown): void => {
      last(error, where)
      last(second, 'error')
    }
    try {
      observeResult(handler(error, where), failed)
    } catch (second) {
      failed(second)
    }
  }
}

/** The part of an AbortSignal that is changed. */
export interface ListenerTarget {
  addEventListener(type: any, listener: any, options?: any): void
  removeEventListener(type: any, listener: any, options?: any): void
}

/**
 * Prepares an AbortSignal for the application: a listener that throws or rejects is reported, where EventTarget would raise an uncaught
 * exception, which ends a Node process.
 */
export function guardListeners(signal: ListenerTarget, report: (error: unknown) => void): void {
  const guards = new WeakMap<object, (event: unknown) => void>()
  /** The same for the same listener, so that adding it twice adds it once. */
  const guard = (listener: unknown): unknown => {
    if ((typeof listener !== 'object' && typeof listener !== 'function') || listener === null) return listener
    let guarded = guards.get(listener)
    if (guarded === undefined) guards.set(listener, (guarded = (event) => call(listener, signal, event, report)))
    return guarded
  }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  let attribute: unknown = null
  Object.defineProperties(signal, {
    addEventListener: { value: (type: string, listener: unknown, options?: unknown) => add(type, guard(listener), options) },
    removeEventListener: { value: (type: string, listener: unknown, options?: unknown) => remove(type, guard(listener), options) },
    onabort: {
      get: () => attribute,
      set: (value: unknown) => {
        remove('abort', guard(attribute))
        attribute = typeof value === 'function' ? value : null
        if (attribute !== null) add('abort', guard(attribute))
      },
    },
  })
}

function call(listener: object, signal: object, event: unknown, report: (error: unknown) => void): void {
  try {
    const result: unknown =
      typeof listener === 'function'
        ? (listener as (this: object, event: unknown) => unknown).call(signal, event)
        : (listener as { handleEvent(event: unknown): unknown }).handleEvent(event)
    observeResult(result, report)
  } catch (error) {
    report(error)
  }
}
