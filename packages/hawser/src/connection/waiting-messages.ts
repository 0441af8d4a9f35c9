import type { PreparedFrame } from '../core/protocol/prepared-frame.ts'
import type { SharedMessage } from '../core/protocol/shared-message.ts'
import { messageOverhead } from './message-queue.ts'
import { Queue } from './queue.ts'
import type { SendOptions } from './socket.ts'

/**
 * A message that no extension of this connection has encoded, or that was encoded without its context: dropping it breaks no compression (RFC 7692
 * section 7.2.3.2), and no fragmented message.
 */
export type WholeMessage = string | Uint8Array | PreparedFrame | SharedMessage

/** A message that waits. */
export interface WaitingMessage {
  data: WholeMessage
  options: SendOptions | undefined
  /** Its bytes, without overhead. */
  size: number
  readonly key: string | number | undefined
  /** How many entries were queued before it. */
  readonly place: number
}

interface Turn {
  readonly begin: () => void
  readonly place: number
}

/** Messages of one connection that have not begun to leave, and between them the turns of streamed messages and of the Close frame. */
export class WaitingMessages {
  /** Bytes of the messages. */
  bytes = 0
  /** The same with the overhead of each entry. */
  heldBytes = 0
  readonly #messages = new Queue<WaitingMessage>()
  #turns: Queue<Turn> | undefined
  #byKey: Map<string | number, WaitingMessage> | undefined
  #places = 0

  get isEmpty(): boolean {
    return this.#messages.length === 0 && (this.#turns === undefined || this.#turns.length === 0)
  }

  /** @param key where a later message with the same one may replace it */
  push(data: WholeMessage, size: number, options: SendOptions | undefined, key: string | number | undefined): void {
    const message = { data, options, size, key, place: this.#places++ }
    this.#messages.push(message)
    this.#count(size, overheadOf(key))
    if (key !== undefined) (this.#byKey ??= new Map()).set(key, message)
  }

  /** Puts a message into the place of the one that waits with the same key. */
  replace(key: string | number, data: WholeMessage, size: number, options: SendOptions | undefined): void {
    const message = this.#byKey?.get(key)
    if (message === undefined) return
    this.#count(size - message.size, 0)
    message.data = data
    message.size = size
    message.options = options
  }

  /** The size of the message that waits with this key; undefined where there is none. */
  sizeOf(key: string | number): number | undefined {
    return this.#byKey?.get(key)?.size
  }

  /** Calls `begin` after all messages so far. */
  pushTurn(begin: () => void): void {
    ;(this.#turns ??= new Queue()).push({ begin, place: this.#places++ })
    this.#count(0, messageOverhead)
  }

  /** @returns the size of the oldest message, which is dropped; undefined where none waits */
  dropOldest(): number | undefined {
    return this.#takeMessage()?.size
  }

  /** The oldest message, or the callback of the oldest turn. */
  shift(): WaitingMessage | (() => void) | undefined {
    const turn = this.#turns?.first
    const message = this.#messages.first
    if (turn === undefined || (message !== undefined && message.place < turn.place)) return this.#takeMessage()
    this.#turns?.shift()
    this.#count(0, -messageOverhead)
    return turn.begin
  }

  #takeMessage(): WaitingMessage | undefined {
    const message = this.#messages.shift()
    if (message === undefined) return undefined
    const { key, size } = message
    this.#count(-size, -overheadOf(key))
    if (key !== undefined && this.#byKey?.get(key) === message) this.#byKey.delete(key)
    return message
  }

  #count(bytes: number, overhead: number): void {
    this.bytes += bytes
    this.heldBytes += bytes + overhead
  }
}

/** Bytes charged for a waiting message beside its content; one with a key is found through a map. */
export function overheadOf(key: string | number | undefined): number {
  return key === undefined ? messageOverhead : 2 * messageOverhead
}
