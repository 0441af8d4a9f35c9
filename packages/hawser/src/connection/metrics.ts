import type { CloseInfo } from '../core/protocol/events.ts'
import type { ConnectionObserver, ObservedConnection, ObservedFrame, ObservedHandshake, Observer } from './observer.ts'
import type { Socket } from './socket.ts'

/** The end that counts. */
export type MetricsRole = 'client' | 'server'

/** Counters of one direction. */
export interface TrafficCounters {
  /** Messages that began. */
  readonly messages: number
  /** Frames, control frames included. */
  readonly frames: number
  /** Bytes of payload on the wire: those of a compressed message after compression. */
  readonly payloadBytes: number
}

/** The counters of one role at one moment. Keys of records are from fixed sets, so a peer cannot make them grow. */
export interface RoleCounters {
  /** Connections that are open now. */
  readonly openConnections: number
  /** Connections that were opened. */
  readonly connections: number
  /** Opening handshakes by outcome: `accepted`, or the condition of the refusal or error. */
  readonly handshakes: Readonly<Record<string, number>>
  /** What was sent. */
  readonly sent: TrafficCounters
  /** What was received. */
  readonly received: TrafficCounters
  /** Frames that no counter has, because more than 16 384 came in one turn of the event loop. */
  readonly skippedFrames: number
  /** Connections that ended, by close code: `1000` to `1015`, `3xxx`, `4xxx`, `other`. */
  readonly closeCodes: Readonly<Record<string, number>>
  /** Connections that ended with an error, by its condition. */
  readonly errors: Readonly<Record<string, number>>
  /** Limits that a frame or message of a peer exceeded, by the name in `limits`. */
  readonly limits: Readonly<Record<string, number>>
  /** How often a transport did not take what it was given. */
  readonly backpressure: number
  /** Bytes that wait in the connections that are open now. */
  readonly bufferedBytes: number
  /** Answered Pings, and the sum of their round trips in milliseconds. */
  readonly pings: { readonly count: number; readonly totalMs: number }
}

/** The counters of both roles. */
export type MetricsSnapshot = Readonly<Record<MetricsRole, RoleCounters>>

/**
 * Counts what the observed servers and clients do. It is an {@link Observer}: give it to `serve({ observe })`, `server.observe` or `connect({ observe })`.
 * Without one nothing is counted; with one, the headers of all frames are read a second time.
 */
export class Metrics implements Observer {
  readonly #roles: Readonly<Record<MetricsRole, Counters>> = { client: new Counters(), server: new Counters() }

  /** Counts one opening handshake. */
  handshake({ role, condition }: ObservedHandshake): void {
    add(this.#roles[role].handshakes, condition ?? 'accepted')
  }

  /** Counts the frames and the end of one connection. */
  connection({ role, socket }: ObservedConnection): ConnectionObserver {
    return this.#roles[role].connection(socket)
  }

  /** The counters now. */
  snapshot(): MetricsSnapshot {
    return { client: this.#roles.client.snapshot(), server: this.#roles.server.snapshot() }
  }
}

interface Traffic {
  messages: number
  frames: number
  payloadBytes: number
}

class Counters {
  readonly handshakes = new Map<string, number>()
  readonly #open = new Set<Socket>()
  readonly #traffic: Readonly<Record<ObservedFrame['direction'], Traffic>> = { sent: noTraffic(), received: noTraffic() }
  readonly #closeCodes = new Map<string, number>()
  readonly #errors = new Map<string, number>()
  readonly #limits = new Map<string, number>()
  readonly #pings = { count: 0, totalMs: 0 }
  #connections = 0
  #skippedFrames = 0
  #backpressure = 0

  connection(socket: Socket): ConnectionObserver {
    this.#connections += 1
    this.#open.add(socket)
    return {
      frame: (frame) => this.#frame(socket, frame),
      backpressure: (blocked) => {
        if (blocked) this.#backpressure += 1
      },
      end: (info) => this.#end(socket, info),
    }
  }

  snapshot(): RoleCounters {
    let bufferedBytes = 0
    for (const socket of this.#open) bufferedBytes += socket.bufferedAmount
    return {
      openConnections: this.#open.size,
      connections: this.#connections,
      handshakes: Object.fromEntries(this.handshakes),
      sent: { ...this.#traffic.sent },
      received: { ...this.#traffic.received },
      skippedFrames: this.#skippedFrames,
      closeCodes: Object.fromEntries(this.#closeCodes),
      errors: Object.fromEntries(this.#errors),
      limits: Object.fromEntries(this.#limits),
      backpressure: this.#backpressure,
      bufferedBytes,
      pings: { ...this.#pings },
    }
  }

  #frame(socket: Socket, { direction, opcode, payloadLength, skipped }: ObservedFrame): void {
    const traffic = this.#traffic[direction]
    traffic.frames += 1
    traffic.payloadBytes += payloadLength
    if (opcode === 1 || opcode === 2) traffic.messages += 1
    this.#skippedFrames += skipped
    if (opcode !== 10 || direction === 'sent' || socket.roundTripMs === undefined) return
    this.#pings.count += 1
    this.#pings.totalMs += socket.roundTripMs
  }

  #end(socket: Socket, { code, error }: CloseInfo): void {
    this.#open.delete(socket)
    add(this.#closeCodes, closeCodeLabel(code))
    if (error === undefined) return
    add(this.#errors, error.condition)
    if (error.limit !== undefined) add(this.#limits, error.limit)
  }
}

function noTraffic(): Traffic {
  return { messages: 0, frames: 0, payloadBytes: 0 }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** A peer chooses its close code, so only the registered ones are counted one by one. */
function closeCodeLabel(code: number): string {
  if (code >= 1000 && code <= 1015) return String(code)
  return code >= 3000 && code <= 4999 ? `${Math.floor(code / 1000)}xxx` : 'other'
}
