import { refuseForNow, refuseTooMany } from '../core/handshake/index.ts'
import type { OpeningRequest, Refusal } from '../core/handshake/server-handshake.ts'
import type { Transport } from '../connection/transport.ts'
import { addressGroup } from './address-group.ts'

/** Limits on what a whole server admits. Each is Infinity if it is off. */
export interface AdmissionLimits {
  /**
   * Open connections, opening handshakes, and connections before their request.
   * @defaultValue none
   * @why each connection takes memory; handshakes in the `upgrade` hook and connections without a request count too
   * @beyond 503 with Retry-After
   */
  readonly connections: number
  /**
   * Open connections and opening handshakes of one client's address. A proxy in `trustProxy` names the address; clients whose address is not known
   * are not counted.
   * @defaultValue none
   * @why one client could take every place; no default, because many users can share an address behind a NAT
   * @beyond 429 with Retry-After
   */
  readonly connectionsPerAddress: number
  /**
   * Bits of an IPv6 address that `connectionsPerAddress` looks at.
   * @defaultValue 64
   * @why the bits of an IPv6 address that `connectionsPerAddress` looks at: one subscriber has a whole subnet (RFC 6177)
   * @beyond nothing: it is no limit itself
   */
  readonly ipv6Prefix: number
  /**
   * Opening handshakes that the whole server processes in a second.
   * @defaultValue none
   * @why each opening handshake costs work and calls the hook, and many come at once after a restart; no default, because it depends on the hook.
   * Those of one second may come at once
   * @beyond 503; Retry-After spreads the refused clients at that rate, over 60 seconds at most
   */
  readonly handshakesPerSecond: number
  /**
   * Bytes of memory that all open connections may hold together: incomplete messages, messages that wait, and output, with their overhead.
   * @defaultValue none
   * @why each connection keeps within its limits, and ten thousand together exceed the machine; no default, because it depends on that
   * @beyond 503 with Retry-After; from a quarter more on, the connections that hold the most end with close code 1013 until the limit is met
   */
  readonly memory: number
}

/** Every limit that is not given is off. */
export function readAdmissionLimits(limits: Partial<AdmissionLimits> = {}): AdmissionLimits {
  return {
    connections: limits.connections ?? Number.POSITIVE_INFINITY,
    connectionsPerAddress: limits.connectionsPerAddress ?? Number.POSITIVE_INFINITY,
    ipv6Prefix: limits.ipv6Prefix ?? 64,
    handshakesPerSecond: limits.handshakesPerSecond ?? Number.POSITIVE_INFINITY,
    memory: limits.memory ?? Number.POSITIVE_INFINITY,
  }
}

/** The Retry-After of refusals by a limit that has no better estimate. */
export const retryAfterSeconds = 5

const maxRetryAfterSeconds = 60

/** Counts the handshakes and connections of a server that limits them for each address or each second. A server without these limits has none. */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #trusts: ((address: string | undefined) => boolean) | undefined
  readonly #counts = new Map<string, number>()
  /** The group of each handshake and connection that is counted. */
  readonly #groups = new Map<object, string>()
  #rate: HandshakeRate | undefined

  /** @param trusts whether an address is that of a trusted proxy */
  constructor(limits: AdmissionLimits, trusts: ((address: string | undefined) => boolean) | undefined) {
    this.#limits = limits
    this.#trusts = trusts
  }

  static isLimited({ connectionsPerAddress, handshakesPerSecond }: AdmissionLimits): boolean {
    return connectionsPerAddress !== Number.POSITIVE_INFINITY || handshakesPerSecond !== Number.POSITIVE_INFINITY
  }

  /** Counts one opening handshake, unless it has to be refused. A refusal for its address takes nothing from the rate. */
  admit(opening: OpeningRequest, transport: Transport, now: number): Refusal | undefined {
    const { connectionsPerAddress, handshakesPerSecond } = this.#limits
    const group = connectionsPerAddress === Number.POSITIVE_INFINITY ? undefined : this.#groupOf(opening, transport)
    const count = group === undefined ? 0 : (this.#counts.get(group) ?? 0)
    if (count >= connectionsPerAddress) {
      return refuseTooMany(`this client's address has ${count} connections, which is the limit for each address`, retryAfterSeconds)
    }
    if (handshakesPerSecond !== Number.POSITIVE_INFINITY) {
      this.#rate ??= new HandshakeRate(handshakesPerSecond, now)
      const seconds = this.#rate.take(now)
      if (seconds > 0) return refuseForNow(`more than ${handshakesPerSecond} opening handshakes in a second`, seconds, 'server-handshake-rate')
    }
    if (group !== undefined) {
      this.#counts.set(group, count + 1)
      this.#groups.set(opening, group)
    }
    return undefined
  }

  /** A connection takes the place of its opening handshake. */
  opened(opening: OpeningRequest, connection: object): void {
    const group = this.#groups.get(opening)
    if (group === undefined) return
    this.#groups.delete(opening)
    this.#groups.set(connection, group)
  }

  /** A handshake was refused after its admission, or a connection has closed. */
  release(gone: object): void {
    const group = this.#groups.get(gone)
    if (group === undefined) return
    this.#groups.delete(gone)
    const count = (this.#counts.get(group) ?? 1) - 1
    if (count === 0) this.#counts.delete(group)
    else this.#counts.set(group, count)
  }

  #groupOf(opening: OpeningRequest, transport: Transport): string | undefined {
    const named = opening.forwardedAddress
    if (named !== undefined) return addressGroup(named, this.#limits.ipv6Prefix)
    const { remoteAddress } = transport.info
    // All clients whose address a proxy does not name would share the proxy's.
    if (remoteAddress === undefined || this.#trusts?.(remoteAddress) === true) return undefined
    return addressGroup(remoteAddress, this.#limits.ipv6Prefix)
  }
}

/** A token bucket that holds the handshakes of one second. */
class HandshakeRate {
  readonly #perSecond: number
  #left: number
  #since: number
  /** Refused handshakes whose turn, one after another at this rate, has not come. */
  #waiting = 0

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
    this.#since = now
  }

  /** @returns 0 if the handshake is admitted; otherwise in how many seconds to retry, such that the refused clients do not return all at once */
  take(now: number): number {
    const elapsed = ((now - this.#since) / 1_000) * this.#perSecond
    this.#since = now
    this.#left = Math.min(this.#perSecond, this.#left + elapsed)
    this.#waiting = Math.max(0, this.#waiting - elapsed)
    if (this.#left >= 1) {
      this.#left -= 1
      return 0
    }
    this.#waiting += 1
    return Math.min(maxRetryAfterSeconds, Math.ceil(this.#waiting / this.#perSecond))
  }
}
