import type { CloseInfo } from '../core/protocol/events.ts'
import type { FrameCounts } from './frame-tally.ts'
import type { ConnectionObserver, ObservedConnection, ObservedFrame, ObservedHandshake, Observer } from './observer.ts'
import type { Socket } from './socket.ts'

/** The end that counts. */
export type MetricsRole = 'client' | 'server'

/** Counters of one direction. */
export interface TrafficCounters extends Readonly<FrameCounts> {
  /** Bytes that an extension such as permessage-deflate was given, and what it made of them; 0 without one. For what was received, the other way round. */
  readonly compression: CompressionCounters
}

/** What extensions saved. */
export interface CompressionCounters {
  /** Bytes before compression. */
  readonly rawBytes: number
  /** Bytes after it. */
  readonly wireBytes: number
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
 * Without one nothing is counted; with one, the headers of all frames are read a second time, and nothing is made for them.
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

type Direction = ObservedFrame['direction']
type Compression = { -readonly [name in keyof CompressionCounters]: number }

class Counters {
  readonly handshakes = new Map<string, number>()
  readonly #open = new Set<Socket>()
  readonly #traffic: Readonly<Record<Direction, FrameCounts>> = { sent: noTraffic(), received: noTraffic() }
  /** Of connections that ended. */
  readonly #compressed: Readonly<Record<Direction, Compression>> = { sent: noCompression(), received: noCompression() }
  readonly #closeCodes = new Map<string, number>()
  readonly #errors = new Map<string, number>()
  readonly #limits = new Map<string, number>()
  readonly #pings = { count: 0, totalMs: 0 }
  #connections = 0
  #backpressure = 0

  connection(socket: Socket): ConnectionObserver {
    this.#connections += 1
    this.#open.add(socket)
    return {
      traffic: this.#traffic,
      ping: (roundTripMs) => {
        this.#pings.count += 1
        this.#pings.totalMs += roundTripMs
      },
      backpressure: (blocked) => {
        if (blocked) this.#backpressure += 1
      },
      end: (info) => this.#end(socket, info),
    }
  }

  snapshot(): RoleCounters {
    let bufferedBytes = 0
    const compressed = { sent: { ...this.#compressed.sent }, received: { ...this.#compressed.received } }
    for (const socket of this.#open) {
      bufferedBytes += socket.bufferedAmount
      addCompression(socket, compressed)
    }
    return {
      openConnections: this.#open.size,
      connections: this.#connections,
      handshakes: Object.fromEntries(this.handshakes),
      sent: { ...this.#traffic.sent, compression: compressed.sent },
      received: { ...this.#traffic.received, compression: compressed.received },
      closeCodes: Object.fromEntries(this.#closeCodes),
      errors: Object.fromEntries(this.#errors),
      limits: Object.fromEntries(this.#limits),
      backpressure: this.#backpressure,
      bufferedBytes,
      pings: { ...this.#pings },
    }
  }

  #end(socket: Socket, { code, error }: CloseInfo): void {
    this.#open.delete(socket)
    addCompression(socket, this.#compressed)
    add(this.#closeCodes, closeCodeLabel(code))
    if (error === undefined) return
    add(this.#errors, error.condition)
    if (error.limit !== undefined) add(this.#limits, error.limit)
  }
}

function noTraffic(): FrameCounts {
  return { messages: 0, frames: 0, payloadBytes: 0 }
}

function noCompression(): Compression {
  return { rawBytes: 0, wireBytes: 0 }
}

function addCompression({ extensions }: Socket, to: Readonly<Record<Direction, Compression>>): void {
  for (const { statistics } of extensions) {
    if (statistics === undefined) continue
    for (const direction of ['sent', 'received'] as const) {
      to[direction].rawBytes += statistics[direction].rawBytes
      to[direction].wireBytes += statistics[direction].wireBytes
    }
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

/** A peer chooses its close code, so only the registered ones are counted one by one. */
function closeCodeLabel(code: number): string {
  if (code >= 1000 && code <= 1015) return String(code)
  return code >= 3000 && code <= 4999 ? `${Math.floor(code / 1000)}xxx` : 'other'
}
