import type { ObservedFrame } from '../../connection/observer.ts'
import { attemptHandshake } from './handshake.ts'
import type { HandshakeOptions } from './handshake.ts'
import { closeOf } from './messages.ts'
import type { IdleOutcome } from './observation.ts'
import type { HandshakeProbe } from './probes.ts'

export interface IdleOptions {
  readonly lengthMs: number
  /** Send a Ping at each interval; undefined: send nothing. */
  readonly pingIntervalMs?: number
}

/** Kept for the report; a server that sends all the time needs no more. */
const maxPings = 100
/** The Ping at the end: a box may have forgotten the connection without telling. */
const lastPingMs = 5000
/** RFC 6455 section 5.2. */
const [opcodeClose, opcodePing] = [8, 9]

/** Opens a connection and leaves it without messages. Never throws. @returns undefined where it could not be opened, or was interrupted */
export async function observeIdle(probe: HandshakeProbe, options: HandshakeOptions, idle: IdleOptions): Promise<IdleOutcome | undefined> {
  const pings: number[] = []
  let started = performance.now()
  let lastActivity = started
  const frame = ({ direction, opcode, time }: ObservedFrame): void => {
    if (opcode === opcodeClose) return
    lastActivity = Math.max(lastActivity, time)
    if (direction === 'received' && opcode === opcodePing && pings.length < maxPings) pings.push(Math.max(0, time - started))
  }
  const { socket } = await attemptHandshake(probe, { ...options, observe: { connection: () => ({ frame }) } })
  if (socket === undefined) return undefined
  started = performance.now()
  lastActivity = started
  const pinger = idle.pingIntervalMs === undefined ? undefined : setInterval(() => void socket.ping().catch(() => {}), idle.pingIntervalMs)
  let timer: NodeJS.Timeout | undefined
  const over = (ms: number): Promise<undefined> =>
    new Promise((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms)
    })
  const interrupted = new Promise<'interrupted'>((resolve) => {
    options.signal.addEventListener('abort', () => resolve('interrupted'), { once: true })
    if (options.signal.aborted) resolve('interrupted')
  })
  try {
    const end = await Promise.race([socket.closed, over(idle.lengthMs), interrupted])
    const afterMs = performance.now() - lastActivity
    if (end === 'interrupted') return undefined
    if (end !== undefined) return { survived: false, afterMs, pings, end: closeOf(end) }
    clearTimeout(timer)
    const alive = await Promise.race([
      socket.ping().then(
        () => true,
        () => false,
      ),
      over(lastPingMs),
      interrupted,
    ])
    if (alive === 'interrupted') return undefined
    return { survived: alive === true, afterMs, pings }
  } finally {
    clearInterval(pinger)
    clearTimeout(timer)
    socket.terminate()
  }
}
