import * as http2 from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { HandshakeError } from '../../core/errors.ts'
import { HTTP2_RULES } from '../../core/http2/index.ts'
import { CHECK_INTERVAL_MS, SessionMonitor } from '../../core/http2/session-monitor.ts'
import type { DialProgress, StreamExchange, StreamRoute } from '../../client/dial.ts'
import type { ExchangeResult } from '../../client/exchange.ts'
import type { ConnectionEnvironment } from '../../connection/environment.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import { SessionKeys } from './http2-session-key.ts'
import { exchangeOverStream, StreamRefused } from './http2-exchange.ts'

/** Windows of the client: 1 MiB each stream is what a path of 80 ms takes at 100 Mbit/s. */
const streamWindow = 1_048_576
const sessionWindow = 4_194_304
/** A session without a stream is kept so long for the next connection. It keeps no process alive meanwhile. */
const idleMs = 10_000
/** How long the server has, after GOAWAY, to end the connection. */
const lingerMs = 1_000
/** A server that neither sends nor answers a PING for so long is given up. */
const silentMs = 60_000
/** That an origin has no WebSocket over HTTP/2 is remembered so long: `auto` then asks for HTTP/1.1 at once. */
const rememberMs = 300_000
const maxRemembered = 1_000

/** What a connection to one origin is, as far as it can be shared. */
export interface SessionTarget {
  /** Equal for targets that may share a session. */
  readonly key: string
  /** `https://host:port`, for messages and for node:http2. */
  readonly origin: string
  /** Only HTTP/2 will do. */
  readonly demanded: boolean
  /** A connected socket; with `http2` its ALPN offers h2. */
  dial(progress: DialProgress, http2: boolean): Promise<Socket>
}

type Found = { readonly kind: 'session'; readonly session: PooledSession } | { readonly kind: 'http1'; readonly socket: Socket | undefined }
type Dialled = Found | { readonly kind: 'failed'; readonly error: unknown; readonly aborted: boolean }

/** The HTTP/2 sessions of a client, shared by the connections to one origin. */
export class Http2Sessions {
  readonly keys: SessionKeys = new SessionKeys()
  readonly #environment: ConnectionEnvironment
  readonly #sessions = new Map<string, Set<PooledSession>>()
  readonly #dialling = new Map<string, Promise<Dialled>>()
  readonly #http1Until = new Map<string, number>()

  constructor(environment: ConnectionEnvironment) {
    this.#environment = environment
  }

  /** Sessions that are open, for all origins. */
  get size(): number {
    let size = 0
    for (const sessions of this.#sessions.values()) size += sessions.size
    return size
  }

  /** @returns a socket where the origin has no WebSocket over HTTP/2 and it is not demanded */
  async route(target: SessionTarget, progress: DialProgress): Promise<StreamRoute | Socket> {
    if (!target.demanded && (this.#http1Until.get(target.key) ?? 0) > this.#environment.clock.now()) return target.dial(progress, false)
    const found = await this.#find(target, progress)
    if (found.kind === 'http1') return found.socket ?? target.dial(progress, false)
    return { exchange: (request) => this.#exchange(found.session, request, target, progress) }
  }

  async #exchange<T>(first: PooledSession, request: StreamExchange<T>, target: SessionTarget, progress: DialProgress): Promise<ExchangeResult<T>> {
    try {
      return await first.exchange(request)
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error
      // RFC 9113 section 8.7. A session that ended while it was idle is told apart from a server that refuses: once.
      if (!first.isOver) throw error.failure
    }
    try {
      const found = await this.#find({ ...target, demanded: true }, progress)
      if (found.kind === 'http1') throw new Error('unreachable: HTTP/2 was demanded')
      return await found.session.exchange(request)
    } catch (error) {
      throw error instanceof StreamRefused ? error.failure : error
    }
  }

  async #find(target: SessionTarget, progress: DialProgress): Promise<Found> {
    for (;;) {
      for (const session of this.#sessions.get(target.key) ?? []) if (session.hasRoom) return { kind: 'session', session }
      const dialling = this.#dialling.get(target.key)
      if (dialling === undefined) return this.#lead(target, progress)
      progress.stage('settings')
      const dialled = await unlessAborted(dialling, progress.signal)
      if (dialled.kind === 'http1') {
        if (!target.demanded) return { kind: 'http1', socket: undefined }
      } else if (dialled.kind === 'failed' && !dialled.aborted) throw dialled.error
    }
  }

  /** Dials for itself and for those who come meanwhile. */
  async #lead(target: SessionTarget, progress: DialProgress): Promise<Found> {
    const dialling = this.#dial(target, progress).then(
      (found): Dialled => found,
      (error: unknown): Dialled => ({ kind: 'failed', error, aborted: progress.signal.aborted || target.demanded }),
    )
    this.#dialling.set(target.key, dialling)
    const dialled = await dialling
    this.#dialling.delete(target.key)
    if (dialled.kind === 'failed') throw dialled.error
    if (dialled.kind === 'http1') this.#remember(target.key)
    return dialled
  }

  #remember(key: string): void {
    const [oldest] = this.#http1Until.keys()
    if (oldest !== undefined && this.#http1Until.size >= maxRemembered) this.#http1Until.delete(oldest)
    this.#http1Until.set(key, this.#environment.clock.now() + rememberMs)
  }

  async #dial(target: SessionTarget, progress: DialProgress): Promise<Found> {
    const socket = await target.dial(progress, true)
    const { encrypted, alpnProtocol } = socket as TLSSocket
    if (encrypted === true && alpnProtocol !== 'h2') {
      if (!target.demanded) return { kind: 'http1', socket }
      socket.destroy()
      throw new HandshakeError(`${target.origin} did not agree to HTTP/2 (ALPN)`, {
        stage: 'tls',
        fault: 'peer',
        hint: "set http to 'auto' to go on over HTTP/1.1",
      })
    }
    progress.stage('settings')
    const session = await openSession(socket, target, progress)
    if (session.remoteSettings.enableConnectProtocol !== true) {
      session.destroy()
      socket.destroy()
      if (!target.demanded) return { kind: 'http1', socket: undefined }
      throw new HandshakeError(`${target.origin} speaks HTTP/2, and its SETTINGS do not allow Extended CONNECT`, {
        stage: 'settings',
        fault: 'peer',
        rule: HTTP2_RULES.setting,
        hint: "the server, or a proxy before it, has no WebSocket over HTTP/2: set http to 'auto' or '1.1'",
      })
    }
    const pooled = new PooledSession(session, socket, this.#environment, () => this.#forget(target.key, pooled))
    const sessions = this.#sessions.get(target.key) ?? new Set()
    this.#sessions.set(target.key, sessions.add(pooled))
    return { kind: 'session', session: pooled }
  }

  #forget(key: string, session: PooledSession): void {
    const sessions = this.#sessions.get(key)
    sessions?.delete(session)
    if (sessions?.size === 0) this.#sessions.delete(key)
  }
}

