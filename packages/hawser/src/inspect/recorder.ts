import { randomUUID } from 'node:crypto'
import type { ConnectionObserver, ObservedConnection, ObservedHandshake, Observer } from '../connection/observer.ts'
import { ConnectionLog } from './connection-log.ts'
import type { LogSettings } from './connection-log.ts'
import type { ConnectionReport, ConnectionsReport } from './report.ts'

/** Observes servers and clients, and keeps what the page shows, within the limits. */
export class Recorder implements Observer {
  readonly #settings: LogSettings
  readonly #logs = new Map<number, ConnectionLog>()
  readonly #opening = new WeakMap<ObservedHandshake, ConnectionLog>()
  readonly #instance: string = randomUUID()
  #lastId = 0

  constructor(settings: LogSettings) {
    this.#settings = settings
  }

  readonly handshake = (event: ObservedHandshake): void => {
    const log = new ConnectionLog(++this.#lastId, event, this.#settings)
    this.#logs.set(log.id, log)
    if (event.reason === undefined) this.#opening.set(event, log)
    if (this.#logs.size > this.#settings.limits.connections) this.#drop()
  }

  readonly connection = (connection: ObservedConnection): ConnectionObserver | undefined => {
    const log = this.#opening.get(connection.handshake)
    log?.open(connection)
    return log
  }

  connections(): ConnectionsReport {
    const connections = [...this.#logs.values()].map((log) => log.summary()).reverse()
    return { connections, dropped: this.#lastId - this.#logs.size, now: Date.now(), instance: this.#instance }
  }

  report(id: number, from: number): ConnectionReport | undefined {
    return this.#logs.get(id)?.report(from)
  }

  /** Keeps nothing more. */
  clear(): void {
    for (const log of this.#logs.values()) log.forget()
    this.#logs.clear()
  }

  /** The oldest that has ended, or the oldest. The newest is not a connection yet, and stays. */
  #drop(): void {
    const others = [...this.#logs.values()].filter(({ id }) => id !== this.#lastId)
    const oldest = others.find(({ isOpen }) => !isOpen) ?? others[0]
    if (oldest === undefined) return
    oldest.forget()
    this.#logs.delete(oldest.id)
  }
}
