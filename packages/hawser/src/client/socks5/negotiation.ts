import { HandshakeError } from '../../core/errors.ts'
import type { Rule } from '../../core/errors.ts'
import { RULES } from '../../core/handshake/rules.ts'
import type { SocksProxy } from '../proxy.ts'
import { encodeDestination } from './destination.ts'
import type { Destination } from './destination.ts'
import { replyOf } from './replies.ts'

const version = 5
const noAuthentication = 0
const usernamePassword = 2
const connectCommand = 1

const rule = (document: string, section: string, level: Rule['level'], text: string): Rule => ({ document, section, level, text })
const methodRule = rule(
  'RFC 1928',
  '3',
  'MUST',
  'The server selects one of the methods that the client offered, and answers with version 5 and this method.',
)
const credentialsRule = rule('RFC 1929', '2', 'MUST', 'The server answers the username and password with version 1 and a status.')
const replyRule = rule(
  'RFC 1928',
  '6',
  'MUST',
  'A reply has version 5, a reply code, a reserved octet of 0, an address of type 1, 3 or 4, and a port.',
)
const orderRule = rule(
  'RFC 1928',
  '3',
  'MUST',
  'The server sends each answer after the message that it answers, and then only bytes of the destination.',
)

export type NegotiationStep =
  | { readonly kind: 'more' }
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'connected' }
  /** `mayTryNext`: another address of the same host may succeed. */
  | { readonly kind: 'refused'; readonly error: HandshakeError; readonly mayTryNext: boolean }

type Phase = 'method' | 'credentials' | 'reply'

const more: NegotiationStep = { kind: 'more' }

/**
 * The client's part of RFC 1928 with the command CONNECT, and of RFC 1929. It fails at the first octet that proves a violation, and holds no more
 * than one answer of the proxy, at most 262 bytes.
 */
export class SocksNegotiation {
  readonly #proxy: SocksProxy
  readonly #destination: Destination
  #phase: Phase = 'method'
  /** The octets of the current answer. */
  #received: number[] = []

  constructor(proxy: SocksProxy, destination: Destination) {
    this.#proxy = proxy
    this.#destination = destination
  }

  /** The first message. A proxy may choose to need no credentials, so both methods are offered with them. */
  greeting(): Uint8Array {
    return this.#proxy.credentials === undefined
      ? Uint8Array.of(version, 1, noAuthentication)
      : Uint8Array.of(version, 2, noAuthentication, usernamePassword)
  }

  /** @throws HandshakeError for an answer that the RFCs do not allow, and for refused credentials */
  push(chunk: Uint8Array): NegotiationStep {
    for (const [index, octet] of chunk.entries()) {
      this.#received.push(octet)
      const phase = this.#phase
      const step = this.#answerStep()
      if (step.kind === 'more') continue
      if (index + 1 < chunk.length && step.kind !== 'refused') {
        const message =
          phase === 'reply' ? 'sent bytes into the tunnel before the server could have' : 'sent more than the answer to what it was asked'
        throw this.#violation(message, orderRule)
      }
      return step
    }
    return more
  }

