import { Arguments } from './arguments.ts'
import type { CommandSpec } from './command.ts'
import { connectionOptions, readConnectionSettings } from './connection-options.ts'
import type { ConnectionSettings } from './connection-options.ts'
import { wrap } from './help.ts'
import type { PayloadForm } from './payload.ts'
import { readRecording } from './recording.ts'
import type { RecordedEvent } from './recording.ts'
import { duration } from './values.ts'

export const replaySpec: CommandSpec = {
  name: 'replay',
  summary: 'Send the messages of a recorded session again',
  usage: 'hawser replay [options] FILE URL',
  positionals: ['FILE', 'URL'],
  options: [
    ...connectionOptions,
    { name: 'fast', description: 'send without the pauses of the recording' },
    { name: 'check', description: 'compare what is received with the recording; exit with 1 at the first difference' },
    {
      name: 'wait',
      short: 'w',
      value: 'TIME',
      description: 'after the last message, wait at most this long for as many messages as were received then (default 5s)',
    },
    { name: 'binary', description: 'write received binary messages unchanged' },
    { name: 'hex', description: 'print received binary messages as hexadecimal (the default)' },
    { name: 'base64', description: 'print received binary messages as base64' },
    { name: 'json', description: 'print events as JSON lines: open, message, close, error' },
    { name: 'quiet', short: 'q', description: 'print nothing on standard error' },
  ],
  examples: [
    ['hawser replay session.jsonl ws://localhost:8080/', 'what was sent then, at the same times'],
    ['hawser replay --fast --check session.jsonl ws://localhost:8080/', 'a test that the server still answers the same'],
  ],
  sections: [
    [
      'the recording',
      wrap(
        'hawser connect --record FILE writes it: one JSON object per line with "t", the milliseconds since the connection opened, and ' +
          '"event": open, sent, received or close. Lines can be edited. The subprotocols that were offered then are offered again, unless ' +
          '--subprotocol is given. The connection closes with the code that was sent then.',
        96,
      ),
    ],
  ],
}

export interface ReplaySettings extends ConnectionSettings {
  readonly events: readonly RecordedEvent[]
  readonly fast: boolean
  readonly check: boolean
  readonly waitMs: number
  readonly form: PayloadForm
  readonly json: boolean
  readonly quiet: boolean
}

/** @throws UsageError; OptionError for a certificate or key that cannot be used */
export function readReplaySettings(args: readonly string[]): ReplaySettings {
  const given = new Arguments(replaySpec, args)
  const [file = '', url = ''] = given.positionals
  const settings = readConnectionSettings(given, url)
  const events = readRecording(file)
  const opened = events.find(({ event }) => event === 'open')
  return {
    ...settings,
    subprotocols: settings.subprotocols.length === 0 && opened?.event === 'open' ? opened.subprotocols : settings.subprotocols,
    events,
    fast: given.has('fast'),
    check: given.has('check'),
    waitMs: duration('wait', given.get('wait') ?? '5s'),
    form: (given.oneOf('binary', 'hex', 'base64') ?? 'text') as PayloadForm,
    json: given.has('json'),
    quiet: given.has('quiet'),
  }
}
