import { createPrivateKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { asError, OptionError, WITHHELD } from '../../core/errors.ts'

/** Members that node:tls reads individually, and the required type of each. */
const members: ReadonlyMap<string, string> = new Map([
  ['ca', 'certificates in PEM'],
  ['cert', 'a certificate chain in PEM'],
  ['key', 'a private key in PEM'],
  ['pfx', 'a PKCS #12 archive'],
  ['crl', 'certificate revocation lists in PEM'],
  ['dhparam', 'Diffie-Hellman parameters in PEM, or auto'],
  ['ecdhCurve', 'names of curves, separated by colons'],
  ['ciphers', 'a cipher list of OpenSSL'],
  ['sigalgs', 'signature algorithms, separated by colons'],
  ['minVersion', 'a TLS version, such as TLSv1.2'],
  ['maxVersion', 'a TLS version, such as TLSv1.3'],
  ['secureProtocol', 'a TLS method of OpenSSL'],
])

/** The error of OpenSSL for a passphrase that is wrong or missing. */
const needsPassphrase = /bad decrypt|interrupted or cancelled|passphrase|bad password|mac verify/i

/**
 * Finds the member of TLS options that node:tls refuses.
 * @param path of the members, such as `tls.`
 * @returns undefined where node:tls takes all of them
 */
export function explainTlsOptions(path: string, options: SecureContextOptions): OptionError | undefined {
  const cause = refusal(options)
  if (cause === undefined) return undefined
  const given = options as Readonly<Record<string, unknown>>
  for (const [name, expected] of members) {
    if (given[name] === undefined) continue
    const hasPassphrase = name === 'key' || name === 'pfx'
    const alone = refusal({ [name]: given[name], ...(hasPassphrase ? { passphrase: given['passphrase'] } : {}) } as SecureContextOptions)
    if (alone === undefined) continue
    return hasPassphrase && needsPassphrase.test(alone.message)
      ? wrongMember(`${path}passphrase`, `the passphrase of ${path}${name}`, alone)
      : wrongMember(`${path}${name}`, expected, alone, given[name])
  }
  return wrongMember(`${path}key`, `the private key of ${path}cert`, cause)
}

/**
 * Node ignores certificate authorities that it cannot parse, and a certificate without its key, so that only the peer would notice.
 * @param path of the members, such as `tls.`
 * @throws OptionError
 */
export function checkTlsMembers(path: string, { ca, cert, key, pfx, ...rest }: TlsOptions): void {
  if (cert !== undefined && (key ?? pfx ?? (rest as { privateKeyIdentifier?: unknown }).privateKeyIdentifier) === undefined) {
    throw new OptionError(`${path}key`, `the private key of ${path}cert`, key)
  }
  for (const one of Array.isArray(ca) ? (ca as readonly unknown[]) : [ca]) {
    const text = textOf(one)
    // An empty value means the default authorities, as in node:tls.
    if (text === undefined || text === '' || text.includes('-----BEGIN ')) continue
    throw wrongMember(`${path}ca`, 'certificates in PEM', undefined, one)
  }
}

/**
 * Reads everything once.
 * @param path of the members, such as `tls.`
 * @throws OptionError for what no TLS handshake could succeed with
 */
export function checkTls(path: string, options: TlsOptions): void {
  checkTlsMembers(path, options)
  const wrong = explainTlsOptions(path, options)
  if (wrong !== undefined) throw wrong
  checkPair(path, options)
}

/**
 * As {@link checkTls}, for a server.
 * @throws OptionError
 */
export function checkServerTls(path: string, options: TlsOptions): void {
  checkTls(path, options)
  const { cert, pfx, ciphers, SNICallback, pskCallback } = options
  // Ciphers may be those without a certificate.
  if (cert === undefined && pfx === undefined && ciphers === undefined && SNICallback === undefined && pskCallback === undefined) {
    throw new OptionError(`${path}cert`, 'a certificate chain in PEM', cert)
  }
}

/** OpenSSL accepts a certificate and a key of different types, and then has no certificate for any client. @throws OptionError */
function checkPair(path: string, { cert, key, passphrase }: TlsOptions): void {
  const [chain, secret] = [textOf(cert), textOf(key)]
  if (chain === undefined || secret === undefined) return
  let fits: boolean
  try {
    fits = new X509Certificate(chain).checkPrivateKey(createPrivateKey({ key: secret, ...(passphrase === undefined ? {} : { passphrase }) }))
  } catch {
    // node:tls takes them, and it decides.
    return
  }
  if (!fits) throw wrongMember(`${path}key`, `the private key of ${path}cert`, undefined)
}

function refusal(options: SecureContextOptions): Error | undefined {
  try {
    createSecureContext(options)
    return undefined
  } catch (error) {
    return asError(error)
  }
}

/** The value may be a private key: the error does not show it. */
function wrongMember(option: string, expected: string, cause: Error | undefined, value?: unknown): OptionError {
  const text = textOf(value)
  const file =
    text !== undefined && /^[^\n]{1,255}\.\w+$/.test(text) && !text.includes('-----') ? '; it looks like the name of a file: give its content' : ''
  const why = cause === undefined ? '' : ` (${cause.message})`
  return new OptionError(option, expected, WITHHELD, `option ${option}: expected ${expected}${why}${file}`, cause)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') : undefined
}
