/** The options that say how to connect, for every command that opens a connection. */
import type { HttpChoice } from '../client/dial.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { NodeConnectOptions } from '../runtime/node/connect-options.ts'
import { checkTls } from '../runtime/node/tls-options.ts'
import { permessageDeflate } from '../runtime/node/zlib/permessage-deflate.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { OptionSpec } from './command.ts'
import { readAuthorization } from './credentials.ts'
import { readFile, secret } from './read-file.ts'
import { byteCount, duration, headerLine, wholeNumber } from './values.ts'

export const connectionOptions: readonly OptionSpec[] = [
  { name: 'subprotocol', short: 's', value: 'NAME', multiple: true, description: 'offer this subprotocol; the first one is preferred' },
  { name: 'any-subprotocol', description: 'stay connected when the server agrees to none of the offered subprotocols (browsers fail)' },
  { name: 'header', short: 'H', value: "'Name: value'", multiple: true, description: 'add this field line to the request' },
  { name: 'origin', short: 'o', value: 'O', description: 'send this Origin, for example https://app.example' },
  { name: 'user', short: 'u', value: 'NAME:PASSWORD', description: 'send these Basic credentials; @FILE reads them from a file' },
  { name: 'bearer', value: 'TOKEN', description: 'send this Bearer token; @FILE reads it from a file' },
  { name: 'timeout', value: 'TIME', description: 'time limit for the opening handshake (default 10s)' },
  { name: 'ping-interval', value: 'TIME', description: 'time between Pings, for example 20s; 0 disables them' },
  { name: 'max-message', value: 'BYTES', description: 'largest message to accept, for example 64k or 1m (default 1m)' },
  { name: 'http', value: 'V', description: 'HTTP version of the opening handshake: 1.1, 2 or auto (default 1.1)' },
  { name: 'redirects', value: 'N', description: 'follow at most this many redirects (default 0)' },
  { name: 'proxy', value: 'URL', description: 'use this proxy (http, https, socks5 or socks5h); env takes it from the environment' },
  { name: 'no-deflate', description: 'do not offer permessage-deflate' },
  { name: 'insecure', short: 'k', description: 'accept any certificate' },
  { name: 'ca', value: 'F', description: 'trust only the certificate authorities in this file (PEM)' },
  { name: 'cert', value: 'F', description: 'send this client certificate (PEM)' },
  { name: 'key', value: 'F', description: 'the private key (PEM) of that certificate' },
  { name: 'passphrase', value: 'P', description: 'the passphrase of that key; @FILE reads it from a file' },
  { name: 'unix', value: 'PATH', description: 'connect to this Unix domain socket; the URL still sets Host and the path' },
]

export interface ConnectionSettings {
  readonly url: string
  readonly subprotocols: readonly string[]
  readonly anySubprotocol: boolean
  /** With the Authorization of --user and --bearer. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly origin: string | undefined
  /** The value of a `Host` given by --header. */
  readonly host: string | undefined
  readonly timeoutMs: number | undefined
  readonly pingIntervalMs: number | undefined
  readonly maxMessage: number | undefined
  readonly http: HttpChoice
  readonly redirects: number
  readonly proxy: string | undefined
  readonly deflate: boolean
  readonly insecure: boolean
  readonly ca: Buffer | undefined
  readonly cert: Buffer | undefined
  readonly key: Buffer | undefined
  readonly passphrase: string | undefined
  readonly unix: string | undefined
}

/** @throws UsageError; OptionError for a certificate or key that cannot be used */
export function readConnectionSettings(given: Arguments, url: string): ConnectionSettings {
  const value = <T>(name: string, parse: (name: string, text: string) => T): T | undefined => {
    const text = given.get(name)
    return text === undefined ? undefined : parse(name, text)
  }
  if (given.has('insecure') && given.get('ca') !== undefined) throw new UsageError('--insecure cannot be combined with --ca')
  const { ca, cert, key, passphrase } = readTls(given)
  const headers = readHeaders(given)
  return {
    url: completeUrl(url),
    subprotocols: given.list('subprotocol'),
    anySubprotocol: given.has('any-subprotocol'),
    headers: headers.filter((line) => !isHost(line)),
    host: headers.find(isHost)?.[1],
    origin: given.get('origin'),
    timeoutMs: value('timeout', duration),
    pingIntervalMs: value('ping-interval', duration),
    maxMessage: value('max-message', byteCount),
    http: value('http', httpChoice) ?? '1.1',
    redirects: value('redirects', (name, text) => wholeNumber(name, text, 0, 20)) ?? 0,
    proxy: given.get('proxy'),
    deflate: !given.has('no-deflate'),
    insecure: given.has('insecure'),
    ca,
    cert,
    key,
    passphrase,
    unix: given.get('unix'),
  }
}

