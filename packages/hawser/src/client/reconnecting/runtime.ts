import type { ScheduledTask } from '../../connection/clock.ts'
import type { AnySocket as Socket } from '../../connection/socket.ts'
import type { ReconnectingCallback } from './options.ts'

/** A runtime's part of `reconnecting`. */
export interface ReconnectingRuntime {
  /** `connect` of the runtime, whose options these are. */
  connect(url: string | URL, options: object): Promise<Socket>
  /** @throws OptionError for options that `connect` would refuse */
  check(options: object): void
  /** @throws OptionError for what `close` of a socket would refuse */
  checkClose(code: number, reason: string): void
  /** The names of the options of `connect`. */
  readonly optionNames: readonly string[]
  /** Monotonic milliseconds. */
  now(): number
  /** Milliseconds that a refusal asks for. Default: no refusal is ever seen. */
  retryAfterMs?(error: unknown): number
  /** Calls back once, and keeps the process alive until then: what waits for a connection has not ended. */
  schedule(callback: () => void, delayMs: number): ScheduledTask
  /** From 0 to 1, without 1. */
  random(): number
  /** Whether it is known that no attempt can succeed. Default: it never is. */
  isOffline?(): boolean
  /** Calls back when an attempt is more likely to succeed than before: online again, awake again. @returns a function that ends it */
  onWake?(wake: () => void): () => void
  /** Receives errors of the application's own code if the option `error` is absent or fails. */
  report(error: unknown, where: ReconnectingCallback | 'error'): void
}
