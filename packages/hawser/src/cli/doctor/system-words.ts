import { wordsOf } from '../../client/exchange.ts'

/** Of the operating system, the resolver and OpenSSL, whose own words name calls and source files. */
const words: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'the name server says that there is no such name'],
  ['EAI_AGAIN', 'the name server does not answer'],
  ['ECONNREFUSED', 'the connection is refused'],
  ['ECONNRESET', 'the connection is closed'],
  ['EPIPE', 'the connection is closed'],
  ['EHOSTUNREACH', 'there is no route to this address'],
  ['ENETUNREACH', 'there is no route to this network'],
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission is denied'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'they begin with no record of TLS'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'they begin with no record of TLS'],
  ['ERR_SSL_HTTP_REQUEST', 'they are HTTP'],
  ['EPROTO', 'they begin with no record of TLS'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'the server ends the TLS handshake with the alert handshake_failure'],
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'the server ends the TLS handshake with the alert bad_certificate'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'the server ends TLS with the alert certificate_required'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'the server ends the TLS handshake with the alert unknown_ca'],
  [
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'the server ends the TLS handshake with the alert protocol_version: it allows none of our versions of TLS',
  ],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'the server speaks only versions of TLS that are not allowed here'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'the server ends the TLS handshake with the alert no_application_protocol'],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'the server ends the TLS handshake with the alert unrecognized_name: it has no certificate for this host'],
])

/** An error in plain words, with its code: `the connection is refused (ECONNREFUSED)`. */
export function systemWords(error: NodeJS.ErrnoException): string {
  const { code } = error
  if (code === undefined) return error.message
  const found = words.get(code)
  if (found !== undefined) return `${found} (${code})`
  const said = wordsOf(error)
  return said.includes(code) || code === 'ETIMEDOUT' || code === 'ABORT_ERR' ? said : `${said} (${code})`
}
