/** Calls into the application, with failures that affect only the operation they belong to. */

import { isThenable } from '../core/thenable.ts'

const nativeThen = Promise.prototype.then

/**
 * Calls exactly one of the two, later, whatever `thenable` does: a `then` that throws, calls back twice, or cannot be read. Neither may throw.
 * A native promise is awaited as it is, which takes one microtask instead of three.
 */
export function whenSettled(thenable: PromiseLike<unknown>, fulfilled: (value: unknown) => void, rejected: (error: unknown) => void): void {
  try {
    const isNative = thenable instanceof Promise && Object.getPrototypeOf(thenable) === Promise.prototype
    if (isNative) {
      void nativeThen.call(thenable, fulfilled, rejected)
      return
    }
  } catch {
    // A Proxy of a promise, or one with a hostile `constructor`: adopted below as any thenable.
  }
  void nativeThen.call(new Promise<unknown>((resolve) => resolve(thenable)), fulfilled, rejected)
}

/** Calls the application and ignores its result. If `call` throws or its promise rejects, `failed` gets the error; `failed` must not throw. */
export function notify(call: () => unknown, failed: (error: unknown) => void): void {
  let answer: unknown
  try {
    answer = call()
  } catch (error) {
    failed(error)
    return
  }
  observeResult(answer, failed)
}

/**
 * Observes what a callback returned: a rejection, and a `then` that throws, reach `failed` and never become an unhandled rejection.
 * Other values are ignored.
 */
export function observeResult(result: unknown, failed: (error: unknown) => void): void {
  if (isThenable(result)) whenSettled(result, () => undefined, failed)
}

/**
 * Reports to the application's `error` handler; to `fallback` if there is none, or if it throws or rejects.
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
    notify(() => handler(error, where), failed)
  }
}

/** The part of an AbortSignal that is replaced. */
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
  /** Separate from the listeners, because one function may be both. */
  let handler: ((event: unknown) => void) | undefined
  Object.defineProperties(signal, {
    addEventListener: { value: (type: string, listener: unknown, options?: unknown) => add(type, guard(listener), options) },
    removeEventListener: { value: (type: string, listener: unknown, options?: unknown) => remove(type, guard(listener), options) },
    onabort: {
      get: () => attribute,
      set: (value: unknown) => {
        if (handler !== undefined) remove('abort', handler)
        attribute = typeof value === 'function' ? value : null
        handler = typeof value === 'function' ? (event) => call(value, signal, event, report) : undefined
        if (handler !== undefined) add('abort', handler)
      },
    },
  })
}

function call(listener: object, signal: object, event: unknown, report: (error: unknown) => void): void {
  notify(
    () =>
      typeof listener === 'function'
        ? (listener as (this: object, event: unknown) => unknown).call(signal, event)
        : (listener as { handleEvent(event: unknown): unknown }).handleEvent(event),
    report,
  )
}

/** A promise that the application may drop: its rejection is then no unhandled rejection. */
export function droppable<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
