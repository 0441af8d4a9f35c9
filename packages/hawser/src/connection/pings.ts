import { droppable } from './application-code.ts'
import type { ConnectionError } from '../core/errors.ts'

interface PendingPing {
  readonly payload: Uint8Array
  readonly sentAt: number
  resolve(roundTripMs: number): void
  reject(error: ConnectionError): void
}

/** Pings of the application that wait for their Pong. */
export class Pings {
  #pending: PendingPing[] = []

  /** The promise rejects with the error of {@link reject}; dropping it raises no unhandled rejection. */
  add(payload: Uint8Array, sentAt: number): Promise<number> {
    return droppable(new Promise<number>((resolve, reject) => this.#pending.push({ payload, sentAt, resolve, reject })))
  }

  /**
   * A Pong answers its Ping and all before it: the peer may answer only the latest (RFC 6455 section 5.5.3).
   * @returns the round trip in milliseconds; undefined where it answers none
   */
  pongReceived(payload: Uint8Array, now: number): number | undefined {
    const answered = this.#pending.findIndex((ping) => equal(ping.payload, payload))
    let roundTripMs: number | undefined
    for (const ping of this.#pending.splice(0, answered + 1)) ping.resolve((roundTripMs = now - ping.sentAt))
    return roundTripMs
  }

  reject(error: ConnectionError): void {
    for (const ping of this.#pending.splice(0)) ping.reject(error)
  }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
