import { OptionError } from '../core/errors.ts'
import { checkOptions } from '../core/option-names.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { Clock, ScheduledTask } from '../connection/clock.ts'
import { checkInteger, checkOneOf } from '../connection/option-checks.ts'
import type { Member, Members } from '../connection/members.ts'
import type { DrainOptions, DrainResult } from './options.ts'

/** A connection as a drain sees it. */
interface DrainedConnection extends Member {
  startClosing(code: number, reason: string): void
  terminate(): void
}

const batchMs = 50
const DEFAULT_GRACE_MS = 10_000

/** @throws OptionError naming the option that is wrong */
export function checkDrainOptions(options: DrainOptions): void {
  checkOptions(options, ['graceMs', 'spreadMs', 'code', 'reason'])
  checkInteger('graceMs', options.graceMs, 0, 0x7fff_ffff)
  checkInteger('spreadMs', options.spreadMs, 0, 0x7fff_ffff)
  const { graceMs = DEFAULT_GRACE_MS, spreadMs = 0 } = options
  if (spreadMs > graceMs) throw new OptionError('spreadMs', `at most graceMs (${graceMs}), so that each connection gets its Close frame`, spreadMs)
  checkOneOf('code', options.code, [1001, 1012])
  if (options.reason !== undefined && (typeof options.reason !== 'string' || options.reason.length > 41)) {
    throw new OptionError('reason', 'a string of at most 41 characters, which is 123 bytes at most', options.reason)
  }
}

/**
 * Closes all connections of a server, over `spreadMs` so that their clients do not all reconnect at once, and drops those that are left after
 * `graceMs`. Each Close frame leaves after all messages that `send` took before it. Every connection counts once in the result.
 */
export class Drain {
  readonly result: Promise<DrainResult>
  readonly #connections: Members<DrainedConnection>
  readonly #clock: Clock
  readonly #code: number
  readonly #reason: string
  #waiting: DrainedConnection[]
  #closed = 0
  #failed = 0
  /** Connections that were still open after `graceMs`. */
  #terminated = 0
  readonly #spreadMs: number
  /** The end of the grace, in the time of the clock. */
  readonly #endsAt: number
  #isTerminating = false
  #graceTask: ScheduledTask | undefined
  #batchTask: ScheduledTask | undefined
  #resolve!: (result: DrainResult) => void

  /** @param options checked by {@link checkDrainOptions} */
  constructor(connections: Members<DrainedConnection>, clock: Clock, options: DrainOptions) {
    this.#connections = connections
    this.#clock = clock
    this.#code = options.code ?? 1001
    this.#reason = options.reason ?? 'the server is shutting down'
    this.#spreadMs = options.spreadMs ?? 0
    this.#endsAt = clock.now() + (options.graceMs ?? DEFAULT_GRACE_MS)
    this.#waiting = [...connections]
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Not in the constructor: closing may call a handler that drains again, and that call has to find this object. */
  begin(): void {
    this.#graceTask = this.#clock.schedule(() => this.terminate(), Math.max(0, this.#endsAt - this.#clock.now()))
    const batches = Math.max(1, Math.ceil(this.#spreadMs / batchMs))
    this.#closeBatch(Math.ceil(this.#waiting.length / batches))
    this.#conclude()
  }

  /** One connection fewer. */
  connectionClosed(info: CloseInfo): void {
    if (!this.#isTerminating) {
      if (info.wasClean) this.#closed++
      else this.#failed++
    }
    this.#conclude()
  }

  #conclude(): void {
    if (this.#connections.size > 0) return
    this.#waiting = []
    this.#graceTask?.cancel()
    this.#batchTask?.cancel()
    this.#resolve({ closed: this.#closed, failed: this.#failed, terminated: this.#terminated })
  }

  #closeBatch(size: number): void {
    for (const connection of this.#waiting.splice(0, size)) connection.startClosing(this.#code, this.#reason)
    if (this.#waiting.length > 0) this.#batchTask = this.#clock.schedule(() => this.#closeBatch(size), batchMs)
  }

  /** Drops the connections that are left: the grace is over, or the server is closed. */
  terminate(): void {
    if (this.#isTerminating) return
    this.#isTerminating = true
    this.#graceTask?.cancel()
    this.#batchTask?.cancel()
    this.#waiting = []
    this.#terminated = this.#connections.size
    for (const connection of this.#connections) connection.terminate()
  }

  /** Resolves with `work`, and at the end of the grace at the latest. */
  withinGrace(work: Promise<void>): Promise<void> {
    const left = this.#endsAt - this.#clock.now()
    if (left <= 0 || this.#isTerminating) return Promise.resolve()
    return new Promise((resolve) => {
      const task = this.#clock.schedule(resolve, left)
      const finish = (): void => {
        task.cancel()
        resolve()
      }
      work.then(finish, finish)
    })
  }
}
