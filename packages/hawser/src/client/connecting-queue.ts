import type { ScheduledTask } from '../connection/clock.ts'

/** What is held while a connection is CONNECTING; cancel it once, when it is OPEN or has failed. */
export type Turn = ScheduledTask

interface Waiter {
  readonly places: readonly string[]
  start(turn: Turn): void
}

/**
 * At most one connection in CONNECTING for each remote place, the others wait their turn in order of arrival
 * (RFC 6455 section 4.1, step 2). A place is `address port`; a name with several addresses takes them all.
 */
export class ConnectingQueue {
  readonly #active = new Set<string>()
  readonly #waiters = new Set<Waiter>()
  readonly #places: number
  #unresolved = 0

  /** @param maxUnresolved how many may be CONNECTING where only a proxy knows the address (the SHOULD of step 2) */
  constructor(maxUnresolved = 32) {
    this.#places = maxUnresolved
  }

  get waiting(): number {
    return this.#waiters.size
  }

  /**
   * Calls `start` at once or when all places are free.
   * @returns what takes it out of the queue again, or gives its turn back; harmless when repeated
   */
  enter(places: readonly string[], start: (turn: Turn) => void): Turn {
    let turn: Turn | undefined
    const waiter: Waiter = {
      places,
      start: (given) => {
        turn = given
        start(given)
      },
    }
    this.#waiters.add(waiter)
    this.#advance()
    return {
      cancel: () => {
        if (this.#waiters.delete(waiter)) this.#advance()
        else turn?.cancel()
      },
    }
  }

  #advance(): void {
    /** Places that somebody further ahead waits for: nobody overtakes. */
    const claimed = new Set<string>()
    for (const waiter of [...this.#waiters]) {
      const unresolved = waiter.places.some(isUnresolved)
      const free = waiter.places.every((place) => !this.#active.has(place) && !claimed.has(place)) && (!unresolved || this.#unresolved < this.#places)
      if (!free) {
        for (const place of waiter.places) claimed.add(place)
        continue
      }
      this.#waiters.delete(waiter)
      for (const place of waiter.places) this.#active.add(place)
      if (unresolved) this.#unresolved++
      waiter.start(this.#turn(waiter.places, unresolved))
    }
  }

  #turn(places: readonly string[], unresolved: boolean): Turn {
    let held = true
    return {
      cancel: () => {
        if (!held) return
        held = false
        for (const place of places) this.#active.delete(place)
        if (unresolved) this.#unresolved--
        this.#advance()
      },
    }
  }
}

export function placeOf(address: string, port: number): string {
  return `${address} ${port}`
}

/** Behind a proxy each host name counts as a remote host of its own (step 2). */
export function placeBehindProxy(host: string, port: number): string {
  return `proxy ${host} ${port}`
}

function isUnresolved(place: string): boolean {
  return place.startsWith('proxy ')
}
