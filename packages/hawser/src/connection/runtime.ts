import type { Platform } from '../core/platform.ts'
import type { Clock } from './clock.ts'
import { FlushQueue } from './flush-queue.ts'
import { RepeatedText } from './repeated-text.ts'
import { TimerWheel } from './timer-wheel.ts'

/** Shared by all connections of one server, or of one client. */
export interface Runtime {
  readonly platform: Platform
  readonly clock: Clock
  readonly timers: TimerWheel
  readonly flushes: FlushQueue
  /** Of the server's connections without extensions. */
  readonly repeated: RepeatedText
}

export function createRuntime(platform: Platform, clock: Clock): Runtime {
  return { platform, clock, timers: new TimerWheel(clock), flushes: new FlushQueue(clock), repeated: new RepeatedText(platform) }
}