class PooledSession extends TimedEntry {
  readonly #session: ClientHttp2Session
  readonly #socket: Socket
  readonly #environment: ConnectionEnvironment
  readonly #monitor: SessionMonitor
  #streams = 0
  #idleSince = 0
  #endsAt = Number.POSITIVE_INFINITY

  constructor(session: ClientHttp2Session, socket: Socket, environment: ConnectionEnvironment, gone: () => void) {
    super()
    this.#session = session
    this.#socket = socket
    this.#environment = environment
    const now = environment.clock.now()
    this.#monitor = new SessionMonitor(now, silentMs)
    environment.timers.schedule(this, now + CHECK_INTERVAL_MS)
    session.once('close', () => {
      environment.timers.cancel(this)
      gone()
    })
    this.#rest()
  }

  get isOver(): boolean {
    return this.#session.closed || this.#session.destroyed
  }

  get hasRoom(): boolean {
    return !this.isOver && this.#streams < (this.#session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY)
  }

  async exchange<T>(request: StreamExchange<T>): Promise<ExchangeResult<T>> {
    this.#streams++
    if (!this.#session.destroyed) this.#session.ref()
    try {
      const result = await exchangeOverStream<T>(this.#session, this.#environment, {
        ...request,
        switched: (head, transport) => {
          const value = request.switched(head, transport)
          transport.stream.once('close', () => this.#release())
          return value
        },
      })
      if (result.kind === 'answered') this.#release()
      return result
    } catch (error) {
      this.#release()
      throw error
    }
  }

  #release(): void {
    if (--this.#streams === 0) this.#rest()
  }

  #rest(): void {
    if (this.isOver) return
    this.#session.unref()
    this.#idleSince = this.#environment.clock.now()
  }

  override timeout(now: number): number {
    if (now >= this.#endsAt) {
      this.#socket.destroy()
      return Number.POSITIVE_INFINITY
    }
    const isIdle = this.#streams === 0 && now - this.#idleSince >= idleMs
    if (isIdle && !this.isOver) this.#session.close()
    // node:http2 leaves it to the server to end the connection of a session that is over.
    if (this.#session.destroyed || (this.#session.closed && this.#streams === 0)) return (this.#endsAt = now + lingerMs)
    const { bytesRead, bytesWritten } = this.#socket
    const verdict = this.#monitor.check(now, bytesRead, bytesWritten, this.#streams > 0)
    if (verdict === 'terminated' || verdict === 'silent') {
      this.#socket.destroy()
      return Number.POSITIVE_INFINITY
    }
    if (verdict === 'ping') {
      this.#session.ping((error) => {
        if (error === null) this.#monitor.acknowledged(this.#socket.bytesRead)
      })
    }
    return now + CHECK_INTERVAL_MS
  }
}

/** Waits for the server's SETTINGS: before them nothing says that Extended CONNECT is allowed (RFC 8441 section 3). */
function openSession(socket: Socket, target: SessionTarget, progress: DialProgress): Promise<ClientHttp2Session> {
  const { signal } = progress
  // A session does not end a socket that stays half open.
  socket.allowHalfOpen = false
  const session = http2.connect(target.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: streamWindow },
    maxSessionMemory: 64,
  })
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      session.off('remoteSettings', ready)
      session.off('close', failed)
      signal.removeEventListener('abort', aborted)
    }
    const ready = (): void => {
      leave()
      session.setLocalWindowSize(sessionWindow)
      resolve(session)
    }
    let cause: Error | undefined
    const failed = (): void => {
      leave()
      const message = `${target.origin} did not begin HTTP/2${cause === undefined ? '' : `: ${cause.message}`}`
      reject(
        new HandshakeError(message, {
          stage: 'settings',
          fault: 'peer',
          hint: 'does the port speak HTTP/2?',
          ...(cause === undefined ? {} : { cause }),
        }),
      )
    }
    const aborted = (): void => {
      leave()
      session.destroy()
      socket.destroy()
      reject(signal.reason as Error)
    }
    // Also later: what goes wrong with a session is told by its streams.
    session.on('error', (error: Error) => {
      cause ??= error
    })
    session.once('remoteSettings', ready)
    session.once('close', failed)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason as Error)
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', aborted)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}
