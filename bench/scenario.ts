/** What a scenario is, by its type. */
import type { PayloadKind } from './load/frames.ts'

interface Named {
  readonly name: string
  readonly group: 'table' | 'ws' | 'kinds' | 'tls' | 'deflate' | 'http2' | 'client' | 'sizes' | 'connections' | 'inflight'
  /** The name in reports. */
  readonly title: string
  /** The ceiling that the project sets itself: hawser costs at most this many times the floor. */
  readonly ceiling?: number
  /** hawser costs at most this share of `ws`. */
  readonly ceilingOfWs?: number
  /** Measured on Node only, for the sake of time. */
  readonly nodeOnly?: boolean
}

export interface EchoScenario extends Named {
  readonly type: 'echo'
  readonly kind: PayloadKind
  readonly size: number
  readonly inFlight: number
  readonly connections: number
  readonly tls: boolean
  readonly deflate: boolean
  /** The point on the curve, where it is one of several. */
  readonly x?: number
  /** Measured on the first runtime only. */
  readonly firstRuntimeOnly?: boolean
}

export interface BroadcastScenario extends Named {
  readonly type: 'broadcast'
  readonly kind: PayloadKind
  readonly size: number
  readonly burst: number
  /** With `send` for each connection. */
  readonly each: boolean
  readonly connections: number
}

export interface HandshakeScenario extends Named {
  readonly type: 'handshake'
  /** A browser's request, and hooks and handlers as applications have them. */
  readonly hooks: boolean
  readonly atOnce: number
  /** In each round. */
  readonly count: number
  /** Each with a connection of its own; in the group `http2` streams of one session. */
  readonly tls: boolean
}

export interface MemoryScenario extends Named {
  readonly type: 'memory'
  readonly connections: number
  readonly tls: boolean
  /** Each connection has exchanged one compressed message of 1 KiB. */
  readonly deflate: boolean
}

export interface StallScenario extends Named {
  readonly type: 'stall'
  readonly size: number
}

export interface TransferScenario extends Named {
  readonly type: 'transfer'
  readonly direction: 'up' | 'down'
  readonly size: number
  /** Of HTTP/2, in bytes. */
  readonly windows: { readonly stream: number; readonly session: number }
}

export interface ClientScenario extends Named {
  readonly type: 'client'
  readonly size: number
  readonly connections: number
}

export interface ClientHandshakeScenario extends Named {
  readonly type: 'client-handshake'
  /** In each round, one after the other. */
  readonly count: number
}

export interface ClientMemoryScenario extends Named {
  readonly type: 'client-memory'
  readonly connections: number
}

export type Scenario =
  | EchoScenario
  | BroadcastScenario
  | HandshakeScenario
  | MemoryScenario
  | StallScenario
  | TransferScenario
  | ClientScenario
  | ClientHandshakeScenario
  | ClientMemoryScenario
