import { isIP } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { asError } from '../../core/errors.ts'
import { observeResult } from '../../connection/application-code.ts'
import type { DialTarget } from '../../client/dial.ts'
import type { NodeDialOptions } from './connect-options.ts'

/** The option `tls`, without what identifies the caller where a redirect led to another origin. */
export function tlsFor(options: NodeDialOptions, { crossOrigin }: DialTarget): NonNullable<NodeDialOptions['tls']> {
  if (!crossOrigin || options.tls === undefined) return options.tls ?? {}
  // The client certificate identifies the caller to the first origin only, and the server name is that origin's.
  const { cert, key, pfx, passphrase, servername, session, pskCallback, secureContext, ...rest } = options.tls
  return rest
}

/** For a TLS handshake with `hostname`. */
export function tlsTo(hostname: string, options: NonNullable<NodeDialOptions['tls']>, alpn: readonly string[]): TlsOptions {
  const host = withoutDot(hostname)
  return {
    ...options,
    ...guardCallbacks(options),
    // RFC 6455 section 4.1, step 5: SNI must be used; it carries host names only (RFC 6066 section 3).
    servername: options.servername ?? (isIP(host) === 0 ? host : ''),
    ALPNProtocols: [...alpn],
  }
}

/** The root of the DNS is written in no certificate. */
export function withoutDot(hostname: string): string {
  return hostname.replace(/\.$/, '')
}

/** node:tls calls these from its own events, where an error they throw would be uncaught. */
function guardCallbacks(options: NonNullable<NodeDialOptions['tls']>): Pick<TlsOptions, 'checkServerIdentity' | 'pskCallback'> {
  const { checkServerIdentity, pskCallback } = options
  return {
    ...(checkServerIdentity === undefined
      ? {}
      : {
          checkServerIdentity: (hostname, certificate) => {
            try {
              const found: unknown = checkServerIdentity.call(options, hostname, certificate)
              if (found === undefined || found === null || found instanceof Error) return found as Error | undefined
              // A promise would count as an error, and as an unhandled rejection if it rejects.
              observeResult(found, () => {})
              return new TypeError('tls.checkServerIdentity must return undefined or an Error')
            } catch (error) {
              return asError(error)
            }
          },
        }),
    ...(pskCallback === undefined
      ? {}
      : {
          pskCallback: (hint) => {
            try {
              const found: unknown = pskCallback.call(options, hint)
              if (typeof found === 'object' && found !== null && 'psk' in found) return found as ReturnType<typeof pskCallback>
              observeResult(found, () => {})
            } catch {
              // Without a key the TLS handshake fails.
            }
            return null
          },
        }),
  }
}
