import type { ObservedFrame } from '../connection/observer.ts'
import type { AgreedExtension } from '../connection/socket.ts'
import type { DeflateCodec, Inflater } from '../core/extensions/permessage-deflate/deflate-codec.ts'
import type { InflatedReport } from './report.ts'

const maxStreams = 16

/**
 * Decompresses the messages in one direction of a connection for the page. With context takeover a message refers to those before it, so each is
 * decompressed although few are shown; after one that is not, later ones cannot be.
 */
export class MessageInflation {
  readonly #inflater: Inflater
  readonly #contextTakeover: boolean
  readonly #limits: { readonly inflated: number; readonly payload: number }
  #pieces: Uint8Array[] = []
  #bytes = 0
  #isCompressed = false
  /** Why messages can no longer be decompressed. */
  #lost: string | undefined
  /** The same for this message. */
  #problem: string | undefined

  constructor(codec: DeflateCodec, windowBits: number, contextTakeover: boolean, limits: { readonly inflated: number; readonly payload: number }) {
    this.#inflater = codec.inflater({ windowBits, contextTakeover })
    this.#contextTakeover = contextTakeover
    this.#limits = limits
  }

  /** Takes each data frame. @returns the message at its last frame, if it is compressed */
  frame({ opcode, fin, rsv1, payload, payloadLength }: ObservedFrame): InflatedReport | undefined {
    if (opcode !== 0) {
      this.#isCompressed = rsv1
      this.#clear()
    }
    if (!this.#isCompressed) return undefined
    this.#bytes += payload.length
    if (payload.length < payloadLength || this.#bytes > this.#limits.inflated) {
      this.#problem = `its compressed payload has more than ${this.#limits.inflated} bytes`
      this.#pieces = []
    } else if (this.#lost === undefined && this.#problem === undefined) this.#pieces.push(payload)
    if (!fin) return undefined
    this.#isCompressed = false
    const result = this.#message()
    this.#clear()
    return result
  }

  /** A frame was not seen. */
  missed(): void {
    this.#lose('frames before it were not observed')
    this.#problem = 'a frame of it was not observed'
  }

  dispose(): void {
    this.#inflater.dispose()
  }

  #clear(): void {
    this.#pieces = []
    this.#bytes = 0
    this.#problem = undefined
  }

  #message(): InflatedReport {
    const problem = this.#problem ?? this.#lost
    if (problem !== undefined) {
      this.#lose('it refers to a message that was not decompressed')
      return { data: '', length: null, problem }
    }
    try {
      const limits = { output: this.#limits.inflated, streams: maxStreams }
      const whole = this.#inflater.inflate(Buffer.concat(this.#pieces), limits, () => undefined)
      if (whole !== undefined) {
        return { data: Buffer.from(whole.subarray(0, this.#limits.payload)).toString('base64'), length: whole.length, problem: '' }
      }
    } catch (error) {
      this.#inflater.dispose()
      return this.#failed(`it cannot be decompressed (${(error as Error).message})`)
    }
    // The codec would go on later: it has worked enough for this turn of the event loop.
    return this.#failed('too much was decompressed at once')
  }

  #failed(problem: string): InflatedReport {
    this.#lost = `${problem}, or an earlier message was not`
    return { data: '', length: null, problem }
  }

  #lose(reason: string): void {
    if (this.#contextTakeover) this.#lost ??= reason
  }
}

/** The two directions, from an end that has agreed on permessage-deflate; undefined without it. */
export function openInflations(
  codec: DeflateCodec,
  role: 'client' | 'server',
  extensions: readonly AgreedExtension[],
  limits: { readonly inflated: number; readonly payload: number },
): { readonly sent: MessageInflation; readonly received: MessageInflation } | undefined {
  const agreed = extensions.find(({ name }) => name === 'permessage-deflate')
  // Another extension may have changed the payload too.
  if (agreed === undefined || extensions.length > 1) return undefined
  const of = (sender: 'client' | 'server'): MessageInflation => {
    const bits = agreed.parameters.find(([name]) => name === `${sender}_max_window_bits`)?.[1]
    const takeover = !agreed.parameters.some(([name]) => name === `${sender}_no_context_takeover`)
    return new MessageInflation(codec, typeof bits === 'string' ? Number(bits) : 15, takeover, limits)
  }
  return role === 'server' ? { sent: of('server'), received: of('client') } : { sent: of('client'), received: of('server') }
}
