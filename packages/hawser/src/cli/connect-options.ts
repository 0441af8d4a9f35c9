import type { HttpChoice } from '../client/dial.ts'
import { checkTls } from '../runtime/node/tls-options.ts'
import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { CommandSpec } from './command.ts'
import { exitCodeMeanings } from './exit-codes.ts'
import { wrap } from './help.ts'
import type { PayloadForm } from './payload.ts'
import { readFile } from './read-file.ts'
import { byteCount, duration, headerLine, wholeNumber } from './values.ts'

export const connectSpec: CommandSpec = {
  name: 'connect',
  summary: 'Connect to a WebSocket server, send lines of standard input and print received messages',
  usage: 'hawser connect [options] URL',
  positionals: ['URL'],
  options: [
    { name: 'subprotocol', short: 's', value: 'NAME', multiple: true, description: 'offer this subprotocol; the first one is preferred' },
    { name: 'any-subprotocol', description: 'stay connected when the server agrees to none of the offered subprotocols (browsers fail)' },
    { name: 'header', short: 'H', value: "'Name: value'", multiple: true, description: 'add this field line to the request' },
    { name: 'origin', short: 'o', value: 'O', description: 'send this Origin, for example https://app.example' },
    { name: 'message', short: 'm', value: 'TEXT', multiple: true, description: 'send this before standard input, in the same format as a line' },
    { name: 'binary', description: 'send each line as a binary message; write received binary messages unchanged' },
    { name: 'hex', description: 'read lines and print binary messages as hexadecimal' },
    { name: 'base64', description: 'read lines and print binary messages as base64' },
    { name: 'whole', description: 'send all of standard input as one message' },
    { name: 'one', short: '1', description: 'print the first message received, close and exit' },
    {
      name: 'wait',
      short: 'w',
      value: 'TIME',
      description: 'keep receiving for this long after standard input ends (default 0; with --one, no limit)',
    },
    { name: 'stay', description: 'keep receiving after standard input ends, until the server closes' },
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
    { name: 'unix', value: 'PATH', description: 'connect to this Unix domain socket; the URL still sets Host and the path' },
    { name: 'inspect', description: 'serve a page on a port of 127.0.0.1 that shows the connection, until SIGINT' },
    { name: 'json', description: 'print events as JSON lines: open, message, close, error' },
    { name: 'quiet', short: 'q', description: 'print nothing on standard error' },
  ],
  examples: [
    ['hawser connect wss://echo.example/', 'talk to a server'],
    ['echo hello | hawser connect --one ws://localhost:8080/', 'send a message and print the answer'],
    ["hawser connect -s chat -H 'Authorization: Bearer TOKEN' --json wss://chat.example/ | jq .data", 'pass messages to another program'],
  ],
  sections: [
    [
      'input and output',
      wrap(
        'Lines are sent without their line ends. When standard input ends, a Close frame with 1000 is sent, and messages that the server sends ' +
          'before its own Close frame are still printed. A text message is printed as a line, a binary message as a line of hexadecimal unless ' +
          '--binary or --base64 is given. Standard output gets messages and nothing else, unless it is a terminal: there messages are marked ' +
          'and characters that could control the terminal are escaped. --json escapes them everywhere.',
        96,
      ),
    ],
    [
      'exit codes',
      exitCodeMeanings.flatMap(([code, meaning]) =>
        wrap(meaning, 90).map((line, index) => `${index === 0 ? String(code).padStart(3) : '   '}  ${line}`),
      ),
    ],
  ],
}

export interface ConnectSettings {
  readonly url: string
  readonly subprotocols: readonly string[]
  readonly anySubprotocol: boolean
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly origin: string | undefined
  /** The value of a `Host` given by --header. */
  readonly host: string | undefined
  readonly messages: readonly string[]
  /** The format of what is sent. */
  readonly form: PayloadForm
  readonly whole: boolean
  readonly one: boolean
  readonly waitMs: number | undefined
  readonly stay: boolean
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
  readonly unix: string | undefined
  readonly inspect: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** @throws UsageError */
export function readConnectSettings(args: readonly string[]): ConnectSettings {
  const given = new Arguments(connectSpec, args)
  const value = <T>(name: string, parse: (name: string, text: string) => T): T | undefined => {
    const text = given.get(name)
    return text === undefined ? undefined : parse(name, text)
  }
  if (given.has('stay') && given.get('wait') !== undefined) throw new UsageError('--stay cannot be combined with --wait')
  given.together('cert', 'key')
  if (given.has('insecure') && given.get('ca') !== undefined) throw new UsageError('--insecure cannot be combined with --ca')
  const tls = { ca: value('ca', readFile), cert: value('cert', readFile), key: value('key', readFile) }
  checkTls('--', Object.fromEntries(Object.entries(tls).filter(([, file]) => file !== undefined)))
  const headers = given.list('header').map((text) => headerLine('header', text))
  return {
    url: completeUrl(given.positionals[0] ?? ''),
    subprotocols: given.list('subprotocol'),
    anySubprotocol: given.has('any-subprotocol'),
    headers: headers.filter((line) => !isHost(line)),
    host: headers.find(isHost)?.[1],
    origin: given.get('origin'),
    messages: given.list('message'),
    form: (given.oneOf('binary', 'hex', 'base64') ?? 'text') as PayloadForm,
    whole: given.has('whole'),
    one: given.has('one'),
    waitMs: value('wait', duration),
    stay: given.has('stay'),
    timeoutMs: value('timeout', duration),
    pingIntervalMs: value('ping-interval', duration),
    maxMessage: value('max-message', byteCount),
    http: value('http', httpChoice) ?? '1.1',
    redirects: value('redirects', (name, text) => wholeNumber(name, text, 0, 20)) ?? 0,
    proxy: given.get('proxy'),
    deflate: !given.has('no-deflate'),
    insecure: given.has('insecure'),
    ...tls,
    unix: given.get('unix'),
    inspect: given.has('inspect'),
    json: given.has('json'),
    quiet: given.has('quiet'),
  }
}

function httpChoice(option: string, text: string): HttpChoice {
  if (text === '1.1' || text === '2' || text === 'auto') return text
  throw new UsageError(`option --${option}: expected 1.1, 2 or auto, received ${JSON.stringify(text)}`)
}

function isHost([name]: readonly [name: string, value: string]): boolean {
  return name.toLowerCase() === 'host'
}

/** `localhost:8080/chat` and `:8080` are short for ws URLs. */
export function completeUrl(text: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(text)) return text
  return text.startsWith(':') ? `ws://localhost${text}` : `ws://${text}`
}
