import type { PeerCertificate as NodePeerCertificate, TLSSocket } from 'node:tls'
import type { PeerCertificate, TlsInfo } from '../../connection/transport.ts'

/** Reads from the socket on demand: most connections never need the tens of microseconds that a certificate costs. */
class SocketTlsInfo implements TlsInfo {
  readonly #socket: TLSSocket
  #peerCertificate: PeerCertificate | undefined

  constructor(socket: TLSSocket) {
    this.#socket = socket
  }

  get protocol(): string | undefined {
    return this.#ask((socket) => socket.getProtocol()) ?? undefined
  }

  get cipher(): string | undefined {
    return this.#ask((socket) => socket.getCipher().standardName)
  }

  get servername(): string | undefined {
    // Node has false where the client sent none.
    const name = this.#ask((socket) => (socket as { servername?: unknown }).servername)
    return typeof name === 'string' ? name : undefined
  }

  get alpnProtocol(): string | undefined {
    const name = this.#ask((socket) => socket.alpnProtocol)
    return typeof name === 'string' ? name : undefined
  }

  get authorized(): boolean {
    return this.#ask((socket) => socket.authorized) === true
  }

  get authorizationError(): string | undefined {
    // On server sockets this is a code, contrary to its type; null without an error.
    const error = this.#ask((socket) => socket.authorizationError as unknown)
    if (typeof error === 'string') return error
    return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : undefined
  }

  get peerCertificate(): PeerCertificate | undefined {
    return (this.#peerCertificate ??= readCertificate(this.#ask((socket) => socket.getPeerCertificate())))
  }

  /** The socket of an HTTP/2 session throws once the session is gone, and other runtimes lack some methods. */
  #ask<T>(question: (socket: TLSSocket) => T): T | undefined {
    try {
      return question(this.#socket)
    } catch {
      return undefined
    }
  }
}

/** @returns undefined where the socket is not TLS */
export function tlsInfoOf(socket: object | undefined): TlsInfo | undefined {
  return (socket as Partial<TLSSocket> | undefined)?.encrypted === true ? new SocketTlsInfo(socket as TLSSocket) : undefined
}

function readCertificate(certificate: NodePeerCertificate | undefined): PeerCertificate | undefined {
  // Node gives an empty object where the peer sent none, and null after the end of the socket.
  if (certificate?.raw === undefined) return undefined
  const { subject, issuer, subjectaltname, serialNumber, fingerprint256, valid_from: validFrom, valid_to: validTo, raw } = certificate
  return { subject: { ...subject }, issuer: { ...issuer }, subjectAltName: subjectaltname, serialNumber, fingerprint256, validFrom, validTo, raw }
}
