import { checkTls } from '../runtime/node/tls-options.ts'
import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { CommandSpec } from './command.ts'
import { isLoopbackHost } from '../core/handshake/index.ts'
import { parseTarget } from './bridge/address.ts'
import type { StreamAddress } from './bridge/address.ts'
import type { BridgeForm } from './bridge/stream-bridge.ts'
import { wrap } from './help.ts'
import { readFile } from './read-file.ts'
import { loopbackNames, makeSelfSigned } from './self-signed.ts'
import { byteCount, duration, wholeNumber } from './values.ts'

export const serveSpec: CommandSpec = {
  name: 'serve',
  summary: 'Start a WebSocket server: echo, broadcast, or a bridge to a command or a TCP server',
  usage: 'hawser serve [options]',
  positionals: [],
  options: [
    { name: 'host', value: 'H', description: 'address or name to listen on (default 127.0.0.1)' },
    { name: 'port', short: 'p', value: 'N', description: 'port to listen on; 0 picks a free one (default 8080)' },
    { name: 'unix', value: 'PATH', description: 'listen on this Unix domain socket instead of a host and port' },
    { name: 'path', value: 'P', multiple: true, description: 'accept handshakes on this path only; other paths get 404 (default: every path)' },
    {
      name: 'subprotocol',
      short: 's',
      value: 'NAME',
      multiple: true,
      description: 'declare this subprotocol (default with --inspect: chat and superchat)',
    },
    { name: 'require-subprotocol', description: 'refuse with 400 a client whose offered subprotocols are all undeclared' },
    {
      name: 'origin',
      short: 'o',
      value: 'O',
      multiple: true,
      description: 'allow pages of this origin as well as the same origin, for example https://app.example',
    },
    { name: 'any-origin', description: 'allow pages of any origin' },
    { name: 'tls-cert', value: 'F', description: 'serve wss with this certificate chain (PEM)' },
    { name: 'tls-key', value: 'F', description: 'the private key (PEM) of that certificate' },
    { name: 'self-signed', description: 'serve wss with a certificate created for this run, valid for localhost and --host' },
    { name: 'no-http2', description: 'speak HTTP/1.1 only (default: HTTP/2 too, on the same port)' },
    {
      name: 'max-message',
      value: 'BYTES',
      description: 'largest message, for example 64k or 1m (default 1m); a larger one closes the connection with 1009',
    },
    {
      name: 'allow-host',
      value: 'H',
      multiple: true,
      description: 'accept this name in Host, for example one that a proxy forwards (default: on loopback its own names, elsewhere any name)',
    },
    { name: 'no-deflate', description: 'do not accept permessage-deflate' },
    { name: 'ping-interval', value: 'TIME', description: 'time between Pings, for example 20s; 0 disables them' },
    { name: 'echo', description: 'send each message back (the default)' },
    { name: 'broadcast', description: 'send each message to every client, its sender included' },
    {
      name: 'exec',
      value: 'COMMAND',
      description: 'start this shell command for each connection: a message is a line of its standard input, a line that it writes is a message',
    },
    { name: 'binary', description: 'with --exec: messages and output are bytes, without lines' },
    {
      name: 'to',
      value: 'TARGET',
      description: 'connect each connection to tcp:HOST:PORT or unix:PATH; messages are bytes, and bytes are binary messages',
    },
    {
      name: 'max-connections',
      value: 'N',
      description: 'refuse more connections than these with 503 (default: no limit; with --exec and --to, 100)',
    },
    { name: 'inspect', description: 'serve a page on the same port that shows each connection: handshake, frames, end' },
    {
      name: 'metrics',
      value: 'PATH',
      omitted: '/metrics',
      description: 'serve counters for Prometheus on the same port, at this path (default /metrics)',
    },
    { name: 'inspect-remote', description: 'allow --inspect on an address that other machines can reach' },
    { name: 'inspect-credentials', description: 'show credentials in heads on that page, such as Authorization and Cookie (default: withheld)' },
    { name: 'grace', value: 'TIME', description: 'after SIGINT or SIGTERM, the time that closing handshakes may take (default 10s)' },
    { name: 'verbose', short: 'v', description: 'print messages too' },
    { name: 'json', description: 'print events as JSON lines, messages included' },
    { name: 'quiet', short: 'q', description: 'print only the first line' },
  ],
  examples: [
    ['hawser serve --inspect', 'an echo server with a page that shows its connections'],
    ['hawser serve --port 0 --quiet', 'an echo server on a free port; the first line names it'],
    ['hawser serve --broadcast --path /chat --subprotocol chat', 'a chat room'],
    [`hawser serve --exec 'while read -r line; do echo "got $line"; done'`, 'a shell command for each client, lines as messages'],
    ['hawser serve --to tcp:localhost:22 --path /ssh', 'a TCP server for WebSocket clients, see connect --listen'],
    ['hawser serve --inspect --self-signed', 'the same over TLS; the page and its WebSockets share one HTTP/2 connection'],
    ['hawser serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem', 'wss on all addresses'],
  ],
  sections: [
    [
      'output',
      [
        'The first line of standard output is "listening ws://HOST:PORT/" as soon as clients can connect;',
        'with --json it is {"event":"listening","url":"ws://HOST:PORT/"}.',
        'Lines that a stalled reader does not take are dropped above 1 MiB and counted in one line.',
        'SIGINT and SIGTERM close every connection with 1001 and exit with 0, two seconds after --grace at',
        'the latest; a second signal exits at once.',
      ],
    ],
    [
      'bridges',
      wrap(
        'With --exec the environment of the command has HAWSER_PATH, HAWSER_QUERY, HAWSER_ORIGIN, HAWSER_SUBPROTOCOLS and ' +
          'HAWSER_REMOTE_ADDRESS. When it exits with 0 the connection closes with 1000, otherwise with 1011. When the connection closes, ' +
          'the command gets the end of its standard input, a second later SIGTERM, and another second later SIGKILL. With --to a target ' +
          'that cannot be reached refuses the opening handshake with 502. A side that does not read makes the other one wait.',
        96,
      ),
    ],
  ],
}

