import { Buffer } from 'node:buffer'
import { createStreamConnections } from 'hawser'
import type { StreamConnections } from 'hawser'

/** Options that decide how a connection behaves once it is open; those of both classes, as the application gave them. */
export interface ConnectionSettings extends FramingOptions {
  readonly autoPong?: unknown
  readonly closeTimeout?: unknown
}

/** Those that `setSocket` takes; the others come from the constructor. */
export interface FramingOptions {
  readonly generateMask?: ((mask: Buffer) => void) | undefined
  readonly maxFragments?: unknown
  readonly maxPayload?: unknown
  readonly skipUTF8Validation?: unknown
}

const UNLIMITED = 0x7fff_ffff
const CLOSE_TIMEOUT_MS = 30_000
/** Settings that are remembered: programs have one or two. */
const MAX_KNOWN = 32

const known = new Map<string, StreamConnections>()

/** The options of one connection and what was made of them. */
interface Recent {
  readonly autoPong: boolean
  readonly closeTimeout: unknown
  readonly options: FramingOptions
  readonly connections: StreamConnections
}

/** Of the latest connection of each role: most have the options of the one before, and the key of `known` costs 0.4 kB of garbage. */
const recent: { client: Recent | undefined; server: Recent | undefined } = { client: undefined, server: undefined }

/** The same object for the same settings. */
export function connectionsFor(
  role: 'client' | 'server',
  autoPong: boolean,
  closeTimeout: unknown,
  { generateMask, maxFragments, maxPayload, skipUTF8Validation }: FramingOptions,
): StreamConnections {
  const before = recent[role]
  if (
    before !== undefined &&
    generateMask === undefined &&
    before.autoPong === autoPong &&
    before.closeTimeout === closeTimeout &&
    before.options.maxFragments === maxFragments &&
    before.options.maxPayload === maxPayload &&
    before.options.skipUTF8Validation === skipUTF8Validation
  ) {
    return before.connections
  }
  const options: FramingOptions = { generateMask, maxFragments, maxPayload, skipUTF8Validation }
  const connections = findOrCreate(role, autoPong, closeTimeout, options)
  if (generateMask === undefined) recent[role] = { autoPong, closeTimeout, options, connections }
  return connections
}

function findOrCreate(role: 'client' | 'server', autoPong: boolean, closeTimeout: unknown, options: FramingOptions): StreamConnections {
  const { generateMask } = options
  const maxPayload = toLimit(options.maxPayload)
  const maxFragments = toLimit(options.maxFragments)
  const validateUtf8 = !options.skipUTF8Validation
  const closeTimeoutMs = toTimeout(closeTimeout)
  const key = `${role} ${maxPayload} ${maxFragments} ${autoPong} ${validateUtf8} ${closeTimeoutMs}`
  const found = generateMask === undefined ? known.get(key) : undefined
  if (found !== undefined) return found
  const connections = createStreamConnections({
    role,
    autoPong,
    validateUtf8,
    closeTimeoutMs,
    text: 'bytes',
    bytes: 'Buffer',
    fragmentStarts: true,
    // The event 'close' tells the code and the reason alone.
    disconnectionErrors: false,
    keepalive: false,
    limits: { message: maxPayload, fragments: maxFragments },
    ...(generateMask === undefined ? {} : { maskingKey: keyFrom(generateMask) }),
  })
  if (generateMask !== undefined) return connections
  if (known.size === MAX_KNOWN) known.clear()
  known.set(key, connections)
  return connections
}

/** As `ws` reads its limits: whole numbers of 32 bits, and no limit at 0 or below. */
function toLimit(value: unknown): number {
  const limit = Number(value) | 0
  return limit > 0 ? limit : UNLIMITED
}

function toTimeout(value: unknown): number {
  if (value === undefined) return CLOSE_TIMEOUT_MS
  return Math.min(Math.max(Math.round(Number(value)) || 1, 1), UNLIMITED)
}

function keyFrom(generateMask: (mask: Buffer) => void): () => number {
  const mask = Buffer.alloc(4)
  return () => {
    generateMask(mask)
    return mask.readUInt32BE(0)
  }
}
