import { checkObject } from '../../core/option-names.ts'
import { countUtf8 } from '../../core/protocol/frame-serializer.ts'
import { checkInteger } from '../../connection/option-checks.ts'
import type { SendOptions } from '../../connection/socket.ts'
import type { QueueOptions, UnsentReason } from './options.ts'

/** A message that waits for a connection. */
export interface WaitingMessage {
  readonly message: unknown
  readonly options: SendOptions | undefined
  /** The subprotocol whose codec took it; undefined where none was known yet. */
  readonly subprotocol: string | undefined
  readonly bytes: number
  readonly at: number
}

/** Messages that were sent while there was no connection, in order, within the limits of {@link QueueOptions}. */
export class Outbox {
  readonly #limits: Required<QueueOptions>
  readonly #unsent: (message: unknown, reason: UnsentReason) => void
  #messages: WaitingMessage[] = []
  #bytes = 0
  /** The oldest comes first: true until a message took the place of an older one. */
  #isByAge = true

  /** @throws OptionError naming the option that is wrong */
  constructor(queue: QueueOptions, unsent: (message: unknown, reason: UnsentReason) => void) {
    checkObject('queue', queue, ['messages', 'bytes', 'ageMs'])
    checkInteger('queue.messages', queue.messages, 1)
    checkInteger('queue.bytes', queue.bytes, 1)
    checkInteger('queue.ageMs', queue.ageMs, 1)
    this.#limits = { messages: queue.messages ?? 1000, bytes: queue.bytes ?? 1_048_576, ageMs: queue.ageMs ?? 60_000 }
    this.#unsent = unsent
  }

  get length(): number {
    return this.#messages.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @returns false where the limits leave no room: then it is not taken */
  add(waiting: WaitingMessage): boolean {
    this.#expire(waiting.at)
    const key = waiting.options?.key
    const place = key === undefined ? -1 : this.#messages.findIndex(({ options }) => options?.key === key)
    const replaced = this.#messages[place]
    const bytes = this.#bytes + waiting.bytes - (replaced?.bytes ?? 0)
    if (bytes > this.#limits.bytes || (replaced === undefined && this.#messages.length >= this.#limits.messages)) return false
    this.#bytes = bytes
    if (replaced === undefined) this.#messages.push(waiting)
    else {
      this.#messages[place] = waiting
      this.#isByAge = false
      this.#unsent(replaced.message, 'replaced')
    }
    return true
  }

  /** The oldest that is not too old; it stays until `shift`. */
  first(now: number): WaitingMessage | undefined {
    this.#expire(now)
    return this.#messages[0]
  }

  /** Takes `waiting` out, if it is still the first one. */
  shift(waiting: WaitingMessage): void {
    if (this.#messages[0] !== waiting) return
    this.#messages.shift()
    this.#bytes -= waiting.bytes
  }

  /** Drops all. */
  clear(reason: UnsentReason): void {
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    for (const { message } of messages) this.#unsent(message, reason)
  }

  #expire(now: number): void {
    const isFresh = ({ at }: WaitingMessage): boolean => now - at <= this.#limits.ageMs
    const [first] = this.#messages
    if (first === undefined) this.#isByAge = true
    if (first === undefined || (this.#isByAge && isFresh(first))) return
    const old = this.#messages.filter((waiting) => !isFresh(waiting))
    if (old.length === 0) return
    this.#messages = this.#messages.filter(isFresh)
    for (const { bytes } of old) this.#bytes -= bytes
    for (const { message } of old) this.#unsent(message, 'expired')
  }
}

/** Bytes of a payload. */
export function payloadBytes(data: string | Uint8Array): number {
  return typeof data === 'string' ? countUtf8(data) : data.byteLength
}
