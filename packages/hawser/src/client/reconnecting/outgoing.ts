import { readSubprotocols } from '../../connection/declared-options.ts'
import type { DeclaredSubprotocols } from '../../connection/declared-options.ts'
import { checkSendOptions } from '../../connection/option-checks.ts'
import { encodeMessage } from '../../connection/outgoing-message.ts'
import type { SendOptions, SendResult, AnySocket as Socket } from '../../connection/socket.ts'
import type { QueueOptions, ReconnectingCallback, UnsentReason } from './options.ts'
import { Outbox, payloadBytes } from './outbox.ts'
import type { WaitingMessage } from './outbox.ts'

/** What `send` of a client that reconnects does: sends over the connection, or keeps messages for the next one. */
export class Outgoing {
  readonly #declared: DeclaredSubprotocols
  readonly #outbox: Outbox | undefined
  readonly #now: () => number
  readonly #unsent: (message: unknown, reason: UnsentReason) => void
  readonly #report: (error: unknown, where: ReconnectingCallback) => void
  /** The connection whose `open` handler is done and that has got all that waited. */
  #direct: Socket | undefined
  #subprotocol: string | undefined

  /** @throws OptionError naming the option that is wrong */
  constructor(
    options: { readonly queue?: QueueOptions; readonly subprotocols?: unknown },
    now: () => number,
    unsent: (message: unknown, reason: UnsentReason) => void,
    report: (error: unknown, where: ReconnectingCallback) => void,
  ) {
    this.#declared = readSubprotocols(options.subprotocols)
    this.#outbox = options.queue === undefined ? undefined : new Outbox(options.queue, unsent)
    this.#unsent = unsent
    this.#now = now
    this.#report = report
    // Before the first connection the only subprotocol is known, if there is one.
    this.#subprotocol = this.#declared.names.length > 1 ? undefined : (this.#declared.names[0] ?? '')
  }

  get length(): number {
    return this.#outbox?.length ?? 0
  }

  get bytes(): number {
    return this.#outbox?.bytes ?? 0
  }

  /** @param socket the connection, if there is one */
  send(message: unknown, options: SendOptions | undefined, socket: Socket | undefined): SendResult | 'queued' {
    // Without a queue nothing waits in front of a message.
    if (socket !== undefined && (socket === this.#direct || this.#outbox === undefined)) {
      const result = socket.send(message, options)
      if (result !== 'closed') return result
    }
    if (options !== undefined) checkSendOptions(options)
    // A message that cannot be sent is refused now, and not when nobody awaits it.
    const bytes = payloadBytes(this.#encode(message))
    if (this.#outbox === undefined) return 'closed'
    return this.#outbox.add({ message, options, subprotocol: this.#subprotocol, bytes, at: this.#now() }) ? 'queued' : 'dropped'
  }

  /** For the subprotocol of the last connection; before the first one, for any that may be agreed. */
  #encode(message: unknown): string | Uint8Array {
    const { names, codecs } = this.#declared
    let refusal: unknown
    for (const name of this.#subprotocol === undefined ? names : [this.#subprotocol]) {
      try {
        return encodeMessage(message, codecs.get(name), name)
      } catch (error) {
        refusal ??= error
      }
    }
    throw refusal
  }

  /** The `open` handler of this connection is done: sends what waits, as fast as the peer reads. */
  async restored(socket: Socket): Promise<void> {
    this.#subprotocol = socket.subprotocol
    const outbox = this.#outbox
    // What the `open` handler sent leaves first: what waits is not for a full buffer to drop.
    if (outbox !== undefined && outbox.length > 0 && socket.bufferedAmount > 0) await socket.drained
    let dropped: WaitingMessage | undefined
    for (let waiting = outbox?.first(this.#now()); waiting !== undefined; waiting = outbox?.first(this.#now())) {
      if (socket.readyState !== 'OPEN') return
      const result = this.#sendWaiting(socket, waiting)
      if (result === 'closed') return
      if (result === 'dropped' && waiting !== dropped && socket.bufferedAmount > 0) {
        dropped = waiting
        await socket.drained
        continue
      }
      outbox?.shift(waiting)
      if (result === undefined || result === 'dropped') this.#unsent(waiting.message, 'refused')
      if (result === 'buffered' || result === 'replaced') await socket.drained
    }
    this.#direct = socket
  }

  /** @returns undefined where the message cannot be sent on this connection */
  #sendWaiting(socket: Socket, { message, options, subprotocol }: WaitingMessage): SendResult | undefined {
    if (subprotocol !== undefined && subprotocol !== socket.subprotocol) return undefined
    try {
      return socket.send(message, options)
    } catch (error) {
      this.#report(error, 'unsent')
      return undefined
    }
  }

  /** Nothing will be sent any more. */
  over(): void {
    this.#outbox?.clear('closed')
  }
}
