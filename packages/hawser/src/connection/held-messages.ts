import { compact, messageOverhead } from './message-queue.ts'
import { Queue } from './queue.ts'

interface HeldMessage {
  readonly data: string | Uint8Array
  /** Without overhead. */
  readonly size: number
}

/** Messages that were neither decoded nor delivered, in order, counted in bytes with their overhead so that reading can stop in time. */
export class HeldMessages {
  bytes = 0
  readonly #messages = new Queue<HeldMessage>()

  push(data: string | Uint8Array, size: number): void {
    this.#messages.push({ data: compact(data) as string | Uint8Array, size })
    this.bytes += size + messageOverhead
  }

  /** The oldest; undefined where none is left. */
  shift(): HeldMessage | undefined {
    const oldest = this.#messages.shift()
    if (oldest !== undefined) this.bytes -= oldest.size + messageOverhead
    return oldest
  }
}
