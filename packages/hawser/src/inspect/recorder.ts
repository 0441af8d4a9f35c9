import { randomUUID } from 'node:crypto'
import type { ConnectionObserver, ObservedConnection, ObservedFrame, ObservedHandshake, Observer } from '../connection/observer.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { ConnectionLog } from './connection-log.ts'
import type { LogSettings } from './connection-log.ts'
import type { ConnectionReport, ConnectionsReport } from './report.ts'

/** Observes servers and clients, and keeps what the page shows, within the limits. */
export class Recorder implements Observer {
  readonly #settings: LogSettings
  readonly #logs = new Map<number, ConnectionLog>()
  readonly #relays = new Map<number, Relay>()
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
    if (log === undefined) return undefined
    log.open(connection)
    const relay = new Relay(log)
    this.#relays.set(log.id, relay)
    return relay
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
    for (const id of this.#logs.keys()) this.#forget(id)
  }

  /** The oldest that has ended, or the oldest. The newest is not a connection yet, and stays. */
  #drop(): void {
    const others = [...this.#logs.values()].filter(({ id }) => id !== this.#lastId)
    const oldest = others.find(({ isOpen }) => !isOpen) ?? others[0]
    if (oldest === undefined) return
    this.#forget(oldest.id)
  }

  #forget(id: number): void {
    this.#relays.get(id)?.forget()
    this.#relays.delete(id)
    this.#logs.get(id)?.forget()
    this.#logs.delete(id)
  }
}

/** What an observed connection holds of its log: nothing once the log is no longer kept, however long the connection lasts. */
class Relay implements ConnectionObserver {
  readonly payloadBytes: number
  #log: ConnectionLog | undefined

  constructor(log: ConnectionLog) {
    this.#log = log
    this.payloadBytes = log.payloadBytes
  }

  forget(): void {
    this.#log = undefined
  }

  readonly frame = (frame: ObservedFrame): void => this.#log?.frame(frame)
  readonly backpressure = (blocked: boolean, bufferedBytes: number): void => this.#log?.backpressure(blocked, bufferedBytes)
  readonly end = (info: CloseInfo): void => this.#log?.end(info)
}
