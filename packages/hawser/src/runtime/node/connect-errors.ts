import { asError, HandshakeError } from '../../core/errors.ts'
import type { HandshakeCondition } from '../../core/conditions.ts'
import type { HandshakeStage } from '../../core/errors.ts'
import { wordsOf } from '../../client/exchange.ts'
import type { Explanation } from '../../client/exchange.ts'
import { RULES } from '../../core/handshake/rules.ts'

const CERTIFICATE_REQUIRED = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'

/** Likely causes for error codes of the operating system, the resolver and OpenSSL. */
const hints: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'the host name does not exist: is it spelled correctly?'],
  ['EAI_AGAIN', 'the name server did not answer; check the network connection'],
  ['ECONNREFUSED', 'nothing is listening there: is the server running, and is the port correct?'],
  ['ECONNRESET', 'the peer closed the connection at once'],
  ['ETIMEDOUT', 'the address did not answer: a firewall may drop the packets'],
  ['EHOSTUNREACH', 'there is no route to this address'],
  ['ENETUNREACH', 'there is no route to this network'],
  ['EADDRNOTAVAIL', 'localAddress is not an address of this machine, or all local ports are in use'],
  ['EACCES', 'this process may not connect there'],
  ['EMFILE', 'this process has too many open files'],
  ['ENOENT', 'the socket file does not exist'],
  ['ENOTSOCK', 'the file is not a socket'],
  ['CERT_HAS_EXPIRED', 'the certificate of the server has expired'],
  ['CERT_NOT_YET_VALID', 'the certificate of the server is not valid yet: is the clock of this machine correct?'],
  ['CERT_REVOKED', 'the certificate of the server was revoked'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is self-signed: add it to tls.ca if you trust it'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate authority is unknown here: add it to tls.ca if you trust it'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate authority is unknown here: add it to tls.ca if you trust it'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'the server does not send its intermediate certificates, or the certificate authority is unknown here (tls.ca)',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate does not cover the host of the URL (tls.servername)'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'the port does not use TLS: should the URL be ws rather than wss?'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'the port does not use TLS: should the URL be ws rather than wss?'],
  ['ERR_SSL_HTTP_REQUEST', 'the port does not use TLS: should the URL be ws rather than wss?'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'the server and this client share no HTTP version (ALPN): no HTTP/1.1, or no h2 where http is 2'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'the server supports no TLS version that is allowed here (tls.minVersion)'],
  [CERTIFICATE_REQUIRED, 'the server requires a client certificate: set tls.cert and tls.key'],
  [
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'the server and this client share no cipher, or the server requires a client certificate (tls.cert, tls.key)',
  ],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server does not trust the authority of the client certificate (tls.cert)'],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'the server has no certificate for this host name'],
  ['EPROTO', 'the port does not use TLS, or no TLS version that is allowed here'],
])

/** An error of TLS after the connection was established: TLS 1.3 reports a missing client certificate only then. */
export function explainTls(error: Error): Explanation | undefined {
  const { code } = error as SystemError
  if (code?.startsWith('ERR_SSL_') !== true) return undefined
  const unidentified = missesCertificate(code)
  const condition = unidentified ? 'tls-client-certificate' : conditionOf('tls', code)
  return { stage: 'tls', condition, rule: RULES.RC6, hint: hints.get(unidentified ? CERTIFICATE_REQUIRED : code) }
}

interface SystemError extends Error {
  readonly code?: string
  readonly syscall?: string
  readonly errors?: readonly SystemError[]
}

/**
 * Whether a server ends a TLS handshake for want of a client certificate. TLS 1.2 has no alert for that: servers send handshake_failure, as for
 * ciphers, or bad_certificate; but only after their own certificate.
 * @param certificate that of the server, as far as it had come; undefined where the handshake was complete
 */
export function missesCertificate(code: string | undefined, certificate?: object): boolean {
  const isAlert = code === 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' || code === 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'
  return code === CERTIFICATE_REQUIRED || (isAlert && (certificate === undefined || Object.keys(certificate).length > 0))
}

/**
 * @param where `host:port` or a path, for the message
 * @param certificate that of the server, as far as it had come
 */
export function dialFailed(error: unknown, stage: HandshakeStage, where: string, certificate: object = {}): HandshakeError {
  const system = asError(error) as SystemError
  const { code } = system
  const actual: HandshakeStage = stage === 'tcp' && (system.syscall === 'getaddrinfo' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') ? 'dns' : stage
  const unidentified = actual === 'tls' && missesCertificate(code, certificate)
  const hint = unidentified
    ? hints.get(CERTIFICATE_REQUIRED)
    : code === undefined
      ? undefined
      : actual === 'tls' && code === 'ECONNRESET'
        ? 'the port does not use TLS, or it refuses this client'
        : hints.get(code)
  return new HandshakeError(`${verbs[actual] ?? 'could not connect to'} ${where}: ${describe(system)}`, {
    stage: actual,
    condition: unidentified ? 'tls-client-certificate' : conditionOf(actual, code),
    fault: actual === 'tls' && isCertificate(code) ? 'peer' : 'network',
    rule: RULES[actual === 'tls' ? 'RC6' : actual === 'proxy' ? 'RC5.proxy' : 'RC5.connection'],
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** Codes of the operating system for an address that does not answer. */
const unreachable = ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']
const tlsConditions: readonly (readonly [code: RegExp, condition: HandshakeCondition])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'tls-certificate-name'],
  [/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/, 'tls-certificate-expired'],
  [/^ERR_SSL_(?:TLSV13_ALERT_CERTIFICATE_REQUIRED|TLSV1_ALERT_UNKNOWN_CA)$/, 'tls-client-certificate'],
  [/^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)|EPROTO)$/, 'tls-not-spoken'],
  [/CERT|SIGNATURE/, 'tls-certificate-untrusted'],
]

function conditionOf(stage: HandshakeStage, code: string = ''): HandshakeCondition {
  if (stage === 'tls') return tlsConditions.find(([pattern]) => pattern.test(code))?.[1] ?? 'tls-failed'
  if (stage === 'proxy') return 'proxy-unreachable'
  if (stage === 'dns') return 'dns-failed'
  if (code === 'ECONNREFUSED') return 'tcp-refused'
  return unreachable.includes(code) ? 'tcp-unreachable' : 'tcp-failed'
}

const verbs: { readonly [Stage in HandshakeStage]?: string } = {
  dns: 'could not resolve the host of',
  tcp: 'could not connect to',
  proxy: 'could not connect to the proxy',
  tls: 'the TLS handshake failed with',
}

/** For several addresses Node gives an error without a message, which holds the error of each address. */
function describe(error: SystemError): string {
  if (error.errors !== undefined && error.errors.length > 0) return error.errors.map((one) => one.message).join('; ')
  return error.message === '' ? (error.code ?? error.name) : wordsOf(error)
}

function isCertificate(code: string | undefined): boolean {
  return code !== undefined && /CERT|SIGNATURE/.test(code)
}
