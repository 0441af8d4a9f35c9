/** The scenarios, as data. */
import type { PayloadKind } from './load/frames.ts'

interface Named {
  readonly name: string
  readonly group: 'table' | 'kinds' | 'tls' | 'deflate' | 'http2' | 'client' | 'sizes' | 'connections' | 'inflight'
  /** The name in reports. */
  readonly title: string
  /** The ceiling that the project sets itself: hawser costs at most this many times the floor. */
  readonly ceiling?: number
  /** hawser costs at most this share of `ws`. */
  readonly ceilingOfWs?: number
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

export type Scenario = EchoScenario | BroadcastScenario | HandshakeScenario | MemoryScenario | StallScenario | TransferScenario | ClientScenario

const plain = { type: 'echo', kind: 'text', inFlight: 1, connections: 100, tls: false, deflate: false } as const

const echoes: readonly EchoScenario[] = [
  { ...plain, name: 'echo-64', group: 'table', title: 'echo 64 B, one in flight, 100 connections', size: 64, ceiling: 1.08 },
  { ...plain, name: 'echo-64x16', group: 'table', title: 'echo 64 B, sixteen in flight', size: 64, inFlight: 16, ceiling: 1.5 },
  { ...plain, name: 'echo-1k', group: 'table', title: 'echo 1 KiB, one in flight', size: 1024, ceiling: 1.08 },
  { ...plain, name: 'echo-16k', group: 'table', title: 'echo 16 KiB, one in flight', size: 16384, ceiling: 1.2 },
  { ...plain, name: 'echo-1m', group: 'table', title: 'echo 1 MiB, one in flight, 8 connections', size: 1 << 20, connections: 8, ceiling: 1.3 },
]

const others: readonly Scenario[] = [
  { type: 'handshake', name: 'handshake', group: 'table', title: 'opening handshake, then gone', hooks: false, atOnce: 32, ceiling: 1.2 },
  {
    type: 'handshake',
    name: 'handshake-browser',
    group: 'table',
    title: "opening handshake, then gone, of a browser's request with hook, subprotocols, deflate and a close handler",
    hooks: true,
    atOnce: 32,
    ceiling: 1.2,
  },
  {
    type: 'broadcast',
    name: 'broadcast-1',
    group: 'table',
    title: 'one message of 64 B to 500 connections, per delivery',
    size: 64,
    burst: 1,
    each: false,
    connections: 500,
    ceiling: 1.05,
  },
  {
    type: 'broadcast',
    name: 'broadcast-8',
    group: 'table',
    title: 'eight messages of 64 B to 500 connections, per delivery',
    size: 64,
    burst: 8,
    each: false,
    connections: 500,
    ceiling: 1.1,
  },
  {
    type: 'broadcast',
    name: 'each-1',
    group: 'table',
    title: 'one message of 64 B to 500 connections, `send` to each, per delivery',
    size: 64,
    burst: 1,
    each: true,
    connections: 500,
    ceiling: 1.05,
  },
  {
    type: 'broadcast',
    name: 'each-8',
    group: 'table',
    title: 'eight messages of 64 B to 500 connections, `send` to each, per delivery',
    size: 64,
    burst: 8,
    each: true,
    connections: 500,
    ceiling: 1.1,
  },
  {
    type: 'memory',
    name: 'idle',
    group: 'table',
    title: 'an idle connection, one of 10 000, resident',
    connections: 10_000,
    tls: false,
    deflate: false,
    ceiling: 1.3,
  },
]

const kinds: readonly EchoScenario[] = [
  { ...plain, name: 'echo-1k-utf8', group: 'kinds', title: 'echo 1 KiB of text in several scripts', kind: 'utf8', size: 1024 },
  { ...plain, name: 'echo-1k-binary', group: 'kinds', title: 'echo 1 KiB binary', kind: 'binary', size: 1024 },
  { ...plain, name: 'echo-16k-binary', group: 'kinds', title: 'echo 16 KiB binary', kind: 'binary', size: 16384 },
  { ...plain, name: 'echo-1m-binary', group: 'kinds', title: 'echo 1 MiB binary, 8 connections', kind: 'binary', size: 1 << 20, connections: 8 },
]

const overTls: readonly Scenario[] = [
  ...echoes.map((echo): EchoScenario => {
    const { ceiling: _, ...rest } = echo
    return { ...rest, name: `${echo.name}-tls`, group: 'tls', title: `${echo.title}, TLS`, tls: true }
  }),
  { type: 'memory', name: 'idle-tls', group: 'tls', title: 'an idle connection over TLS, resident', connections: 2000, tls: true, deflate: false },
]

const compressed: readonly Scenario[] = [
  {
    ...plain,
    name: 'deflate-1k',
    group: 'deflate',
    title: 'echo 1 KiB JSON, compressed',
    kind: 'json',
    size: 1024,
    deflate: true,
    ceilingOfWs: 0.45,
  },
  { ...plain, name: 'deflate-16k', group: 'deflate', title: 'echo 16 KiB JSON, compressed', kind: 'json', size: 16384, deflate: true },
  ...[100, 1000, 10_000].map((connections): MemoryScenario => {
    const title = `a connection that exchanged one compressed message, one of ${connections}, resident`
    return {
      type: 'memory',
      name: `deflate-memory-${connections}`,
      group: 'deflate',
      title,
      connections,
      tls: false,
      deflate: true,
      ceilingOfWs: 0.4,
    }
  }),
  {
    type: 'stall',
    name: 'deflate-stall',
    group: 'deflate',
    title: 'longest stall of the event loop while 16 MiB compressed are echoed',
    size: 16 << 20,
  },
]

/** One message in flight on each stream; a session carries up to a hundred. */
const overHttp2: readonly Scenario[] = [
  ...[1, 100].flatMap((connections) =>
    [64, 1024, 65_536].map((size): EchoScenario => {
      const label = size === 64 ? '64' : `${size / 1024}k`
      const title = `echo ${bytes(size)}, ${connections === 1 ? 'one stream' : `${connections} streams`} of one session`
      return { ...plain, name: `http2-${label}x${connections}`, group: 'http2', title, kind: 'binary', size, connections, tls: true }
    }),
  ),
  {
    type: 'memory',
    name: 'http2-idle',
    group: 'http2',
    title: 'an idle stream, one of 1000 on ten sessions, resident',
    connections: 1000,
    tls: true,
    deflate: false,
  },
  ...([64, 256, 1024] as const).flatMap((kibibytes) =>
    (['up', 'down'] as const).map((direction): TransferScenario => {
      const windows = { stream: kibibytes === 64 ? 65_535 : kibibytes * 1024, session: kibibytes === 64 ? 65_535 : 2_097_152 }
      const title = `100 MB ${direction}, windows of ${kibibytes} KiB a stream and ${kibibytes === 64 ? 64 : 2048} KiB a session`
      return { type: 'transfer', name: `http2-${direction}-${kibibytes}k`, group: 'http2', title, direction, size: 100_000_000, windows }
    }),
  ),
]

const clients: readonly ClientScenario[] = [
  { type: 'client', name: 'client-64', group: 'client', title: 'client: 64 B sent and received, 100 connections', size: 64, connections: 100 },
  { type: 'client', name: 'client-1k', group: 'client', title: 'client: 1 KiB sent and received, 100 connections', size: 1024, connections: 100 },
  { type: 'client', name: 'client-16k', group: 'client', title: 'client: 16 KiB sent and received, 100 connections', size: 16384, connections: 100 },
]

const curve = { ...plain, firstRuntimeOnly: true } as const

const curves: readonly EchoScenario[] = [
  ...[16, 256, 4096, 65_536, 1 << 20, 16 << 20].map((size): EchoScenario => {
    const connections = size > 1 << 20 ? 1 : size > 65_536 ? 8 : 100
    return { ...curve, name: `size-${size}`, group: 'sizes', title: `echo ${bytes(size)}, ${connections} connections`, size, connections, x: size }
  }),
  ...[1, 10, 100, 1000, 10_000].map((connections): EchoScenario => {
    const title = `echo 64 B, ${connections} connections`
    return { ...curve, name: `connections-${connections}`, group: 'connections', title, size: 64, connections, x: connections }
  }),
  ...[1, 4, 16, 64].map((inFlight): EchoScenario => {
    return { ...curve, name: `inflight-${inFlight}`, group: 'inflight', title: `echo 64 B, ${inFlight} in flight`, size: 64, inFlight, x: inFlight }
  }),
]

export const scenarios: readonly Scenario[] = [...echoes, ...others, ...kinds, ...overTls, ...compressed, ...overHttp2, ...clients, ...curves]

export function bytes(size: number): string {
  return size >= 1 << 20 ? `${size / (1 << 20)} MiB` : size >= 1024 ? `${size / 1024} KiB` : `${size} B`
}

/** The most important scenario of each kind; takes some minutes. */
export const usual: readonly string[] = ['table', 'echo-64-tls', 'echo-1k-tls', 'deflate-1k', 'http2-1kx100', 'client']

/** Scenarios by name or by group: `curves` has all three curves, `all` everything, and `usual` is the default. */
export function chosen(names: readonly string[]): readonly Scenario[] {
  if (names.length === 0) return chosen(usual)
  if (names.includes('all')) return scenarios
  const groups = new Set(
    names.flatMap((name) =>
      name === 'curves' ? ['sizes', 'connections', 'inflight'] : name === 'memory' ? ['idle', 'deflate-memory-10000'] : [name],
    ),
  )
  const found = scenarios.filter(({ name, group }) => groups.has(name) || groups.has(group))
  const known = new Set(scenarios.flatMap(({ name, group }) => [name, group]))
  for (const name of groups) if (!known.has(name)) throw new Error(`no scenario ${name}; --list shows them`)
  return found
}
