/** The file of `hawser connect --record` and `hawser replay`: one JSON object per line. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { MAX_REASON_BYTES } from '../core/protocol/close-code.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import { UsageError } from './command.ts'
import { bytesToText, isBase64 } from './payload.ts'
import { jsonLine } from './terminal.ts'

/** `t` is in milliseconds since the connection opened. */
export type RecordedEvent =
  | { readonly t: number; readonly event: 'open'; readonly url: string; readonly subprotocols: readonly string[]; readonly subprotocol: string }
  | { readonly t: number; readonly event: 'sent' | 'received'; readonly message: string | Uint8Array }
  | { readonly t: number; readonly event: 'close'; readonly code: number; readonly reason: string; readonly initiator: CloseInfo['initiator'] }

/** The longest timer of Node. */
const longestMs = 0x7fff_ffff

/** Writes each event at once, so that a session that is killed is recorded up to its end. Fields of the handshake, which may hold credentials, are left out. */
export class Recorder {
  readonly #descriptor: number
  #openedAt: number = performance.now()
  #isFull = false
  /** Called once when nothing more can be written, for example because the disk is full. What was written stays. */
  failed: (why: string) => void = () => {}

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
    if (this.#isFull) return
    try {
      writeSync(this.#descriptor, jsonLine({ t: Math.round((performance.now() - this.#openedAt) * 10) / 10, ...event }))
    } catch (error) {
      this.#isFull = true
      this.failed(error instanceof Error ? error.message : String(error))
    }
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
  if (typeof t !== 'number' || !(t >= 0 && t <= longestMs)) throw wrong(`expected "t", a time in milliseconds, at most ${longestMs}`)
  switch (event) {
    case 'open':
      return { t, event, url: textOf(value['url']), subprotocols: stringsOf(value['subprotocols']), subprotocol: textOf(value['subprotocol']) }
    case 'sent':
    case 'received':
      if (typeof data !== 'string' || (type !== 'text' && (type !== 'binary' || encoding !== 'base64'))) {
        throw wrong('expected "type" and "data", and for binary "encoding": "base64"')
      }
      // What was recorded is sent, or nothing: an encoder would replace a lone surrogate, and a decoder skip what is no base64
      if (type === 'text' && /\p{Cs}/u.test(data)) throw wrong('"data" has a lone surrogate, which no text message can carry (RFC 6455 section 5.6)')
      if (type === 'binary' && !isBase64(data)) throw wrong('"data" is not base64')
      return { t, event, message: type === 'text' ? data : new Uint8Array(Buffer.from(data, 'base64')) }
    case 'close':
      return { t, event, code: Number(value['code']), reason: closeReason(value['reason'], wrong), initiator: initiatorOf(value['initiator']) }
    default:
      throw wrong(`unknown event ${JSON.stringify(event)} (known: open, sent, received, close)`)
  }
}

function closeReason(value: unknown, wrong: (what: string) => UsageError): string {
  const reason = textOf(value)
  if (Buffer.byteLength(reason) > MAX_REASON_BYTES) throw wrong(`"reason" has more than ${MAX_REASON_BYTES} bytes of UTF-8 (RFC 6455 section 5.5)`)
  return reason
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
