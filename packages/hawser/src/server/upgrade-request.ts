import type { ExtensionElement } from '../core/protocol/extension.ts'
import type { Fields } from '../core/handshake/fields.ts'
import type { OpeningRequest } from '../core/handshake/server-handshake.ts'
import { showAs } from '../connection/inspect.ts'
import type { TransportInfo } from '../connection/transport.ts'
import type { UpgradeRequest } from './options.ts'

/** @returns undefined for an authority that no URL can have, such as an IPv4 address out of range */
export function createUpgradeRequest(
  opening: OpeningRequest,
  parameters: Readonly<Record<string, string>>,
  transport: TransportInfo,
  incoming: object | undefined,
): UpgradeRequest | undefined {
  const request = new OpeningUpgradeRequest(opening, parameters, transport, incoming)
  try {
    if (!isPlainAuthority(opening.authority)) void request.url
  } catch {
    return undefined
  }
  return request
}

/**
 * One opening handshake as the application sees it. Values that few hooks read are made on demand by getters of the class: a getter in an object
 * literal costs Node a hidden class for each object.
 */
class OpeningUpgradeRequest implements UpgradeRequest {
  readonly httpVersion: '1.1' | '2' | '3'
  readonly path: string
  readonly parameters: Readonly<Record<string, string>>
  readonly fields: Fields
  readonly origin: string | undefined
  readonly authority: string
  readonly subprotocols: readonly string[]
  readonly extensions: readonly ExtensionElement[]
  readonly transport: TransportInfo
  readonly incoming: object | undefined
  readonly #opening: OpeningRequest
  #url: URL | undefined

  constructor(opening: OpeningRequest, parameters: Readonly<Record<string, string>>, transport: TransportInfo, incoming: object | undefined) {
    this.httpVersion = opening.httpVersion
    this.path = opening.target.path
    this.parameters = parameters
    this.fields = opening.fields
    this.origin = opening.origin
    this.authority = opening.authority
    this.subprotocols = opening.subprotocols
    this.extensions = opening.extensions
    this.transport = transport
    this.incoming = incoming
    this.#opening = opening
  }

  get url(): URL {
    if (this.#url === undefined) {
      const { secure, authority, target } = this.#opening
      this.#url = new URL(`${secure ? 'wss' : 'ws'}://${authority}${target.path}${target.query === undefined ? '' : `?${target.query}`}`)
    }
    return this.#url
  }

  get remoteAddress(): string | undefined {
    return this.#opening.forwardedAddress ?? this.transport.remoteAddress
  }

  static {
    showAs(OpeningUpgradeRequest, 'UpgradeRequest', (request) =>
      Object.assign({}, request, { url: request.url, remoteAddress: request.remoteAddress }),
    )
  }
}

/** Every URL can have such an authority: its last label is no number and none is Punycode. False says nothing. */
function isPlainAuthority(authority: string): boolean {
  return (/^(?:[a-z0-9_-]+\.)*[a-z][a-z0-9_-]*(?::[0-9]*)?$/.test(authority) && !authority.includes('xn--')) || PLAIN_IPV4.test(authority)
}

const PLAIN_IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?=[0-9])|(?=:|$))){4}(?::[0-9]*)?$/
