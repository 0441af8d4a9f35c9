/**
 * An answer that the application gives at once. A promise would count as true, and what it rejects with would end the process.
 * @throws TypeError for a promise
 */
export function withoutPromise<T>(what: string, answer: T): T {
  if (!isThenable(answer)) return answer
  ignoreRejection(answer)
  throw new TypeError(`${what} answers at once, not with a promise`)
}

/** For a promise where none is expected: what it rejects with would be an unhandled rejection, which ends a process. */
export function ignoreRejection(thenable: PromiseLike<unknown>): void {
  new Promise((resolve) => resolve(thenable)).catch(() => undefined)
}

/** Whether awaiting `value` waits. An object whose `then` cannot be read counts: awaiting it rejects with what reading it threw. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  try {
    return typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return true
  }
}
