/**
 * The duplex byte stream under a connection: a TCP or TLS socket, an HTTP/2 stream, half of an in-memory pair.
 * Its lifecycle (write, end, abort) is explicit, since getting it wrong gives the peer a reset and truncated data.
 */
export interface Transport {
  /**
   * Takes all of `segments`, in order, in one write where the platform can.
   * @returns true when every byte has left to the kernel already, or was copied: the caller may reuse the memory.
   * On false the memory belongs to the transport. `drained` is called when nothing is buffered any more.
   */
  write(segments: readonly Uint8Array[]): boolean
  /** Bytes accepted by `write` that the kernel (or the stream's window) has not taken yet. */
  readonly bufferedBytes: number
  /** Ends the writing side after everything written: TCP FIN, TLS close_notify, END_STREAM. */
  end(): void
  /** Ends both sides at once and drops all buffered bytes: RST where the platform can. */
  abort(): void
  /** Stops and resumes reading; the peer feels it through TCP's or the stream's window. A transport starts paused. */
  pause(): void
  resume(): void
  /** Called before the first `resume`; a later call hands the stream over, as from the opening handshake to the connection. */
  attach(handler: TransportHandler): void
  readonly info: TransportInfo
}

export interface TransportHandler {
  /** `chunk` belongs to the receiver from now on: it is unmasked in place. */
  data(chunk: Uint8Array): void
  /** The peer ended its writing side (FIN). */
  end(): void
  /** All that was buffered has left. */
  drained(): void
  /** Nothing comes after this; `error` when it was not an orderly end. */
  closed(error: Error | undefined): void
}

/** Facts about a transport. Addresses are available while it is open, and afterwards if they were read before. */
export interface TransportInfo {
  /** The HTTP version of the opening handshake. */
  readonly httpVersion: '1.1' | '2' | '3'
  /** Whether TLS ends here. */
  readonly secure: boolean
  /** The IP address of the other end; undefined for a Unix domain socket. */
  readonly remoteAddress: string | undefined
  /** The port of the other end. */
  readonly remotePort: number | undefined
  /** The IP address of this end. */
  readonly localAddress: string | undefined
  /** The port of this end. */
  readonly localPort: number | undefined
  /** Undefined without TLS, and where TLS ends at a proxy in front. */
  readonly tls?: TlsInfo | undefined
}

/** The results of the TLS handshake. Available while the transport is open, and afterwards if it was read before. */
export interface TlsInfo {
  /** For example `TLSv1.3`. */
  readonly protocol: string | undefined
  /** IANA's name, for example `TLS_AES_128_GCM_SHA256`. */
  readonly cipher: string | undefined
  /** The host name that the client asked for (SNI, RFC 6066 section 3). */
  readonly servername: string | undefined
  /** For example `http/1.1` (RFC 7301). */
  readonly alpnProtocol: string | undefined
  /** The peer's certificate was verified. A server asks for one only with `tls: { requestCert: true }`, and refuses others unless `rejectUnauthorized` is false. */
  readonly authorized: boolean
  /** Why it was not, for example `SELF_SIGNED_CERT_IN_CHAIN`. */
  readonly authorizationError: string | undefined
  /** Undefined where the peer sent no certificate: a client does only if it was asked. */
  readonly peerCertificate: PeerCertificate | undefined
}

/** A certificate of X.509. Names are not verified unless `authorized` is true. */
export interface PeerCertificate {
  /** By the short names of attributes, such as `CN` and `O`; several values of one are an array. */
  readonly subject: Readonly<Record<string, string | readonly string[] | undefined>>
  /** The distinguished name of the authority that issued it, by attribute. */
  readonly issuer: Readonly<Record<string, string | readonly string[] | undefined>>
  /** For example `DNS:a.example, IP Address:127.0.0.1`. */
  readonly subjectAltName: string | undefined
  /** Hexadecimal. */
  readonly serialNumber: string
  /** SHA-256, hexadecimal octets with colons between them. */
  readonly fingerprint256: string
  /** The first moment of validity, as the platform writes it. */
  readonly validFrom: string
  /** The last moment of validity, as the platform writes it. */
  readonly validTo: string
  /** The whole certificate, DER. */
  readonly raw: Uint8Array
}
