import type { Clock, ScheduledTask } from './clock.ts'

const resolutionMs = 20
const slots = 1024

/** Something with a deadline. The wheel links entries through their own fields: an entry costs no object of the wheel's. */
export abstract class TimedEntry {
  wheelPrevious: TimedEntry | undefined = undefined
  wheelNext: TimedEntry | undefined = undefined
  /** The tick it fires at; -1 while it is in no wheel. */
  wheelTick: number = -1
  /** The time given to `schedule`, while the entry is in a wheel. */
  wheelAt: number = Number.POSITIVE_INFINITY

  /**
   * Called at the earliest at the time given to `schedule`, and perhaps once after `cancel` where both fall into one turn.
   * @returns when to call again, Infinity for never
   */
  abstract timeout(now: number): number
}

/**
 * One wheel for all connections of a server, turned by one task of the clock. Deadlines that move away (keepalive, with each
 * received byte) do not touch it: the entry says at its old time when it wants to be called again. Nothing runs while it is empty, and
 * between two occupied slots nothing runs either.
 */
export class TimerWheel {
  readonly #clock: Clock
  #slots: (TimedEntry | undefined)[] | undefined
  #size = 0
  /** The last tick that was handled. */
  #tick = 0
  #task: ScheduledTask | undefined
  #taskTick = Number.POSITIVE_INFINITY
  #turning = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#size
  }

  /** Moves the entry when it is already scheduled; Infinity cancels it. */
  schedule(entry: TimedEntry, at: number): void {
    this.cancel(entry)
    if (at === Number.POSITIVE_INFINITY) return
    if (this.#size === 0 && !this.#turning) this.#tick = Math.floor(this.#clock.now() / resolutionMs)
    entry.wheelAt = at
    const tick = Math.max(Math.ceil(at / resolutionMs), this.#tick + 1)
    this.#insert(entry, tick)
    if (!this.#turning && tick < this.#taskTick) this.#arm(tick)
  }

  cancel(entry: TimedEntry): void {
    if (entry.wheelTick === -1) return
    const { wheelPrevious: previous, wheelNext: next } = entry
    if (next !== undefined) next.wheelPrevious = previous
    if (previous !== undefined) previous.wheelNext = next
    else (this.#slots as (TimedEntry | undefined)[])[entry.wheelTick % slots] = next
    entry.wheelPrevious = undefined
    entry.wheelNext = undefined
    entry.wheelTick = -1
    entry.wheelAt = Number.POSITIVE_INFINITY
    if (--this.#size === 0 && !this.#turning) this.#disarm()
  }

  #insert(entry: TimedEntry, tick: number): void {
    const wheel = (this.#slots ??= new Array<TimedEntry | undefined>(slots).fill(undefined))
    const head = wheel[tick % slots]
    entry.wheelTick = tick
    entry.wheelNext = head
    if (head !== undefined) head.wheelPrevious = entry
    wheel[tick % slots] = entry
    this.#size++
  }

  #arm(tick: number): void {
    this.#task?.cancel()
    this.#taskTick = tick
    this.#task = this.#clock.schedule(this.#turn, Math.max(0, tick * resolutionMs - this.#clock.now()))
  }

  #disarm(): void {
    this.#task?.cancel()
    this.#task = undefined
    this.#taskTick = Number.POSITIVE_INFINITY
  }

  readonly #turn = (): void => {
    this.#task = undefined
    this.#taskTick = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    const target = Math.floor(now / resolutionMs)
    this.#turning = true
    try {
      // One round visits every slot, which is enough: an entry fires by its own tick.
      if (target - this.#tick > slots) this.#tick = target - slots
      while (this.#tick < target && this.#size > 0) {
        this.#tick++
        this.#fire(this.#tick % slots, target, now)
      }
      this.#tick = target
    } finally {
      this.#turning = false
      if (this.#size > 0) this.#arm(this.#nextOccupied())
    }
  }

  #fire(slot: number, target: number, now: number): void {
    const wheel = this.#slots as (TimedEntry | undefined)[]
    // Collected first: a timeout may schedule or cancel any other entry of this slot.
    let due: TimedEntry[] | undefined
    for (let entry = wheel[slot]; entry !== undefined; entry = entry.wheelNext) if (entry.wheelTick <= target) (due ??= []).push(entry)
    if (due === undefined) return
    for (const entry of due) this.cancel(entry)
    for (const entry of due) {
      if (entry.wheelTick !== -1) continue
      const at = entry.timeout(now)
      if (entry.wheelTick === -1) this.schedule(entry, at)
    }
  }

  #nextOccupied(): number {
    const wheel = this.#slots as (TimedEntry | undefined)[]
    let nearest = this.#tick + slots
    for (let tick = this.#tick + 1; tick < nearest; tick++) if (wheel[tick % slots] !== undefined) nearest = tick
    return nearest
  }
}
