import * as net from 'node:net'
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

const sampleMs = 100
/** Kept for the report; a server that sends all the time needs no more. */
const maxArrivals = 100
/** The Ping at the end: a box may have forgotten the connection without telling. */
const lastPingMs = 5000

/** Opens a connection and leaves it without messages. Never throws. @returns undefined where it could not be opened, or was interrupted */
export async function observeIdle(probe: HandshakeProbe, options: HandshakeOptions, idle: IdleOptions): Promise<IdleOutcome | undefined> {
  let tcp: net.Socket | undefined
  let messages = 0
  const { socket } = await attemptHandshake(probe, {
    ...options,
    message: () => {
      messages += 1
    },
    // The socket counts its bytes, TLS included: that shows Pings of the server, which no message tells
    createConnection: ({ host, port }) => (tcp = net.connect({ host, port, allowHalfOpen: true, noDelay: true })),
  })
  if (socket === undefined) return undefined
  const started = performance.now()
  const arrivals: number[] = []
  let lastBytes = tcp?.bytesRead ?? 0
  let lastMessages = messages
  let lastActivity = started
  const sampler = setInterval(() => {
    const now = performance.now()
    const bytes = tcp?.bytesRead ?? 0
    if (bytes === lastBytes) return
    // Session tickets of TLS follow the handshake
    const isTicket = now - started < 2 * sampleMs
    if (messages === lastMessages && !isTicket && arrivals.length < maxArrivals) arrivals.push(now - started)
    if (!isTicket) lastActivity = now
    lastBytes = bytes
    lastMessages = messages
  }, sampleMs)
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
    if (end !== undefined) return { survived: false, afterMs, arrivals, end: closeOf(end) }
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
    return { survived: alive === true, afterMs, arrivals }
  } finally {
    clearInterval(sampler)
    clearInterval(pinger)
    clearTimeout(timer)
    socket.terminate()
  }
}
