/** The clock of the connection layer: real in runtime/, manual in testing/. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Calls back once, at the earliest after `delayMs`; does not keep the process alive. */
  schedule(callback: () => void, delayMs: number): ScheduledTask
  /** Calls back after the code that runs now, in the same tick of the event loop. */
  defer(callback: () => void): void
}

export interface ScheduledTask {
  cancel(): void
}
