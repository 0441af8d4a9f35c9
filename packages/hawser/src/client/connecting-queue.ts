import type { ScheduledTask } from '../connection/clock.ts'

/** Held while a connection is CONNECTING; cancel it once the connection is OPEN or has failed. */
export type Turn = ScheduledTask

/**
 * Allows one connection in CONNECTING for each remote place; the others wait in order of arrival (RFC 6455 section 4.1, step 2). A place is
 * `address port`; a name with several addresses takes all its places. The cost of entering and leaving does not depend on how many wait.
 */
export class ConnectingQueue {
  readonly #places = new Map<string, Line>()
  /** Slots for connections whose address only a proxy knows. */
  readonly #unresolved: Line
  #waiting = 0

  /** @param maxUnresolved how many may be CONNECTING where only a proxy knows the address (the SHOULD of step 2) */
  constructor(maxUnresolved = 32) {
    this.#unresolved = new Line(maxUnresolved)
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Calls `start` at once, or when all places are free.
   * @returns a task whose `cancel` leaves the queue, or gives the turn back; repeating it does nothing
   */
  enter(places: readonly string[], start: (turn: Turn) => void): Turn {
    const visit: Visit = { tickets: [], behind: 0, needsSlot: places.some(isUnresolved), start, started: false, over: false }
    // A resolver may name an address twice.
    for (const place of new Set(places)) {
      let line = this.#places.get(place)
      if (line === undefined) this.#places.set(place, (line = new Line(1, place)))
      this.#join(line, visit)
    }
    this.#waiting++
    const turn: Turn = { cancel: () => this.#leave(visit) }
    visit.turn = turn
    if (visit.behind === 0) this.#advance(visit)
    return turn
  }

  #join(line: Line, visit: Visit): void {
    const ticket: Ticket = { visit, line, held: false, previous: undefined, next: undefined }
    visit.tickets.push(ticket)
    if (!line.enter(ticket)) visit.behind++
  }

  /** Has all its places. It takes a slot last, so that a connection that still waits for a place holds no slot. */
  #advance(visit: Visit): void {
    if (visit.needsSlot) {
      visit.needsSlot = false
      this.#join(this.#unresolved, visit)
      if (visit.behind > 0) return
    }
    visit.started = true
    this.#waiting--
    visit.start(visit.turn as Turn)
  }

  #leave(visit: Visit): void {
    if (visit.over) return
    visit.over = true
    if (!visit.started) this.#waiting--
    const ready: Visit[] = []
    for (const ticket of visit.tickets) {
      const { line } = ticket
      const next = line.leave(ticket)?.visit
      if (line.isEmpty && line.place !== undefined) this.#places.delete(line.place)
      if (next !== undefined && --next.behind === 0) ready.push(next)
    }
    for (const next of ready) this.#advance(next)
  }
}

/** One connection's way through the queue. */
interface Visit {
  readonly tickets: Ticket[]
  /** Lines in which it has no slot yet. */
  behind: number
  /** It will need one of the slots of `#unresolved`. */
  needsSlot: boolean
  readonly start: (turn: Turn) => void
  turn?: Turn
  started: boolean
  over: boolean
}

interface Ticket {
  readonly visit: Visit
  readonly line: Line
  /** Has one of the line's slots. */
  held: boolean
  previous: Ticket | undefined
  next: Ticket | undefined
}

/** First come, first served, with a number of slots. A linked list: removing from either end or the middle of an array costs its length. */
class Line {
  readonly place: string | undefined
  readonly #slots: number
  #held = 0
  #first: Ticket | undefined
  #last: Ticket | undefined

  constructor(slots: number, place?: string) {
    this.#slots = slots
    this.place = place
  }

  get isEmpty(): boolean {
    return this.#held === 0
  }

  /** @returns whether the ticket has a slot at once */
  enter(ticket: Ticket): boolean {
    if (this.#held < this.#slots) {
      this.#held++
      ticket.held = true
      return true
    }
    ticket.previous = this.#last
    if (this.#last === undefined) this.#first = ticket
    else this.#last.next = ticket
    this.#last = ticket
    return false
  }

  /** @returns the ticket that gets the slot */
  leave(ticket: Ticket): Ticket | undefined {
    if (!ticket.held) {
      this.#unlink(ticket)
      return undefined
    }
    const next = this.#first
    if (next === undefined) {
      this.#held--
      return undefined
    }
    this.#unlink(next)
    next.held = true
    return next
  }

  #unlink(ticket: Ticket): void {
    if (ticket.previous === undefined) this.#first = ticket.next
    else ticket.previous.next = ticket.next
    if (ticket.next === undefined) this.#last = ticket.previous
    else ticket.next.previous = ticket.previous
    ticket.previous = undefined
    ticket.next = undefined
  }
}

export function placeOf(address: string, port: number): string {
  return `${address} ${port}`
}

/** Behind a proxy each host name counts as a separate remote host (step 2). */
export function placeBehindProxy(host: string, port: number): string {
  return `proxy ${host} ${port}`
}

function isUnresolved(place: string): boolean {
  return place.startsWith('proxy ')
}
