import { Arguments } from './arguments.ts'
import { parseListen } from './bridge/address.ts'
import { UsageError } from './command.ts'
import type { CommandSpec } from './command.ts'
import { connectionOptions, readConnectionSettings } from './connection-options.ts'
import type { ConnectionSettings } from './connection-options.ts'
import { exitCodeMeanings } from './exit-codes.ts'
import { wrap } from './help.ts'
import type { PayloadForm } from './payload.ts'
import { commandHelpRows } from './session-commands.ts'
import { duration, wholeNumber } from './values.ts'

export const connectSpec: CommandSpec = {
  name: 'connect',
  summary: 'Connect to a WebSocket server, send lines of standard input and print received messages',
  usage: 'hawser connect [options] URL',
  positionals: ['URL'],
  options: [
    ...connectionOptions,
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
    {
      name: 'commands',
      description: 'take lines that begin with "/" as commands, as on a terminal (without it, a pipe sends them as they are)',
    },
    { name: 'record', value: 'FILE', description: 'write every message with its time to this file, as JSON lines; see hawser replay' },
    {
      name: 'listen',
      value: 'PORT',
      description: 'instead of standard input, join each TCP connection to this PORT or HOST:PORT with a WebSocket; messages are bytes',
    },
    { name: 'max-connections', value: 'N', description: 'with --listen: refuse more TCP connections than these (default 100)' },
    { name: 'inspect', description: 'serve a page on a port of 127.0.0.1 that shows the connection, until SIGINT' },
    { name: 'verbose', short: 'v', description: 'show the opening handshake and control frames on standard error; credentials are withheld' },
    { name: 'json', description: 'print events as JSON lines: open, message, close, error' },
    { name: 'quiet', short: 'q', description: 'print nothing on standard error' },
  ],
  examples: [
    ['hawser connect wss://echo.example/', 'talk to a server'],
    ['echo hello | hawser connect --one ws://localhost:8080/', 'send a message and print the answer'],
    ['hawser connect --record session.jsonl ws://localhost:8080/', 'keep what was said, for hawser replay'],
    ['hawser connect --listen 2222 wss://bridge.example/ssh', 'reach a TCP server behind hawser serve --to'],
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
      'commands',
      [
        ...commandHelpRows.map(([label, text]) => `${label.padEnd(24)}${text}`),
        ...wrap('On a terminal, and with --commands. Payloads have the format of a line: with --hex, hexadecimal.', 96),
      ],
    ],
    [
      'exit codes',
      exitCodeMeanings.flatMap(([code, meaning]) =>
        wrap(meaning, 90).map((line, index) => `${index === 0 ? String(code).padStart(3) : '   '}  ${line}`),
      ),
    ],
  ],
}

export interface ConnectSettings extends ConnectionSettings {
  readonly messages: readonly string[]
  readonly form: PayloadForm
  readonly whole: boolean
  readonly one: boolean
  readonly waitMs: number | undefined
  readonly stay: boolean
  /** Lines that begin with a slash are commands even where standard input is no terminal. */
  readonly commands: boolean
  /** The file of --record. */
  readonly record: string | undefined
  readonly listen: { readonly host: string; readonly port: number } | undefined
  readonly maxConnections: number
  readonly inspect: boolean
  readonly verbose: boolean
  readonly json: boolean
  readonly quiet: boolean
}

/** @throws UsageError; OptionError for a certificate or key that cannot be used */
export function readConnectSettings(args: readonly string[]): ConnectSettings {
  const given = new Arguments(connectSpec, args)
  const wait = given.get('wait')
  if (given.has('stay') && wait !== undefined) throw new UsageError('--stay cannot be combined with --wait')
  if (given.has('verbose') && given.has('quiet')) throw new UsageError('--verbose cannot be combined with --quiet')
  if (given.has('verbose') && given.has('inspect')) throw new UsageError('--verbose cannot be combined with --inspect')
  if (given.has('whole') && given.has('commands')) throw new UsageError('--whole cannot be combined with --commands')
  return {
    ...readConnectionSettings(given, given.positionals[0] ?? ''),
    messages: given.list('message'),
    form: (given.oneOf('binary', 'hex', 'base64') ?? 'text') as PayloadForm,
    whole: given.has('whole'),
    one: given.has('one'),
    waitMs: wait === undefined ? undefined : duration('wait', wait),
    stay: given.has('stay'),
    commands: given.has('commands'),
    record: given.get('record'),
    ...readListen(given),
    inspect: given.has('inspect'),
    verbose: given.has('verbose'),
    json: given.has('json'),
    quiet: given.has('quiet'),
  }
}

function readListen(given: Arguments): Pick<ConnectSettings, 'listen' | 'maxConnections'> {
  const [listen, max] = [given.get('listen'), given.get('max-connections')]
  if (listen === undefined && max !== undefined) throw new UsageError('--max-connections needs --listen')
  const maxConnections = wholeNumber('max-connections', max ?? '100', 1, 1_000_000)
  if (listen === undefined) return { listen: undefined, maxConnections }
  const flags = ['verbose', 'binary', 'hex', 'base64', 'whole', 'one', 'stay', 'commands'].filter((name) => given.has(name))
  const values = ['message', 'wait', 'record'].filter((name) => given.list(name).length > 0)
  const other = [...flags, ...values][0]
  if (other !== undefined) throw new UsageError(`--listen cannot be combined with --${other}`)
  return { listen: parseListen('listen', listen), maxConnections }
}
