import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { DialTarget } from '../../client/dial.ts'
import type { NodeDialOptions } from './connect-options.ts'

/** Keys of the sessions that connections may share. */
export class SessionKeys {
  /** Weak: an object that is unreachable cannot appear in a later call. */
  readonly #identities = new WeakMap<object, number>()
  #last = 0

  /**
   * Equal for connections that may share a session: same origin, same route, same TLS options. Plain values are compared by content, functions
   * and objects of a class by identity.
   * @param tls the options in use, without those that a crossOrigin origin must not get
   */
  keyOf(options: NodeDialOptions, target: DialTarget, tls: object): string {
    const { address, proxy } = target
    const way = {
      secure: address.secure,
      host: address.hostname,
      port: address.port,
      proxy,
      proxyTls: proxy === undefined ? undefined : options.proxyTls,
      socketPath: options.socketPath,
      localAddress: options.localAddress,
      localPort: options.localPort,
      family: options.family,
      lookup: options.lookup,
      createConnection: options.createConnection,
      tls,
    }
    // Options may hold private keys; the digest does not.
    return createHash('sha256').update(this.#describe(way)).digest('base64')
  }

  #identify(value: object): number {
    let identity = this.#identities.get(value)
    if (identity === undefined) this.#identities.set(value, (identity = ++this.#last))
    return identity
  }

  #describe(value: unknown): string {
    if (value === undefined) return ''
    if (typeof value === 'function') return `function ${this.#identify(value)}`
    if (typeof value !== 'object' || value === null) return `${typeof value} ${inspect(value)}`
    if (value instanceof Uint8Array) return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
    if (Array.isArray(value)) return `[${value.map((entry) => this.#describe(entry)).join(',')}]`
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return `object ${this.#identify(value)}`
    const entries = Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${this.#describe(entry)}`).join(',')}}`
  }
}
