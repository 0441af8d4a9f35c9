/**
 * For tests without ports and sleeps: a pair of connections in memory, transports that split, delay and drop, and a manual clock.
 * @module
 */
export { FaultyTransport } from './faulty-transport.ts'
export type { Faults } from './faulty-transport.ts'
export { ManualClock, settle } from './manual-clock.ts'
export { pair } from './pair.ts'
export type { Pair, PairEnd, PairOptions } from './pair.ts'
export { createTestPlatform } from './platform.ts'
export { MemoryTransport, transportPair } from './transport-pair.ts'
export type { TransportPairOptions } from './transport-pair.ts'
