/** The file of `hawser connect --record` and `hawser replay`: one JSON object per line. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { CloseInfo } from '../core/protocol/events.ts'
import { UsageError } from './command.ts'
import { bytesToText } from './payload.ts'
import { jsonLine } from './terminal.ts'

/** `t` is in milliseconds since the connection opened. */
export type RecordedEvent =
  | { readonly t: number; readonly event: 'open'; readonly url: string; readonly subprotocols: readonly string[]; readonly subprotocol: string }
  | { readonly t: number; readonly event: 'sent' | 'received'; readonly message: string | Uint8Array }
  | { readonly t: number; readonly event: 'close'; readonly code: number; readonly reason: string; readonly initiator: CloseInfo['initiator'] }

/** Writes each event at once, so that a session that is killed is recorded up to its end. Fields of the handshake, which may hold credentials, are left out. */
export class Recorder {
  readonly #descriptor: number
  #openedAt: number = performance.now()

  /** @throws UsageError when the file cannot be written */
  constructor(file: string) {
    try {
      this.#descriptor = openSync(file, 'w')
    } catch (error) {
      throw new UsageError(`option --record: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  open(event: { readonly url: string; readonly subprotocols: readonly string[]; readonly subprotocol: string }): void {
    this.#openedAt = performance.now()
    this.#write({ event: 'open', ...event })
  }

  message(event: 'sent' | 'received', message: string | Uint8Array): void {
    if (typeof message === 'string') this.#write({ event, type: 'text', data: message })
    else this.#write({ event, type: 'binary', encoding: 'base64', data: bytesToText(message, 'base64') })
  }

  closed({ code, reason, initiator }: CloseInfo): void {
    this.#write({ event: 'close', code, reason, initiator })
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #write(event: object): void {
    writeSync(this.#descriptor, jsonLine({ t: Math.round((performance.now() - this.#openedAt) * 10) / 10, ...event }))
  }
}

/** @throws UsageError for a file that cannot be read, and for a line that is no recorded event */
export function readRecording(file: string): readonly RecordedEvent[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`the recording: ${error instanceof Error ? error.message : String(error)}`)
  }
  const events: RecordedEvent[] = []
  for (const [index, line] of text.split('\n').entries()) if (line.trim() !== '') events.push(readEvent(line, `${file} line ${index + 1}`))
  return events
}

function readEvent(line: string, where: string): RecordedEvent {
  const wrong = (what: string): UsageError => new UsageError(`${where}: ${what}`)
  let value: Record<string, unknown>
  try {
    value = JSON.parse(line) as Record<string, unknown>
  } catch {
    throw wrong('expected a JSON object, as hawser connect --record writes them')
  }
  const { t, event, type, data, encoding } = value ?? {}
  if (typeof t !== 'number' || !(t >= 0)) throw wrong('expected "t", a time in milliseconds')
  switch (event) {
    case 'open':
      return { t, event, url: textOf(value['url']), subprotocols: stringsOf(value['subprotocols']), subprotocol: textOf(value['subprotocol']) }
    case 'sent':
    case 'received':
      if (typeof data !== 'string' || (type !== 'text' && (type !== 'binary' || encoding !== 'base64'))) {
        throw wrong('expected "type" and "data", and for binary "encoding": "base64"')
      }
      return { t, event, message: type === 'text' ? data : new Uint8Array(Buffer.from(data, 'base64')) }
    case 'close':
      return { t, event, code: Number(value['code']), reason: textOf(value['reason']), initiator: initiatorOf(value['initiator']) }
    default:
      throw wrong(`unknown event ${JSON.stringify(event)} (known: open, sent, received, close)`)
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function initiatorOf(value: unknown): CloseInfo['initiator'] {
  return value === 'local' || value === 'remote' ? value : 'network'
}
