import { statusOf, valuesOf } from '../head.ts'
import type { Head } from '../head.ts'

/** Why nothing can be tested: one line, with the switch that helps where one does. */
export class PreflightError extends Error {
  override readonly name = 'PreflightError'
  /** The server may still be starting, so that it is worth to try again. */
  readonly isTemporary: boolean

  /** Says in one line, `message`, why nothing can be tested. */
  constructor(message: string, isTemporary: boolean = false) {
    super(message)
    this.isTemporary = isTemporary
  }
}

/** Codes of a certificate that is not trusted, and how OpenSSL says that the other end speaks no TLS. */
const untrusted =
  /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|INVALID_CA|HOSTNAME_MISMATCH)/
const notTls = /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)|EPROTO)/

/** What an error of `dial` means. */
export function connectionFault(target: URL, error: Error & { readonly code?: string }): PreflightError {
  const { host, hostname } = target
  const code = error.code ?? ''
  if (code === 'ECONNREFUSED') return new PreflightError(`nothing listens at ${host} (ECONNREFUSED)`, true)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new PreflightError(`the name ${hostname} has no address (${code})`, true)
  if (untrusted.test(code)) {
    const help = '--insecure takes any certificate, the environment variable NODE_EXTRA_CA_CERTS=FILE.pem trusts the authority that signed it'
    return new PreflightError(`the certificate of ${host} is not trusted: ${error.message} (${code}); ${help}`)
  }
  if (target.protocol === 'wss:' && notTls.test(code)) return new PreflightError(`${host} does not speak TLS; did you mean ${otherScheme(target)}?`)
  return new PreflightError(`no connection to ${host}: ${error.message}`, true)
}

/** What an answer other than 101 means. @param content the first bytes after the head */
export function handshakeFault(target: URL, head: Head, content: string): PreflightError {
  const status = statusOf(head)
  if (status === 0)
    return new PreflightError(`your server answered the opening handshake with ${JSON.stringify(head.startLine.slice(0, 80))}, not in HTTP/1.1`)
  const said = content.replace(/\s+/g, ' ').trim().slice(0, 120).replace(/\.+$/, '')
  const answer = `your server answered ${head.startLine.slice(9, 80)}${said === '' || said.startsWith('<') ? '' : `: ${said}`}`
  return new PreflightError(`${answer}; ${help(target, status, head)}`, status >= 502 && status <= 504)
}

function help(target: URL, status: number, head: Head): string {
  const path = target.pathname
  if (status >= 300 && status <= 399) return `it redirects to ${valuesOf(head, 'location')[0] ?? 'another place'}: test that URL`
  if (status === 401 || status === 403) return "it wants credentials or another origin: --header 'Cookie: …', 'Authorization: …' or 'Origin: …'"
  if (status === 404) return `is ${path} the path of the echo endpoint?`
  if (status >= 200 && status <= 299) return `${path} is an ordinary HTTP resource, or a proxy in front of the server does not forward Upgrade`
  if (status >= 500) return 'its log says why'
  return "does it want a field line, for example --header 'Origin: https://app.example' or 'Sec-WebSocket-Protocol: chat'?"
}

/** What came instead of an HTTP response. */
export interface Silence {
  /** The first bytes. */
  readonly received: Buffer
  /** The server ended the connection. */
  readonly isOver: boolean
  /** The server answers a TLS handshake. */
  readonly isTls: boolean
  /** How long the preflight waited, in milliseconds. */
  readonly ms: number
}

/** What it means that no HTTP response came. */
export function silenceFault(target: URL, { received, isOver, isTls, ms }: Silence): PreflightError {
  // A TLS alert: record type 21, version 3.x.
  if (isTls || (received[0] === 0x15 && received[1] === 3))
    return new PreflightError(`${target.host} speaks TLS; did you mean ${otherScheme(target)}?`)
  if (received.length > 0) {
    const begin = JSON.stringify(received.toString('latin1', 0, 60))
    return new PreflightError(`your server answered the opening handshake with ${begin}, which is no HTTP response`)
  }
  if (isOver) return new PreflightError('your server ended the connection without an answer to the opening handshake', true)
  return new PreflightError(`your server did not answer the opening handshake within ${ms} ms; --timeout waits longer`)
}

function otherScheme(target: URL): string {
  return `${target.protocol === 'wss:' ? 'ws:' : 'wss:'}//${target.host}${target.pathname}`
}
