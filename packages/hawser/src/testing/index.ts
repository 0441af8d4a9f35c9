/**
 * For tests without ports and sleeps: a whole server in memory, a pair of connections, transports with faults, and a manual clock.
 * @module
 */
export { FaultyTransport } from './faulty-transport.ts'
export type { Faults } from './faults.ts'
export { ManualClock, settle } from './manual-clock.ts'
export { memoryServer } from './memory-server.ts'
export type { MemoryOptions, MemoryServer } from './memory-server.ts'
export type { LinkOptions, MemoryConnect, MemoryConnectOptions, MemoryLink } from './memory-link.ts'
export type { MemoryReconnecting, MemoryReconnectingOptions } from './memory-reconnecting.ts'
export { pair } from './pair.ts'
export type { Pair, PairEnd, PairOptions } from './pair.ts'
export { createTestPlatform } from './platform.ts'
export { MemoryTransport, transportPair } from './transport-pair.ts'
export type { TransportPairOptions } from './transport-pair.ts'
