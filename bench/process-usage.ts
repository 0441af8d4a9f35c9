/** The figures that a measured process reports; the same on Node, Bun and Deno. */
import type { Commands } from './channel.ts'
import { garbage, watchGarbage } from './garbage.ts'
import { allocations, watchAllocations } from './sampled-allocations.ts'

export interface Usage {
  /** User and system time of all threads since the start, in microseconds. */
  readonly cpuMicros: number
  readonly rssBytes: number
}

export function usage(): Usage {
  const { user, system } = process.cpuUsage()
  return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss() }
}

function collectGarbage(): void {
  const runtime = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } }
  if (runtime.Bun !== undefined) runtime.Bun.gc(true)
  else runtime.gc?.()
}

let stall: { timer?: ReturnType<typeof setInterval>; last: number; longestMs: number } = { last: 0, longestMs: 0 }

export const usageCommands: Commands = {
  usage,
  watchGarbage,
  garbage,
  watchAllocations,
  allocations,
  /** Blocks the event loop, as a long calculation does. */
  block(ms: number): void {
    const until = performance.now() + ms
    while (performance.now() < until);
  },
  async settledUsage(): Promise<Usage> {
    for (let i = 0; i < 4; i++) {
      collectGarbage()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return usage()
  },
  /** After a collection that returns memory to the system, where this runtime has one (not Node 20); else as `settledUsage`. */
  async returnedUsage(): Promise<Usage> {
    const { gc } = globalThis as { gc?: (options: object) => void }
    gc?.({ type: 'major', flavor: 'last-resort' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    return usage()
  },
  watchStall(): void {
    stall = { last: performance.now(), longestMs: 0 }
    const tick = (): void => {
      const now = performance.now()
      stall.longestMs = Math.max(stall.longestMs, now - stall.last)
      stall.last = now
    }
    stall.timer = setInterval(tick, 1)
  },
  /** The longest time between two ticks of a 1 ms interval since `watchStall`. */
  async longestStall(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 5))
    clearInterval(stall.timer)
    return stall.longestMs
  },
}