/** The options of these names, for a command that takes only some of them. */
export function pickOptions(...names: readonly string[]): readonly OptionSpec[] {
  return connectionOptions.filter(({ name }) => names.includes(name))
}

export interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
  readonly passphrase?: string
}

/**
 * The files of --ca, --cert and --key, and --passphrase, as far as they were given.
 * @throws UsageError; OptionError for a certificate or key that cannot be used
 */
export function readTls(given: Arguments): TlsFiles {
  given.together('cert', 'key')
  if (given.get('passphrase') !== undefined && given.get('key') === undefined) throw new UsageError('--passphrase needs --key')
  const tls: Record<string, Buffer | string> = {}
  for (const name of ['ca', 'cert', 'key', 'passphrase']) {
    const text = given.get(name)
    if (text !== undefined) tls[name] = name === 'passphrase' ? secret(name, text) : readFile(name, text)
  }
  checkTls('--', tls)
  return tls as TlsFiles
}

/** Those of --header, with the Authorization of --user and --bearer. @throws UsageError */
export function readHeaders(given: Arguments): readonly (readonly [name: string, value: string])[] {
  const headers = given.list('header').map((text) => headerLine('header', text))
  const authorization = readAuthorization(given, headers)
  return authorization === undefined ? headers : [...headers, ['Authorization', authorization]]
}

/** The arguments with which `hawser doctor` goes the same way. */
export function doctorArguments({ url, unix, proxy }: ConnectionSettings): readonly string[] {
  return [...(proxy === undefined ? [] : ['--proxy', proxy]), ...(unix === undefined ? [] : ['--unix', unix]), url]
}

/** Enough for a slow network, and not too long for a person who waits for the prompt. */
const closeTimeoutMs = 5000

/** The options of `connect` that the settings mean. */
export function clientOptions(settings: ConnectionSettings, signal: AbortSignal): NodeConnectOptions<readonly string[], NoSubprotocol> {
  const { maxMessage, timeoutMs, pingIntervalMs, passphrase } = settings
  return {
    subprotocols: settings.subprotocols,
    noSubprotocol: settings.anySubprotocol ? 'accept' : 'refuse',
    headers: settings.headers,
    extensions: settings.deflate ? [permessageDeflate()] : [],
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
    ...(settings.host === undefined ? {} : { authority: settings.host }),
    ...(settings.origin === undefined ? {} : { origin: settings.origin }),
    http: settings.http,
    redirects: settings.redirects,
    signal,
    closeTimeoutMs,
    limits: {
      ...(maxMessage === undefined ? {} : { message: maxMessage }),
      ...(timeoutMs === undefined ? {} : { handshakeMs: timeoutMs }),
    },
    ...(pingIntervalMs === undefined ? {} : { keepalive: pingIntervalMs === 0 ? false : { intervalMs: pingIntervalMs } }),
    ...(settings.unix === undefined ? {} : { socketPath: settings.unix }),
    tls: {
      ...(settings.insecure ? { rejectUnauthorized: false } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      ...(settings.cert === undefined || settings.key === undefined ? {} : { cert: settings.cert, key: settings.key }),
      ...(passphrase === undefined ? {} : { passphrase }),
    },
  }
}

function httpChoice(option: string, text: string): HttpChoice {
  if (text === '1.1' || text === '2' || text === 'auto') return text
  throw new UsageError(`option --${option}: expected 1.1, 2 or auto, received ${JSON.stringify(text)}`)
}

function isHost([name]: readonly [name: string, value: string]): boolean {
  return name.toLowerCase() === 'host'
}

/** `localhost:8080/chat` and `:8080` are short for ws URLs; `ws+unix:/path` is one. */
export function completeUrl(text: string): string {
  if (/^(?:[a-z][a-z\d+.-]*:\/\/|wss?\+unix:)/i.test(text)) return text
  return text.startsWith(':') ? `ws://localhost${text}` : `ws://${text}`
}
