import type { EventEmitter } from 'node:events'
import process from 'node:process'

/**
 * Emits an event from inside the protocol. An exception of a listener, and an `error` without a listener, become an uncaught exception, as they do with `ws`; but
 * the bytes behind the message are still read in order.
 */
export function emit(emitter: EventEmitter, event: string, ...values: readonly unknown[]): void {
  try {
    emitter.emit(event, ...values)
  } catch (error) {
    throwLater(error)
  }
}

/** Makes `error` an uncaught exception. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error
  })
}
