import type { CliIo } from './io.ts'

/** Runs `run` with a signal that the first SIGINT or SIGTERM aborts, so that its report is written. The second one ends the process as always. */
export async function interruptible<T>(io: CliIo, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  const restore = io.onInterrupt(() => {
    restore()
    abort.abort()
  })
  try {
    return await run(abort.signal)
  } finally {
    restore()
  }
}
