import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { CommandSpec } from './command.ts'
import { completeUrl, pickOptions, readHeaders, readTls } from './connection-options.ts'
import type { TlsFiles } from './connection-options.ts'
import { exitCodes } from './exit-codes.ts'
import { wrap } from './help.ts'
import { byteCount, duration } from './values.ts'

/** What each exit code says here; a finding has the code that `hawser connect` would end with. */
const meanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.clean, 'it works: nothing was found, or only notes'],
  [exitCodes.abnormal, 'a connection ends too early: right after the handshake, or with a large message'],
  [exitCodes.usage, 'wrong arguments'],
  [exitCodes.network, 'no connection: unknown name, closed port, network failure, or one that is closed without an answer'],
  [exitCodes.tls, 'TLS: certificate, host name, version or ALPN'],
  [exitCodes.refused, 'an opening handshake is refused: its status is not 101'],
  [exitCodes.invalidHandshake, 'the response breaks a rule of the opening handshake, or is no HTTP'],
  [exitCodes.timeout, 'no answer in time: to the connection, the handshake or a Ping'],
  [exitCodes.protocolError, 'messages break: compression or fragments'],
  [exitCodes.warning, 'it works, and will break for some: an idle timeout, a size, a close'],
  [exitCodes.interrupted, 'interrupted by SIGINT, after the report of what was seen until then; 143 by SIGTERM'],
]

export const doctorSpec: CommandSpec = {
  name: 'doctor',
  summary: 'Find out why a WebSocket does not connect or does not last, who is to blame, and what to change',
  usage: 'hawser doctor [options] URL',
  positionals: ['URL'],
  options: [
    { name: 'origin', short: 'o', value: 'O', description: "the Origin of the page that is to connect (default: that of the URL's host)" },
    { name: 'subprotocol', short: 's', value: 'NAME', multiple: true, description: 'offer this subprotocol, as the page does' },
    { name: 'header', short: 'H', value: "'Name: value'", multiple: true, description: 'add this field line to every request, such as a cookie' },
    ...pickOptions('user', 'bearer'),
    ...pickOptions('proxy', 'unix'),
    { name: 'direct', value: 'URL', description: 'the server itself, without the boxes in between, to compare with' },
    { name: 'idle', value: 'TIME', description: 'how long to leave a connection idle (default 65s, at most 1h)' },
    { name: 'no-idle', description: 'leave none idle: takes a few seconds instead of more than a minute' },
    { name: 'message', short: 'm', value: 'TEXT', description: 'the small message to send (default "hawser doctor")' },
    { name: 'large', value: 'BYTES', description: 'the size of the large message (default 1m)' },
    { name: 'no-messages', description: 'send no message, only Pings' },
    { name: 'timeout', value: 'TIME', description: 'time limit for each answer (default 5s)' },
    ...pickOptions('ca', 'cert', 'key', 'passphrase'),
    { name: 'all', description: 'print the configuration lines for every usual box, not only for the one that was recognized' },
    { name: 'json', description: 'print the findings and all observations as one JSON object' },
  ],
  examples: [
    ['hawser doctor wss://app.example/chat', 'as a browser would, and as RFC 6455 alone asks'],
    ['hawser doctor --no-idle --origin https://app.example wss://api.example/chat', 'for pages of another site, without the idle minute'],
    ['hawser doctor --no-idle --proxy env wss://app.example/chat', 'through the proxy of the environment'],
    ['hawser doctor --no-idle --direct ws://localhost:8080/ wss://app.example/chat', 'through the boxes in between, and without them'],
  ],
  sections: [
    [
      'what is tried',
      wrap(
        'The name, the connection, TLS and its certificate. The opening handshake over HTTP/1.1 and HTTP/2, with and without TLS, Origin, subprotocols and ' +
          'compression. Then Pings, small, fragmented and large messages, idle connections with and without Pings, and a close. Every wait is bounded. ' +
          'docs/doctor.md explains each finding.',
        96,
      ),
    ],
    [
      'exit codes',
      meanings.flatMap(([code, meaning]) => wrap(meaning, 90).map((line, index) => `${index === 0 ? String(code).padStart(3) : '   '}  ${line}`)),
    ],
  ],
}

export interface DoctorSettings {
  readonly url: string
  readonly origin: string | undefined
  readonly subprotocols: readonly string[]
  /** With the Authorization of --user and --bearer. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly direct: string | undefined
  readonly proxy: string | undefined
  readonly unix: string | undefined
  /** Undefined: no idle connections. */
  readonly idleMs: number | undefined
  /** Undefined: no messages. */
  readonly text: string | undefined
  readonly largeBytes: number
  readonly timeoutMs: number
  readonly tls: TlsFiles
  readonly all: boolean
  readonly json: boolean
}

const maxIdleMs = 3_600_000
const maxLargeBytes = 64 << 20

/** @throws UsageError */
export function readDoctorSettings(args: readonly string[]): DoctorSettings {
  const given = new Arguments(doctorSpec, args)
  const value = <T>(name: string, parse: (name: string, text: string) => T): T | undefined => {
    const text = given.get(name)
    return text === undefined ? undefined : parse(name, text)
  }
  if (given.get('proxy') !== undefined && given.get('unix') !== undefined) throw new UsageError('--proxy cannot be combined with --unix')
  for (const [flag, option] of [
    ['no-idle', 'idle'],
    ['no-messages', 'message'],
    ['no-messages', 'large'],
  ] as const) {
    if (given.has(flag) && given.get(option) !== undefined) throw new UsageError(`--${flag} cannot be combined with --${option}`)
  }
  if (given.get('message') === '') throw new UsageError('option --message: expected a text that is not empty')
  const idleMs = value('idle', duration) ?? 65_000
  if (idleMs < 1 || idleMs > maxIdleMs) throw new UsageError(`option --idle: expected a time up to 1h, received ${given.get('idle')}`)
  const timeoutMs = value('timeout', duration) ?? 5000
  if (timeoutMs < 1) throw new UsageError('option --timeout: expected a time above 0')
  const largeBytes = value('large', byteCount) ?? 1 << 20
  if (largeBytes > maxLargeBytes) throw new UsageError(`option --large: expected at most 64m, received ${given.get('large')}`)
  return {
    url: completeUrl(given.positionals[0] ?? ''),
    origin: given.get('origin'),
    subprotocols: given.list('subprotocol'),
    headers: readHeaders(given),
    proxy: given.get('proxy'),
    unix: given.get('unix'),
    direct: value('direct', (_name, text) => completeUrl(text)),
    idleMs: given.has('no-idle') ? undefined : idleMs,
    text: given.has('no-messages') ? undefined : (given.get('message') ?? 'hawser doctor'),
    largeBytes,
    timeoutMs,
    tls: readTls(given),
    all: given.has('all'),
    json: given.has('json'),
  }
}
