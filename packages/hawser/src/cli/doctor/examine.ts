/** Runs the probes: everything at once that does not depend on something else, within a number of connections. */
import { generateKey } from '../../core/handshake/accept-key.ts'
import type { Proxy } from '../../client/proxy.ts'
import { nodePlatform } from '../../runtime/node/platform.ts'
import type { DoctorSettings } from '../doctor-options.ts'
import { attemptHandshake, closingMs, observeHandshake } from './handshake.ts'
import type { HandshakeOptions } from './handshake.ts'
import { observeIdle } from './idle.ts'
import { EchoWatch, later, observeMessages } from './messages.ts'
import type { HandshakeObservation, HandshakeProbeId, MessagesObservation, Observations, RawProbeId, Target } from './observation.ts'
import { fieldOf } from './box.ts'
import { planElsewhere, planHandshakes } from './probes.ts'
import type { HandshakeProbe } from './probes.ts'
import { exchangeRaw } from './raw-exchange.ts'
import { buildRawRequest } from './raw-request.ts'
import { observeReach } from './reach.ts'
import { chooseRoute } from './route.ts'
import { isGateway, isLimit } from './rules/evidence.ts'
import { readTarget, redirectTarget, toggleSlash, withPath } from './target.ts'

/** Connections at once. Servers limit those of one address, browsers open at most 255. */
const maxConnections = 6
/** Of hawser's own keepalive: what the connection with Pings shows holds for it. */
const maxPingIntervalMs = 20_000

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Resolves with what was seen, also after an abort: then with what was seen until then. */
export async function examine(target: Target, settings: DoctorSettings, signal: AbortSignal): Promise<Observations> {
  const examination = new Examination(target, settings, signal)
  // The times that a probe waits for keep no process alive, so that none is left at the end; an abort may leave nothing else.
  const alive = setInterval(() => undefined, 0x7fff_ffff)
  try {
    await examination.run()
  } finally {
    clearInterval(alive)
  }
  return examination.seen
}

class Examination {
  readonly #target: Target
  readonly #settings: DoctorSettings
  readonly #signal: AbortSignal
  readonly #pool = new Pool(maxConnections)
  readonly #handshakes: { [Id in HandshakeProbeId]?: HandshakeObservation } = {}
  readonly #raw: Mutable<Observations['raw']> = {}
  readonly #messages: { plain?: MessagesObservation; compressed?: MessagesObservation } = {}
  readonly seen: Mutable<Observations>
  /** A certificate that does not verify is a finding, and no reason to see nothing else. */
  #insecure = false
  #proxy: Proxy | undefined

  constructor(target: Target, settings: DoctorSettings, signal: AbortSignal) {
    this.#target = target
    this.#settings = settings
    this.#signal = signal
    this.seen = {
      target,
      subprotocols: settings.subprotocols,
      reach: { addresses: [] },
      handshakes: this.#handshakes,
      raw: this.#raw,
      messages: this.#messages,
    }
  }

  async run(): Promise<void> {
    const { timeoutMs, tls } = this.#settings
    this.#proxy = await chooseRoute(this.#target, this.#settings.proxy)
    this.seen.reach = await observeReach(this.#target, { timeoutMs, signal: this.#signal, tls }, this.#proxy)
    const planned = planHandshakes(this.#target, this.#settings.subprotocols)
    if (this.seen.reach.failure !== undefined) {
      if (this.seen.reach.failure.stage === 'tls') await this.#tryAll(planned.filter(({ id }) => id === 'other-scheme'))
      return
    }
    this.#insecure = this.seen.reach.tls?.certificateError !== undefined
    await Promise.all([this.#tryAll(planned), this.#exchange('ordinary'), this.#exchange('connection-list'), this.#tryDirectly()])
    await this.#tryAgain(planned)
    const working = ['browser', 'no-compression', 'no-origin', 'rfc6455', 'no-subprotocol', 'http-origin'].find(
      (id) => this.#handshakes[id as HandshakeProbeId]?.outcome === 'opened',
    )
    const probe = planned.find(({ id }) => id === working)
    if (probe === undefined) await this.#lookElsewhere()
    else await this.#use(probe)
  }

  #options(probe: HandshakeProbe): HandshakeOptions {
    const { timeoutMs, tls, largeBytes } = this.#settings
    const insecure = this.#insecure || probe.id === 'other-scheme'
    return {
      timeoutMs,
      signal: this.#signal,
      tls: insecure ? { ...tls, rejectUnauthorized: false } : tls,
      headers: this.#mayTell(probe) ? this.#settings.headers : [],
      maxMessage: Math.max(1 << 20, 2 * largeBytes),
      route: probe.id === 'direct' ? {} : this.#route(),
    }
  }

  #route(): NonNullable<HandshakeOptions['route']> {
    const { proxy } = this.#settings
    const { socketPath } = this.#target
    return { ...(proxy === undefined ? {} : { proxy }), ...(socketPath === undefined ? {} : { socketPath }) }
  }

  /**
   * Whether this probe may have the fields of the user, which are often credentials: never a server whose certificate does not verify, a connection
   * without TLS where the URL has TLS, or the host of a redirect.
   */
  #mayTell({ id, url }: HandshakeProbe): boolean {
    const target = this.#target
    const { secure, authority } = readTarget(url)
    if (secure && this.#insecure) return false
    if (id === 'direct') return true
    return authority === target.authority && (secure || !target.secure)
  }

  async #tryAll(probes: readonly HandshakeProbe[]): Promise<void> {
    await Promise.all(
      probes.map((probe) =>
        this.#pool.run(async () => {
          const seen = await observeHandshake(probe, this.#options(probe))
          if (seen.outcome === 'opened' || seen.stage !== 'aborted') this.#handshakes[probe.id] = seen
        }),
      ),
    )
  }

