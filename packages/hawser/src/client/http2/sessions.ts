import { HandshakeError } from '../../core/errors.ts'
import { HTTP2_RULES } from '../../core/http2/index.ts'
import type { Runtime } from '../../connection/runtime.ts'
import type { DialProgress, StreamExchange, StreamRoute } from '../dial.ts'
import type { ExchangeResult } from '../exchange.ts'
import { StreamRefused } from './exchange.ts'
import { PooledSession } from './pooled-session.ts'
import type { ClientSession } from './session.ts'
import { SharedDial } from './shared-dial.ts'

/** How long it is remembered that an origin has no WebSocket over HTTP/2: `auto` then asks for HTTP/1.1 at once. */
const rememberMs = 300_000
const maxRemembered = 1_000

/** One origin, and the way to it. `S` is the runtime's socket. */
export interface SessionTarget<S> {
  /** Equal for targets that may share a session. */
  readonly key: string
  /** `https://host:port`. */
  readonly origin: string
  /** HTTP/1.1 is no alternative. */
  readonly required: boolean
  /** How long a dial that gets no answer holds back others with this key: `limits.turnMs`. */
  readonly turnMs: number
  /** A connected socket; with `http2` its ALPN offers h2. */
  dial(progress: DialProgress, http2: boolean): Promise<S>
}

/** A runtime's sessions of HTTP/2. */
export interface SessionOpener<S> {
  /** False where ALPN has chosen another protocol. */
  speaksHttp2(socket: S): boolean
  /**
   * Resolves once the server's SETTINGS have arrived, because only they allow Extended CONNECT (RFC 8441 section 3).
   * @throws HandshakeError at stage `settings`, or the reason of the signal; the socket is destroyed then
   */
  open(socket: S, origin: string, progress: DialProgress): Promise<ClientSession>
  destroy(socket: S): void
}

type Found<S> = { readonly kind: 'session'; readonly session: PooledSession } | { readonly kind: 'http1'; readonly socket: S | undefined }
/** `own`: the failure says nothing to those that waited, because the deadline or the signal of the one that dialled ended it. */
type Dialled<S> = Found<S> | { readonly kind: 'failed'; readonly error: unknown; readonly own: boolean; readonly required: boolean }

/** The HTTP/2 sessions of a client, shared by the connections to one origin. */
export class Http2Sessions<S> {
  readonly #opener: SessionOpener<S>
  readonly #runtime: Runtime
  readonly #sessions = new Map<string, Set<PooledSession>>()
  readonly #dialling = new Map<string, SharedDial<Dialled<S>>>()
  readonly #http1Until = new Map<string, number>()

  constructor(runtime: Runtime, opener: SessionOpener<S>) {
    this.#opener = opener
    this.#runtime = runtime
  }

  /** Sessions that are open, for all origins. */
  get size(): number {
    let size = 0
    for (const sessions of this.#sessions.values()) size += sessions.size
    return size
  }

  /** @returns a socket where the origin has no WebSocket over HTTP/2 and it is not required */
  async route(target: SessionTarget<S>, progress: DialProgress): Promise<StreamRoute | S> {
    if (!target.required && (this.#http1Until.get(target.key) ?? 0) > this.#runtime.clock.now()) return target.dial(progress, false)
    const found = await this.#find(target, progress)
    if (found.kind === 'http1') return found.socket ?? target.dial(progress, false)
    return { exchange: (request) => this.#exchange(found.session, request, target, progress) }
  }

  async #exchange<T>(first: PooledSession, request: StreamExchange<T>, target: SessionTarget<S>, progress: DialProgress): Promise<ExchangeResult<T>> {
    try {
      return await first.exchange(request)
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error
      // RFC 9113 section 8.7: the server did nothing with the stream. Only a session that ended meanwhile is a reason to try another one, once.
      if (!first.isOver) throw error.failure
    }
    try {
      const found = await this.#find({ ...target, required: true }, progress)
      if (found.kind === 'http1') throw new Error('unreachable: HTTP/2 was required')
      return await found.session.exchange(request)
    } catch (error) {
      throw error instanceof StreamRefused ? error.failure : error
    }
  }

  async #find(target: SessionTarget<S>, progress: DialProgress): Promise<Found<S>> {
    for (;;) {
      for (const session of this.#sessions.get(target.key) ?? []) if (session.hasRoom) return { kind: 'session', session }
      const dialling = this.#dialling.get(target.key)
      if (dialling === undefined) return this.#lead(target, progress)
      const dialled = await dialling.follow(progress, target.turnMs)
      if (dialled === undefined) this.#finished(target.key, dialling)
      else if (dialled.kind === 'http1') {
        if (!target.required) return { kind: 'http1', socket: undefined }
      } else if (dialled.kind === 'failed' && !dialled.own && (target.required || !dialled.required)) throw dialled.error
    }
  }

  /** Concurrent callers share one dial, for as long as `turnMs`. */
  async #lead(target: SessionTarget<S>, progress: DialProgress): Promise<Found<S>> {
    const dialling = new SharedDial<Dialled<S>>(this.#runtime.clock, progress, (shared) =>
      this.#dial(target, shared).catch((error: unknown) => {
        return { kind: 'failed', error, own: progress.signal.aborted, required: target.required }
      }),
    )
    this.#dialling.set(target.key, dialling)
    const dialled = await dialling.outcome
    this.#finished(target.key, dialling)
    if (dialled.kind === 'failed') throw dialled.error
    if (dialled.kind === 'http1') this.#remember(target.key)
    return dialled
  }

  /** Another dial may have taken its place meanwhile. */
  #finished(key: string, dialling: SharedDial<Dialled<S>>): void {
    if (this.#dialling.get(key) === dialling) this.#dialling.delete(key)
  }

  #remember(key: string): void {
    const [oldest] = this.#http1Until.keys()
    if (oldest !== undefined && this.#http1Until.size >= maxRemembered) this.#http1Until.delete(oldest)
    this.#http1Until.set(key, this.#runtime.clock.now() + rememberMs)
  }

  async #dial(target: SessionTarget<S>, progress: DialProgress): Promise<Found<S>> {
    const socket = await target.dial(progress, true)
    if (!this.#opener.speaksHttp2(socket)) {
      if (!target.required) return { kind: 'http1', socket }
      this.#opener.destroy(socket)
      throw new HandshakeError(`${target.origin} did not agree to HTTP/2 (ALPN)`, {
        stage: 'tls',
        condition: 'http2-unavailable',
        fault: 'peer',
        rule: HTTP2_RULES.alpn,
        hint: "set http to 'auto' to go on over HTTP/1.1",
      })
    }
    progress.stage('settings')
    const session = await this.#opener.open(socket, target.origin, progress)
    if (!session.allowsConnect) {
      session.abort()
      if (!target.required) return { kind: 'http1', socket: undefined }
      throw new HandshakeError(`${target.origin} speaks HTTP/2, and its SETTINGS do not allow Extended CONNECT`, {
        stage: 'settings',
        fault: 'peer',
        rule: HTTP2_RULES.setting,
        hint: "the server, or a proxy before it, has no WebSocket over HTTP/2: set http to 'auto' or '1.1'",
      })
    }
    const pooled = new PooledSession(session, this.#runtime, () => this.#forget(target.key, pooled))
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
