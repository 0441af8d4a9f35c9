import { OptionError } from '../core/errors.ts'
import { Fields } from '../core/handshake/fields.ts'
import type { UpgradeCandidate } from '../core/http1/index.ts'
import { withoutPromise } from '../core/thenable.ts'
import type { Transport, TransportHandler, TransportInfo } from '../connection/transport.ts'

/** The part of the Fetch standard's Request that an opening handshake needs. */
export interface FetchRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly headers: {
    /** Calls back once for each name, in lower case; several lines of one name are joined. */
    forEach(callback: (value: string, name: string) => void): void
  }
  readonly signal?: AbortSignal | null
}

/** Facts about a request that the request object does not have. */
export interface RequestFacts {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
}

/**
 * A request as the rules of the opening handshake read it. Platforms hide a few things: lines of one name are joined, which leaves a value that the rules
 * refuse where only one line is allowed, and the path is normalized.
 * @returns undefined where its URL is not absolute
 */
export function readFetchRequest(request: FetchRequest): (UpgradeCandidate & { readonly secure: boolean }) | undefined {
  if (!URL.canParse(request.url)) return undefined
  const fields = new Fields()
  request.headers.forEach((value, name) => fields.append(name, value))
  const url = new URL(request.url)
  // Over HTTP/2 the name of the host is in `:authority`, which the platform turns into the URL.
  if (!fields.has('host')) fields.append('host', url.host)
  return { method: request.method, target: url.pathname + url.search, httpVersion: '1.1', fields, secure: url.protocol === 'https:' }
}

/**
 * The client's address as the application's `remoteAddressOf` tells it; undefined where it is unknown.
 * @throws OptionError for anything but a string, null and undefined; TypeError for a promise; what the application throws
 */
export function readRemoteAddress(remoteAddressOf: () => unknown): string | undefined {
  const address = withoutPromise('remoteAddressOf', remoteAddressOf()) ?? undefined
  if (address !== undefined && typeof address !== 'string')
    throw new OptionError('remoteAddressOf', 'a function that returns a string, null or undefined', address)
  return address
}

/** Stands for the connection of a request while the `upgrade` hook decides: the platform has the bytes. */
export class RequestTransport implements Transport {
  readonly info: TransportInfo
  readonly bufferedBytes = 0
  readonly #signal: AbortSignal | undefined
  #handler: TransportHandler | undefined

  /** @param signal aborts when the client goes away; undefined where the platform has none */
  constructor(facts: RequestFacts, secure: boolean, signal: AbortSignal | undefined) {
    const { remoteAddress, remotePort, localAddress, localPort } = facts
    this.info = Object.freeze({ httpVersion: '1.1', secure, remoteAddress, remotePort, localAddress, localPort })
    this.#signal = signal
  }

  attach(handler: TransportHandler): void {
    this.#handler = handler
    this.#signal?.addEventListener('abort', this.#aborted, { once: true })
    if (this.#signal?.aborted === true) queueMicrotask(this.#aborted)
  }

  readonly #aborted = (): void => {
    // Not `closed`, after which nothing is answered: the platform waits for a Response.
    this.#handler?.end()
  }

  /** The handshake is decided. */
  pause(): void {
    this.#signal?.removeEventListener('abort', this.#aborted)
    this.#handler = undefined
  }

  resume(): void {}

  write(): boolean {
    return true
  }

  end(): void {}

  abort(): void {}
}