  async #exchange(id: RawProbeId): Promise<void> {
    const { timeoutMs, tls, headers, subprotocols } = this.#settings
    const request = buildRawRequest(id, this.#target, this.#insecure ? [] : headers, generateKey(nodePlatform.random), subprotocols)
    await this.#pool.run(async () => {
      const seen = await exchangeRaw(this.#target, request, {
        timeoutMs,
        signal: this.#signal,
        tls: this.#insecure ? { ...tls, rejectUnauthorized: false } : tls,
        proxy: this.#proxy,
      })
      if (!this.#signal.aborted) this.#raw[id] = seen
    })
  }

  /**
   * Tries the variants that were refused or broken off for what may be their number, or a server that was slow, once more, one after the other, and then the one that works: servers
   * limit connections and attempts.
   */
  async #tryAgain(planned: readonly HandshakeProbe[]): Promise<void> {
    const variants = planned.filter(({ id, http }) => http === '1.1' && id !== 'other-scheme')
    const findWorking = (): HandshakeProbe | undefined => variants.find(({ id }) => this.#handshakes[id]?.outcome === 'opened')
    const doubtful = variants.filter(({ id }) => {
      const seen = this.#handshakes[id]
      return (
        seen?.outcome === 'failed' && (isLimit(seen.answer) || ((seen.fault === 'network' || isGateway(seen.answer)) && findWorking() !== undefined))
      )
    })
    const list = this.#raw['connection-list']
    const doubtsList = list !== undefined && (isLimit(list.answer) || isGateway(list.answer) || list.answer === undefined)
    if (doubtful.length === 0 && !(doubtsList && findWorking() !== undefined)) return
    // The connections of the first attempts have ended by then
    await later(2 * closingMs)
    for (const probe of doubtful) {
      if (!this.#signal.aborted) await this.#tryAll([probe])
      if (findWorking() === undefined) return
      await later(closingMs)
    }
    const working = findWorking()
    if (working === undefined) return
    if (doubtsList && !this.#signal.aborted) await this.#exchange('connection-list')
    await later(closingMs)
    const again = await observeHandshake(working, this.#options(working))
    if (!this.#signal.aborted) this.seen.again = again
  }

  async #tryDirectly(): Promise<void> {
    const { direct } = this.#settings
    if (direct !== undefined) await this.#tryAll([planElsewhere('direct', direct)])
  }

  /** No handshake succeeded here. */
  async #lookElsewhere(): Promise<void> {
    const refused = this.#handshakes.rfc6455
    const answer = refused?.outcome === 'failed' ? refused.answer : undefined
    if (answer === undefined) return
    const { path } = this.#target
    const probes: HandshakeProbe[] = []
    const location = fieldOf(answer, 'location')
    const redirected = answer.status >= 300 && answer.status < 400 && location !== undefined ? redirectTarget(this.#target, location) : undefined
    // The socket leads to one server only
    const isElsewhere =
      redirected !== undefined && this.#target.socketPath !== undefined && readTarget(redirected).authority !== this.#target.authority
    if (redirected !== undefined && !isElsewhere) probes.push(planElsewhere('redirect-target', redirected))
    if (path !== '/') {
      probes.push(planElsewhere('root-path', withPath(this.#target, '/')))
      probes.push(planElsewhere('other-slash', withPath(this.#target, toggleSlash(path))))
    }
    await this.#tryAll(probes)
  }

  /** Messages and silence, on connections that are opened as `probe` was. */
  async #use(probe: HandshakeProbe): Promise<void> {
    const { idleMs } = this.#settings
    const agreed = this.#handshakes[probe.id]
    const compresses = agreed?.outcome === 'opened' && agreed.extensions.includes('permessage-deflate')
    await Promise.all([
      this.#talk('plain', { ...probe, deflate: false }),
      compresses ? this.#talk('compressed', { ...probe, deflate: true }) : undefined,
      idleMs === undefined ? undefined : this.#wait(probe, idleMs),
    ])
  }

  async #talk(name: 'plain' | 'compressed', probe: HandshakeProbe): Promise<void> {
    const { timeoutMs, text, largeBytes } = this.#settings
    const watch = new EchoWatch()
    const { socket } = await attemptHandshake(probe, { ...this.#options(probe), message: watch.message })
    if (socket === undefined) return
    const seen = await observeMessages(socket, watch, { timeoutMs, signal: this.#signal, text, largeBytes })
    if (!this.#signal.aborted) this.#messages[name] = seen
  }

  async #wait(probe: HandshakeProbe, lengthMs: number): Promise<void> {
    const pingIntervalMs = Math.min(maxPingIntervalMs, Math.max(50, Math.floor(lengthMs / 4)))
    const [silent, pinged] = await Promise.all([
      observeIdle(probe, this.#options(probe), { lengthMs }),
      observeIdle(probe, this.#options(probe), { lengthMs, pingIntervalMs }),
    ])
    if (silent !== undefined && pinged !== undefined) this.seen.idle = { lengthMs, silent, pinged, pingIntervalMs }
  }
}

/** Runs at most `limit` tasks at once, in order. */
class Pool {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#free = limit
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => void this.#waiting.push(resolve))
    else this.#free -= 1
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
