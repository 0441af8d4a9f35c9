/** The lines of `hawser connect` that begin with a slash. */
import { nearest } from '../core/nearest.ts'
import { UsageError } from './command.ts'
import { parsePayload } from './payload.ts'
import type { PayloadForm } from './payload.ts'

export type SessionCommand =
  | { readonly kind: 'ping' | 'pong'; readonly payload: Uint8Array | undefined }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }
  | { readonly kind: 'help' }

/** For the help of the command and for `/help`. */
export const commandHelpRows: readonly (readonly [label: string, text: string])[] = [
  ['/ping [PAYLOAD]', 'send a Ping and show its round trip'],
  ['/pong [PAYLOAD]', 'send an unsolicited Pong'],
  ['/close [CODE] [REASON]', 'send a Close frame, by default with 1000, and wait for the answer'],
  ['/help', 'show these commands'],
  ['//TEXT', 'send a message that begins with a slash: /TEXT'],
]

const slash = 0x2f
const names = ['ping', 'pong', 'close', 'help']
/** RFC 6455 section 5.5. */
const maxControlPayload = 125

/**
 * The command in a line, or the line as a message without the slash that escapes it.
 * @throws UsageError for an unknown command and for wrong arguments
 */
export function parseCommand(
  line: Uint8Array,
  form: PayloadForm,
  where: string,
): SessionCommand | { readonly kind: 'message'; readonly line: Uint8Array } {
  if (line[0] !== slash) return { kind: 'message', line }
  if (line[1] === slash) return { kind: 'message', line: line.subarray(1) }
  const space = line.indexOf(0x20)
  const [name, rest] = space === -1 ? [line.subarray(1), undefined] : [line.subarray(1, space), line.subarray(space + 1)]
  const typed = Buffer.from(name).toString('utf8').replace(/\r$/, '')
  switch (typed) {
    case 'ping':
    case 'pong':
      return { kind: typed, payload: rest === undefined ? undefined : controlPayload(rest, form, where, typed) }
    case 'close':
      return closeCommand(rest === undefined ? '' : Buffer.from(rest).toString('utf8'), where)
    case 'help':
      return { kind: 'help' }
    default:
      throw unknownCommand(typed, where)
  }
}

function controlPayload(rest: Uint8Array, form: PayloadForm, where: string, name: string): Uint8Array {
  const parsed = parsePayload(rest, form, where)
  const payload = typeof parsed === 'string' ? new TextEncoder().encode(parsed) : parsed
  if (payload.length <= maxControlPayload) return payload
  throw new UsageError(`${where}: the payload of /${name} has ${payload.length} bytes, and ${maxControlPayload} are allowed (RFC 6455 section 5.5)`)
}

function closeCommand(text: string, where: string): SessionCommand {
  const typed = text.trim()
  if (typed === '') return { kind: 'close', code: 1000, reason: '' }
  const match = /^(\d+)(?: +(.*))?$/.exec(typed)
  if (match === null) throw new UsageError(`${where}: expected /close [CODE] [REASON], where CODE is a number such as 1000`)
  return { kind: 'close', code: Number(match[1]), reason: match[2] ?? '' }
}

function unknownCommand(typed: string, where: string): UsageError {
  const close = nearest(typed, names)
  const guess = close === undefined ? `known: ${names.map((name) => `/${name}`).join(', ')}` : `did you mean /${close}?`
  return new UsageError(
    `${where}: unknown command ${JSON.stringify(`/${typed}`)}`,
    `${guess}; a line that begins with // is sent without its first slash`,
  )
}