  /** The error for a proxy that ends or breaks the connection now. */
  ended(cause: Error | undefined): HandshakeError {
    const awaited = { method: 'a method', credentials: 'an answer to the credentials', reply: 'a reply' }[this.#phase]
    const count = this.#received.length
    const before = count === 0 ? `before it sent ${awaited}` : `after ${count} ${count === 1 ? 'byte' : 'bytes'} of ${awaited}`
    const what = cause === undefined ? 'ended the connection' : 'broke the connection'
    return this.#error(`${what} ${before}${cause === undefined ? '' : `: ${cause.message}`}`, RULES['RC5.proxy'], {
      hint:
        this.#phase === 'method'
          ? 'is this a SOCKS5 proxy, and does it allow this client?'
          : this.#phase === 'credentials'
            ? 'the proxy may refuse the username and password'
            : 'the proxy may be overloaded, or may not allow this destination',
      ...(cause === undefined ? {} : { cause }),
    })
  }

  #answerStep(): NegotiationStep {
    switch (this.#phase) {
      case 'method':
        return this.#method()
      case 'credentials':
        return this.#credentials()
      case 'reply':
        return this.#reply()
    }
  }

  #method(): NegotiationStep {
    const [answered, method] = this.#received
    if (answered !== version) throw this.#violation(`answered with version ${answered} instead of 5`, methodRule, versionHint(answered))
    if (method === undefined) return more
    const { credentials } = this.#proxy
    if (method === 0xff) {
      const hint =
        credentials === undefined
          ? 'the proxy asks for credentials: give a username and a password in its URL'
          : 'the proxy supports no username and password, or does not allow this client'
      throw this.#error('accepts none of the offered authentication methods (255)', RULES['RC5.proxy'], { hint, condition: 'proxy-refused' })
    }
    if (method === noAuthentication) return this.#send('reply', this.#request())
    if (method !== usernamePassword || credentials === undefined)
      throw this.#violation(`selected the method ${method}, which was not offered`, methodRule)
    const { username, password } = credentials
    return this.#send('credentials', Uint8Array.of(1, username.length, ...username, password.length, ...password))
  }

  #credentials(): NegotiationStep {
    const [answered, status] = this.#received
    if (answered !== 1) throw this.#violation(`answered the credentials with version ${answered} instead of 1`, credentialsRule)
    if (status === undefined) return more
    if (status === 0) return this.#send('reply', this.#request())
    throw this.#error(`refused the username and password (status ${status})`, RULES['RC5.proxy'], {
      condition: 'proxy-refused',
      hint: 'the proxy does not take these credentials',
    })
  }

  #reply(): NegotiationStep {
    const [answered, code, reserved, type, first] = this.#received
    if (answered !== version) throw this.#violation(`replied with version ${answered} instead of 5`, replyRule)
    if (code === undefined) return more
    if (code !== 0) {
      const { text, hint, isOfAddress } = replyOf(code)
      const { where } = this.#destination
      const error = this.#error(`could not connect to ${where}: reply ${code}, ${text}`, RULES['RC5.proxy'], {
        hint: hint(where),
        condition: 'proxy-refused',
      })
      return { kind: 'refused', error, mayTryNext: isOfAddress }
    }
    if (reserved !== undefined && reserved !== 0) throw this.#violation(`replied with ${reserved} in the reserved octet`, replyRule)
    if (type === undefined) return more
    // The bound address is of no use for CONNECT, but its length tells where the tunnel begins.
    const length = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? (first === undefined ? undefined : 1 + first) : null
    if (length === null) throw this.#violation(`replied with the unknown address type ${type}`, replyRule)
    return length === undefined || this.#received.length < 4 + length + 2 ? more : { kind: 'connected' }
  }

  #send(phase: Phase, bytes: Uint8Array): NegotiationStep {
    this.#phase = phase
    this.#received = []
    return { kind: 'send', bytes }
  }

  #request(): Uint8Array {
    const { port } = this.#destination
    return Uint8Array.of(version, connectCommand, 0, ...encodeDestination(this.#destination), port >> 8, port & 0xff)
  }

  #violation(what: string, broken: Rule, hint?: string): HandshakeError {
    return this.#error(what, broken, hint === undefined ? {} : { hint })
  }

  #error(what: string, broken: Rule, more: { readonly hint?: string; readonly cause?: Error; readonly condition?: 'proxy-refused' }): HandshakeError {
    return new HandshakeError(`the proxy ${this.#proxy.shown} ${what}`, { stage: 'proxy', fault: 'network', rule: broken, ...more })
  }
}

function versionHint(answered: number | undefined): string {
  // The reply of SOCKS4 begins with 0; a status line of HTTP begins with H.
  if (answered === 0 || answered === 4) return 'this may be a SOCKS4 proxy, which is not supported'
  if (answered === 0x48) return 'this is an HTTP server: should the proxy’s URL begin with http:?'
  return 'is this a SOCKS5 proxy?'
}
