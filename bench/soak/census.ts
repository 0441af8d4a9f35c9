/** What a process holds: to be imported before the library, because it counts timers. */
import { readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import timers from 'node:timers'

const live = new Set<object>()
const { setTimeout: schedule, clearTimeout: cancel } = timers

/** Every timer of the process that is neither over nor cancelled, also those that do not keep it alive. */
function countTimers(): void {
  const counted = ((callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const timer = schedule(
      (...given: unknown[]) => {
        live.delete(timer)
        callback(...given)
      },
      delay,
      ...args,
    )
    live.add(timer)
    return timer
  }) as typeof schedule
  timers.setTimeout = Object.assign(counted, schedule)
  timers.clearTimeout = (timer) => {
    if (typeof timer === 'object' && timer !== null) live.delete(timer)
    cancel(timer)
  }
  globalThis.setTimeout = timers.setTimeout
  globalThis.clearTimeout = timers.clearTimeout
  syncBuiltinESMExports()
}
countTimers()

export interface Census {
  readonly heapBytes: number
  /** Of buffers and of other memory outside the heap. */
  readonly externalBytes: number
  readonly residentBytes: number
  readonly descriptors: number
  readonly timers: number
  /** Handles of sockets, servers and requests that keep the process alive. */
  readonly handles: number
}

const delays = monitorEventLoopDelay({ resolution: 20 })
delays.enable()

/** The longest time for which the event loop did not turn since the last call, in milliseconds. */
export function longestStall(): number {
  const ms = Math.round(delays.max / 1e6)
  delays.reset()
  return ms
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => void schedule(resolve, ms))

/** After several collections: the first ones run finalizers, whose objects only later ones free. */
export async function takeCensus(): Promise<Census> {
  for (let i = 0; i < 6; i++) {
    ;(globalThis as { gc?: () => void }).gc?.()
    await pause(30)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const handles = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length
  return { heapBytes: heapUsed, externalBytes: external, residentBytes: rss, descriptors: descriptors(), timers: live.size, handles }
}

/** 0 where the system does not list them. */
function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
