/** The scenarios, as data. */
import { dropIns } from './drop-in-scenarios.ts'
import type {
  ClientHandshakeScenario,
  ClientMemoryScenario,
  ClientScenario,
  EchoScenario,
  MemoryScenario,
  Scenario,
  TransferScenario,
} from './scenario.ts'

const plain = { type: 'echo', kind: 'text', inFlight: 1, connections: 100, tls: false, deflate: false } as const

const echoes: readonly EchoScenario[] = [
  { ...plain, name: 'echo-64', group: 'table', title: 'echo 64 B, one in flight, 100 connections', size: 64, ceiling: 1.08 },
  { ...plain, name: 'echo-64x16', group: 'table', title: 'echo 64 B, sixteen in flight', size: 64, inFlight: 16, ceiling: 1.5 },
  { ...plain, name: 'echo-1k', group: 'table', title: 'echo 1 KiB, one in flight', size: 1024, ceiling: 1.08 },
  { ...plain, name: 'echo-16k', group: 'table', title: 'echo 16 KiB, one in flight', size: 16384, ceiling: 1.2 },
  { ...plain, name: 'echo-1m', group: 'table', title: 'echo 1 MiB, one in flight, 8 connections', size: 1 << 20, connections: 8, ceiling: 1.3 },
]

const others: readonly Scenario[] = [
  {
    type: 'handshake',
    name: 'handshake',
    group: 'table',
    title: 'opening handshake, then gone',
    hooks: false,
    tls: false,
    atOnce: 32,
    count: 1500,
    ceiling: 1.2,
  },
  {
    type: 'handshake',
    name: 'handshake-browser',
    group: 'table',
    title: "opening handshake, then gone, of a browser's request with hook, subprotocols, deflate and a close handler",
    hooks: true,
    tls: false,
    atOnce: 32,
    count: 1500,
    ceiling: 1.2,
  },
  {
    type: 'broadcast',
    kind: 'text',
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
    kind: 'text',
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
    kind: 'text',
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
    kind: 'text',
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

/** Encryption is in the floor too. */
const tlsCeiling = 1.15
const http2Ceiling = 1.3
const clientCeiling = 1.1

const overTls: readonly Scenario[] = [
  ...echoes.map((echo): EchoScenario => {
    return {
      ...echo,
      name: `${echo.name}-tls`,
      group: 'tls',
      title: `${echo.title}, TLS`,
      tls: true,
      ceiling: tlsCeiling,
      nodeOnly: echo.size > 1024,
    }
  }),
  {
    type: 'handshake',
    name: 'handshake-tls',
    group: 'tls',
    title: 'TLS and opening handshake, then gone',
    hooks: false,
    tls: true,
    atOnce: 8,
    count: 150,
    ceiling: tlsCeiling,
    nodeOnly: true,
  },
  {
    type: 'memory',
    name: 'idle-tls',
    group: 'tls',
    title: 'an idle connection over TLS, one of 1000, resident',
    connections: 1000,
    tls: true,
    deflate: false,
    ceiling: tlsCeiling,
    nodeOnly: true,
  },
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
      return {
        ...plain,
        name: `http2-${label}x${connections}`,
        group: 'http2',
        title,
        kind: 'binary',
        size,
        connections,
        tls: true,
        ceiling: http2Ceiling,
      }
    }),
  ),
  {
    ...plain,
    name: 'http2-1m',
    group: 'http2',
    title: 'echo 1 MiB, 8 streams of one session',
    kind: 'binary',
    size: 1 << 20,
    connections: 8,
    tls: true,
    ceiling: http2Ceiling,
  },
  {
    type: 'handshake',
    name: 'http2-handshake',
    group: 'http2',
    title: 'opening handshake on one session, then the end of the stream',
    hooks: false,
    tls: true,
    atOnce: 32,
    count: 1000,
    ceiling: http2Ceiling,
  },
  {
    type: 'memory',
    name: 'http2-idle',
    group: 'http2',
    title: 'an idle stream, one of 1000 on ten sessions, resident',
    connections: 1000,
    tls: true,
    deflate: false,
    ceiling: http2Ceiling,
  },
  ...([64, 256, 1024] as const).flatMap((kibibytes) =>
    (['up', 'down'] as const).map((direction): TransferScenario => {
      const windows = { stream: kibibytes === 64 ? 65_535 : kibibytes * 1024, session: kibibytes === 64 ? 65_535 : 2_097_152 }
      const title = `100 MB ${direction}, windows of ${kibibytes} KiB a stream and ${kibibytes === 64 ? 64 : 2048} KiB a session`
      return { type: 'transfer', name: `http2-${direction}-${kibibytes}k`, group: 'http2', title, direction, size: 100_000_000, windows }
    }),
  ),
]

const clientEchoes: readonly ClientScenario[] = [64, 1024, 16_384, 1 << 20].map((size) => {
  const connections = size > 65_536 ? 8 : 100
  return {
    type: 'client',
    name: `client-${size < 1024 ? '64' : size < 1 << 20 ? `${size / 1024}k` : '1m'}`,
    group: 'client',
    title: `client: ${bytes(size)} sent and received, ${connections} connections`,
    size,
    connections,
    ceiling: clientCeiling,
    nodeOnly: size > 65_536,
  }
})

const clients: readonly (ClientScenario | ClientHandshakeScenario | ClientMemoryScenario)[] = [
  ...clientEchoes,
  {
    type: 'client-handshake',
    name: 'client-handshake',
    group: 'client',
    title: 'client: opening handshake, then gone',
    count: 800,
    ceiling: clientCeiling,
    nodeOnly: true,
  },
  {
    type: 'client-memory',
    name: 'client-idle',
    group: 'client',
    title: 'client: an idle connection, one of 5000, resident',
    connections: 5000,
    ceiling: clientCeiling,
    nodeOnly: true,
  },
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

export const scenarios: readonly Scenario[] = [
  ...echoes,
  ...others,
  ...kinds,
  ...overTls,
  ...compressed,
  ...dropIns,
  ...overHttp2,
  ...clients,
  ...curves,
]

export function bytes(size: number): string {
  return size >= 1 << 20 ? `${size / (1 << 20)} MiB` : size >= 1024 ? `${size / 1024} KiB` : `${size} B`
}
