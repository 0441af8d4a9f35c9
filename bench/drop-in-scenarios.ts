/** The scenarios that compare `@hawser/ws` with `ws`. */
import type { Scenario } from './scenario.ts'

/** The ceilings of @hawser/ws, as shares of what `ws` costs. */
const neverAbove = 1

const dropIn = { type: 'echo', group: 'ws', kind: 'text', inFlight: 1, connections: 100, tls: false, deflate: false } as const
const socketIo = { ...dropIn, kind: 'socket.io' } as const
const fanOut = { type: 'broadcast', group: 'ws', size: 64, burst: 1, each: true, connections: 500, ceilingOfWs: neverAbove } as const

export const dropIns: readonly Scenario[] = [
  { ...dropIn, name: 'ws-64', title: 'echo 64 B, one in flight, 100 connections', size: 64, ceilingOfWs: 0.9 },
  { ...dropIn, name: 'ws-64x16', title: 'echo 64 B, sixteen in flight', size: 64, inFlight: 16, ceilingOfWs: 0.2 },
  { ...dropIn, name: 'ws-16k', title: 'echo 16 KiB, one in flight', size: 16_384, ceilingOfWs: neverAbove },
  { ...dropIn, name: 'ws-1m', title: 'echo 1 MiB, 8 connections', size: 1 << 20, connections: 8, ceilingOfWs: neverAbove },
  { ...dropIn, name: 'ws-deflate', title: 'echo 1 KiB JSON, compressed', kind: 'json', size: 1024, deflate: true, ceilingOfWs: 0.4 },
  { ...fanOut, name: 'ws-fan-out', title: 'one message of 64 B to 500 connections, per delivery', kind: 'text' },
  {
    type: 'handshake',
    name: 'ws-handshake',
    group: 'ws',
    title: 'opening handshake, then gone',
    hooks: false,
    tls: false,
    atOnce: 32,
    count: 1000,
    ceilingOfWs: 0.75,
  },
  {
    type: 'memory',
    name: 'ws-idle',
    group: 'ws',
    title: 'an idle connection, one of 5000, resident',
    connections: 5000,
    tls: false,
    deflate: false,
    ceilingOfWs: neverAbove,
  },
  { ...socketIo, name: 'socket.io-64', title: 'socket.io: echo of an event of 64 B, 100 connections', size: 64, ceilingOfWs: neverAbove },
  { ...socketIo, name: 'socket.io-16k', title: 'socket.io: echo of an event of 16 KiB', size: 16_384, ceilingOfWs: neverAbove },
  { ...fanOut, name: 'socket.io-fan-out', title: 'socket.io: `emit` of 64 B to 500 connections, per delivery', kind: 'socket.io' },
]
