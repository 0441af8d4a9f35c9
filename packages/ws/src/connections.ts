import { Buffer } from 'node:buffer'
import { createStreamConnections } from 'hawser'
import type { StreamConnections } from 'hawser'

/** Options that decide how a connection behaves once it is open; those of both classes, as the application gave them. */
export interface ConnectionSettings {
  readonly autoPong?: unknown
  readonly closeTimeout?: unknown
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

/** The same object for the same settings. */
export function connectionsFor(role: 'client' | 'server', settings: ConnectionSettings): StreamConnections {
  const { generateMask } = settings
  const maxPayload = toLimit(settings.maxPayload)
  const maxFragments = toLimit(settings.maxFragments)
  const autoPong = Boolean(settings.autoPong)
  const validateUtf8 = !settings.skipUTF8Validation
  const closeTimeoutMs = toTimeout(settings.closeTimeout)
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
