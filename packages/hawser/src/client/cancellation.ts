/**
 * The part of an AbortSignal that an attempt needs. Measured on Node 20: an AbortController with the listeners of one attempt is 6 kB of garbage, a
 * `Cancellation` 0.2.
 */
export interface CancelSignal {
  readonly aborted: boolean
  /** Why; undefined before. */
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Is aborted once; its listeners are called in order, and must not throw. */
export class Cancellation implements CancelSignal {
  aborted = false
  reason: unknown = undefined
  readonly #listeners: (() => void)[] = []

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const index = this.#listeners.indexOf(listener)
    if (index !== -1) this.#listeners.splice(index, 1)
  }

  /** A second call has no effect. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    // One listener may remove another.
    for (let listener = this.#listeners.shift(); listener !== undefined; listener = this.#listeners.shift()) listener()
  }
}