export interface ServeSettings {
  readonly host: string
  readonly port: number
  readonly unix: string | undefined
  readonly paths: readonly string[]
  readonly subprotocols: readonly string[]
  readonly requireSubprotocol: boolean
  readonly origins: readonly string[] | 'any'
  /** Undefined for the library's default. */
  readonly hosts: readonly string[] | undefined
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | undefined
  readonly http2: boolean
  readonly maxMessage: number | undefined
  readonly deflate: boolean
  /** 0 disables them; undefined means the library's default. */
  readonly pingIntervalMs: number | undefined
  readonly mode: 'echo' | 'broadcast' | 'exec' | 'to'
  /** With `exec`: the command, and whether its output has lines. */
  readonly exec: { readonly command: string; readonly form: BridgeForm } | undefined
  /** With `to`. */
  readonly target: StreamAddress | undefined
  readonly maxConnections: number | undefined
  /** The path of the counters; undefined: none are served. */
  readonly metrics: string | undefined
  readonly inspect: boolean
  readonly inspectCredentials: boolean
  readonly graceMs: number
  readonly verbose: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** @throws UsageError; OptionError for a certificate or key that cannot be used */
export function readServeSettings(args: readonly string[]): ServeSettings {
  const given = new Arguments(serveSpec, args)
  const host = given.get('host') ?? '127.0.0.1'
  const inspect = given.has('inspect')
  given.together('tls-cert', 'tls-key')
  if (given.has('self-signed') && given.get('tls-cert') !== undefined) throw new UsageError('--self-signed cannot be combined with --tls-cert')
  if (given.has('any-origin') && given.list('origin').length > 0) throw new UsageError('--any-origin cannot be combined with --origin')
  if (given.has('quiet') && given.has('verbose')) throw new UsageError('--quiet cannot be combined with --verbose')
  for (const other of ['inspect-remote', 'inspect-credentials']) {
    if (given.has(other) && !inspect) throw new UsageError(`--${other} needs --inspect`)
  }
  for (const other of ['host', 'port']) {
    if (given.get('unix') !== undefined && given.get(other) !== undefined) throw new UsageError(`--unix cannot be combined with --${other}`)
  }
  if (inspect && given.get('unix') !== undefined) throw new UsageError('--inspect cannot be combined with --unix: a browser needs a port')
  if (inspect && !isLoopbackHost(host) && !given.has('inspect-remote')) {
    throw new UsageError(`--inspect shows the connections of clients, and other machines can reach ${host}`, '--inspect-remote allows that')
  }
  const metrics = optional(given.get('metrics'), metricsPath)
  if (inspect && metrics === '/') throw new UsageError('--metrics=/ cannot be combined with --inspect: its page is at this path')
  return {
    host,
    port: wholeNumber('port', given.get('port') ?? '8080', 0, 65_535),
    unix: given.get('unix'),
    paths: given.list('path').map(path),
    subprotocols: inspect && given.list('subprotocol').length === 0 ? ['chat', 'superchat'] : given.list('subprotocol'),
    requireSubprotocol: given.has('require-subprotocol'),
    hosts: given.list('allow-host').length === 0 ? undefined : given.list('allow-host'),
    origins: given.has('any-origin') ? 'any' : given.list('origin'),
    tls: given.has('self-signed') ? makeSelfSigned([...new Set([...loopbackNames, host])]) : readTls(given),
    http2: !given.has('no-http2'),
    maxMessage: optional(given.get('max-message'), (text) => byteCount('max-message', text)),
    deflate: !given.has('no-deflate'),
    pingIntervalMs: optional(given.get('ping-interval'), (text) => duration('ping-interval', text)),
    ...readMode(given),
    metrics,
    inspect,
    inspectCredentials: given.has('inspect-credentials'),
    graceMs: duration('grace', given.get('grace') ?? '10s'),
    verbose: given.has('verbose'),
    json: given.has('json'),
    quiet: given.has('quiet'),
  }
}

/** Processes and descriptors are few: a bridge has a limit even where nobody set one. */
const maxBridged = 100

function readMode(given: Arguments): Pick<ServeSettings, 'mode' | 'exec' | 'target' | 'maxConnections'> {
  const [command, to] = [given.get('exec'), given.get('to')]
  const flag = given.oneOf('echo', 'broadcast') as 'echo' | 'broadcast' | undefined
  const modes = [flag, command === undefined ? undefined : 'exec', to === undefined ? undefined : 'to'].filter((mode) => mode !== undefined)
  if (modes.length > 1) throw new UsageError(`--${modes[0]} cannot be combined with --${modes[1]}`)
  if (given.has('binary') && command === undefined) throw new UsageError('--binary needs --exec')
  const mode = (modes[0] ?? 'echo') as ServeSettings['mode']
  const max = optional(given.get('max-connections'), (text) => wholeNumber('max-connections', text, 1, 1_000_000))
  return {
    mode,
    exec: command === undefined ? undefined : { command, form: given.has('binary') ? 'bytes' : 'lines' },
    target: optional(to, (text) => parseTarget('to', text)),
    maxConnections: max ?? (mode === 'exec' || mode === 'to' ? maxBridged : undefined),
  }
}

function readTls(given: Arguments): ServeSettings['tls'] {
  const [certFile, keyFile] = [given.get('tls-cert'), given.get('tls-key')]
  if (certFile === undefined || keyFile === undefined) return undefined
  const tls = { cert: readFile('tls-cert', certFile), key: readFile('tls-key', keyFile) }
  checkTls('--tls-', tls)
  return tls
}

function optional<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text)
}

function path(text: string): string {
  if (/^\/[^\s?#]*$/.test(text)) return text
  throw new UsageError(`option --path: expected a path such as /chat without a query, received ${JSON.stringify(text)}`)
}

/** As every client sends it, so that it can match: `.` and characters that need an escape are none of it. */
function metricsPath(text: string): string {
  const isSent = text.startsWith('/') && new URL(`http://localhost${text}`).pathname === text
  if (isSent) return text
  throw new UsageError(`option --metrics: expected a path such as /metrics without a query, received ${JSON.stringify(text)}`)
}
