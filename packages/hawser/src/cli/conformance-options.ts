import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { CommandSpec, OptionSpec } from './command.ts'
import { checkTls, readFile } from './read-file.ts'
import { byteCount, duration, headerLine, wholeNumber } from './values.ts'

const shared: readonly OptionSpec[] = [
  { name: 'only', value: 'ID', multiple: true, description: 'run only this case, this area, or what matches a pattern such as "utf8/*"' },
  { name: 'list', description: 'list the cases and run none; with --json -, as JSON' },
  { name: 'jobs', short: 'j', value: 'N', description: 'cases at a time (default 16, for a client with --each 4)' },
  { name: 'seed', value: 'N', description: 'what random payloads and keys are drawn from (default 1)' },
  {
    name: 'max-message',
    value: 'BYTES',
    description: 'the largest message it takes, for example 1m; without it the cases about the limit are unsupported',
  },
  { name: 'no-timeouts', description: 'leave out the cases that wait for its time limits' },
  { name: 'timeout', value: 'TIME', description: 'how long to wait for an answer (default 3s)' },
  { name: 'patience', value: 'TIME', description: 'how long to wait for its time limits (default 20s)' },
  { name: 'json', value: 'FILE', description: 'write the results with all evidence; - is standard output' },
  { name: 'junit', value: 'FILE', description: 'write JUnit XML' },
  { name: 'html', value: 'FILE', description: 'write a page: filter, search, every exchange, a second run beside it' },
  { name: 'expect', value: 'FILE', description: 'fail only where the results differ from these, for better or worse' },
  { name: 'write-expect', value: 'FILE', description: 'write the results for --expect' },
  { name: 'verbose', short: 'v', description: 'one line for each case' },
  { name: 'quiet', short: 'q', description: 'print only the last line' },
]

const exitCodes: readonly [string, readonly string[]] = [
  'exit codes',
  [
    '0  no case failed; with --expect, nothing changed (warn, info and unsupported do not fail)',
    '1  a case failed; with --expect, a result changed',
    '2  wrong arguments',
    '3  nothing answers there, or the port is taken',
  ],
]

export const overview: CommandSpec = {
  name: 'conformance',
  summary: 'Test a server or a client against the standards, each verdict with its section',
  usage: 'hawser conformance server URL [options] | hawser conformance client [options]',
  positionals: ['server or client'],
  options: [],
  examples: [
    ['hawser conformance server ws://localhost:8080/', 'test an echo endpoint'],
    ["hawser conformance client --each 'node echo.js {url}'", 'test a client that is started for each case'],
    ['hawser conformance client --port 9001', 'serve the cases; http://localhost:9001/ drives a browser'],
    ['hawser conformance server --help', 'every option for a server'],
  ],
}

export const serverSpec: CommandSpec = {
  name: 'conformance server',
  summary: 'Test a server: an endpoint that echoes every message is all that is needed',
  usage: 'hawser conformance server URL [options]',
  positionals: ['URL'],
  options: [
    ...shared,
    { name: 'subprotocols', value: 'A,B', description: 'subprotocols that it speaks' },
    { name: 'no-deflate', description: 'it does not do permessage-deflate' },
    { name: 'origin-refused', value: 'O', description: 'an origin that it refuses, for example https://evil.example' },
    { name: 'path-unknown', value: 'P', description: 'a path that it does not upgrade' },
    { name: 'header', short: 'H', value: 'N:V', multiple: true, description: 'field line for every request, for example Origin or Cookie' },
    { name: 'http2', description: 'it takes WebSocket over HTTP/2 (RFC 8441) at the same address too; for that alone add --only "http2*"' },
    { name: 'insecure', short: 'k', description: 'do not verify its certificate' },
  ],
  examples: [
    ['hawser conformance server ws://localhost:8080/ --html report.html', 'with a report to read'],
    ['hawser conformance server ws://localhost:8080/ --only handshake/version/version-0xD -v', 'one case'],
  ],
  sections: [exitCodes],
}

