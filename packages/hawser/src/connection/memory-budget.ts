import { ConnectionError } from '../core/errors.ts'
import { TRY_AGAIN_LATER } from '../core/protocol/close-code.ts'
import type { Clock } from './clock.ts'
import { Members } from './members.ts'
import type { Member } from './members.ts'

/** A connection whose memory is counted. */
export interface MemoryHolder {
  /** Bytes that it holds now, with their overhead. */
  readonly heldBytes: number
  /** Ends the connection, so that its memory is free at once. */
  endForMemory(error: ConnectionError): void
}

/** Beyond the limit by this share of it, connections are ended. */
const TOLERANCE = 0.25

/**
 * What all connections of a server hold: incomplete messages, messages that wait to be delivered or sent, and output. Each change is counted as a difference.
 * Beyond the limit new connections are refused. If those that are open go on to grow, the ones that hold the most are ended until the limit is met
 * again. To find them, all are sorted, which happens once for each growth of a quarter of the limit.
 */
export class MemoryBudget {
  bytes = 0
  readonly #limit: number
  readonly #clock: Clock
  readonly #accounts = new Members<MemoryAccount>()
  #isRelieving = false

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
  }

  /** New connections have to be refused. */
  get isExceeded(): boolean {
    return this.bytes > this.#limit
  }

  open(holder: MemoryHolder): MemoryAccount {
    const account = new MemoryAccount(this, holder)
    this.#accounts.add(account)
    return account
  }

  close(account: MemoryAccount): void {
    this.#accounts.delete(account)
    this.change(-account.bytes)
    account.bytes = 0
  }

  change(difference: number): void {
    this.bytes += difference
    if (this.bytes <= this.#limit * (1 + TOLERANCE) || this.#isRelieving) return
    this.#isRelieving = true
    // Not inside a call of the application or of another connection.
    this.#clock.defer(() => {
      this.#relieve()
      this.#isRelieving = false
    })
  }

  #relieve(): void {
    const largestFirst = [...this.#accounts].filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes)
    for (const account of largestFirst) {
      if (!this.isExceeded) return
      const { holder, bytes } = account
      const message = `the connections of this server hold more than limits.memory, ${this.#limit} bytes, and this one held ${bytes}, the most`
      this.close(account)
      holder.endForMemory(new ConnectionError(message, { fault: 'peer', closeCode: TRY_AGAIN_LATER, condition: 'memory-limit' }))
    }
  }
}

/** The part of one connection. */
export class MemoryAccount implements Member {
  memberIndex: number = -1
  /** What was counted last. */
  bytes = 0
  readonly holder: MemoryHolder
  readonly #budget: MemoryBudget

  /** Use `MemoryBudget.open`. */
  constructor(budget: MemoryBudget, holder: MemoryHolder) {
    this.#budget = budget
    this.holder = holder
  }

  /** Counts what the connection holds now; after the end of the account it counts nothing. */
  update(): void {
    if (this.memberIndex === -1) return
    const { heldBytes } = this.holder
    const difference = heldBytes - this.bytes
    if (difference === 0) return
    this.bytes = heldBytes
    this.#budget.change(difference)
  }

  close(): void {
    if (this.memberIndex !== -1) this.#budget.close(this)
  }
}