export const clientSpec: CommandSpec = {
  name: 'conformance client',
  summary: 'Test a client: one that echoes every message until the connection ends',
  usage: 'hawser conformance client [--port N | --each COMMAND] [options]',
  positionals: [],
  options: [
    ...shared,
    { name: 'port', short: 'p', value: 'N', description: 'serve the cases here (default 9001; 0 picks a free port)' },
    { name: 'host', value: 'H', description: 'address to listen on (default 127.0.0.1)' },
    { name: 'once', description: 'end when a client has asked for the reports' },
    { name: 'each', value: 'COMMAND', description: 'start this for each case; {url} is filled in. Quotes group words, no shell reads it' },
    { name: 'http2', description: 'with --each: it speaks WebSocket over HTTP/2 (RFC 8441), with prior knowledge; only those cases are run' },
    { name: 'tls-cert', value: 'F', description: 'with --each: certificate chain (PEM) for localhost that it trusts: the URLs are wss' },
    { name: 'tls-key', value: 'F', description: 'private key (PEM) of that certificate' },
    { name: 'agent', value: 'NAME', description: 'what the report calls a client started with --each (default: the command)' },
  ],
  examples: [
    ["hawser conformance client --each 'node echo.js {url}' --html report.html", 'every case, those of the handshake too'],
    ['hawser conformance client --port 9001 --once', 'for a harness: /getCaseCount, /runCase?case=N&agent=A, /updateReports?agent=A'],
  ],
  sections: [exitCodes],
}

export interface ConformanceSettings {
  readonly only: readonly string[]
  readonly list: boolean
  readonly jobs: number | undefined
  readonly seed: number
  readonly maxMessage: number | undefined
  readonly timeouts: boolean
  readonly bounds: { readonly answerMs?: number; readonly handshakeMs?: number; readonly closeMs?: number }
  readonly json: string | undefined
  readonly junit: string | undefined
  readonly html: string | undefined
  readonly expect: string | undefined
  readonly writeExpect: string | undefined
  readonly verbose: boolean
  readonly quiet: boolean
}

/** @throws UsageError */
export function sharedSettings(args: Arguments): ConformanceSettings {
  const number = (name: string, least: number, most: number): number | undefined => {
    const text = args.get(name)
    return text === undefined ? undefined : wholeNumber(name, text, least, most)
  }
  const timeout = args.get('timeout')
  const patience = args.get('patience')
  const maxMessage = args.get('max-message')
  const patienceMs = patience === undefined ? undefined : duration('patience', patience)
  args.oneOf('verbose', 'quiet')
  return {
    only: args.list('only'),
    list: args.has('list'),
    jobs: number('jobs', 1, 256),
    seed: number('seed', 0, 0x7fff_ffff) ?? 1,
    maxMessage: maxMessage === undefined ? undefined : byteCount('max-message', maxMessage),
    timeouts: !args.has('no-timeouts'),
    bounds: {
      ...(timeout === undefined ? {} : { answerMs: duration('timeout', timeout) }),
      ...(patienceMs === undefined ? {} : { handshakeMs: patienceMs, closeMs: patienceMs }),
    },
    json: args.get('json'),
    junit: args.get('junit'),
    html: args.get('html'),
    expect: args.get('expect'),
    writeExpect: args.get('write-expect'),
    verbose: args.has('verbose'),
    quiet: args.has('quiet'),
  }
}

/** @throws UsageError */
export function serverTarget(args: Arguments): URL {
  const text = args.positionals[0] ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:'))
    throw new UsageError(`expected a ws: or wss: URL, received ${JSON.stringify(text)}`)
  return url
}

export function requestFields(args: Arguments): (readonly [string, string])[] {
  return args.list('header').map((line) => headerLine('header', line))
}

/** Words, with single or double quotes around those with spaces. @throws UsageError for an open quote, or none that has {url} */
export function commandWords(command: string): string[] {
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '')
  if ((command.match(/"/g)?.length ?? 0) % 2 === 1 && !/'[^']*"[^']*'/.test(command))
    throw new UsageError(`option --each: a quotation does not end in ${JSON.stringify(command)}`)
  if (!words.some((word) => word.includes('{url}'))) throw new UsageError("option --each: the command needs {url}, for example 'node echo.js {url}'")
  return words
}

/** @throws UsageError */
export function clientCertificate(args: Arguments): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  const [certFile, keyFile] = [args.get('tls-cert'), args.get('tls-key')]
  args.together('tls-cert', 'tls-key')
  if (certFile === undefined || keyFile === undefined) return undefined
  const [cert, key] = [readFile('tls-cert', certFile), readFile('tls-key', keyFile)]
  checkTls('options --tls-cert and --tls-key', { cert, key })
  return { cert, key }
}
