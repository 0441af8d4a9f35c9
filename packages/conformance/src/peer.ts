import { closeCodeOf, describeFrame, opcodes, parseFrame, serializeFrame } from './wire.ts'
import type { WireFrame } from './wire.ts'
import { toBytes } from './bytes.ts'
import type { BytesContext } from './bytes.ts'
import type { FrameSpec, Split } from './specs.ts'
import { deadlineIn } from './deadline.ts'
import type { DeflateContext } from './deflate.ts'
import type { Link } from './link.ts'
import { Unmet } from './result.ts'
import { generalCauses } from './root-causes.ts'

/** What a peer does after the opening handshake, as far as a case looks at it. */
export type PeerEvent =
  | { readonly type: 'message'; readonly opcode: number; readonly payload: Uint8Array; readonly compressed: boolean }
  /** `unsolicited`: every Ping of the suite has its Pong already. */
  | { readonly type: 'pong'; readonly payload: Uint8Array; readonly unsolicited: boolean }
  | { readonly type: 'close'; readonly code: number | 'none' | 'malformed'; readonly reason: Uint8Array }
  | { readonly type: 'ended' | 'reset' | 'timeout' }

export type OnFrame = (frame: WireFrame, afterClose: boolean) => void

/** Frames in a row that are control frames or empty fragments, and messages that nothing asked for. The suite sends 1,000 Pings at most. */
const mostUnasked = 10_000
/** Frames of one message: sixteen times those of the longest message that the suite sends in fragments. */
const mostFragments = 1 << 20

/** The suite's half of an open connection: frames out as a row says, events in. It answers every Ping. */
export class Peer {
  readonly link: Link
  /** Set once permessage-deflate is agreed. */
  inflater: DeflateContext | undefined
  /** Called with every frame that arrives, before it is judged; `afterClose` tells whether the peer's Close frame came earlier. */
  onFrame: OnFrame | undefined
  sentClose = false
  /** The code of the peer's first Close frame; undefined until it comes. */
  closeCode: number | 'none' | 'malformed' | undefined
  /** The longest message that the suite sent, as it went over the wire. Bytes. */
  longestSent = 0
  #sending = 0
  #masks: boolean
  #context: BytesContext
  /** Payloads of the Pings that have no answer yet. */
  #pings: Buffer[] = []
  /** Messages that the peer has to echo, fewer than 0 when it sent others. */
  echoesDue = 0
  #held: PeerEvent[] = []
  #idleFrames = 0
  #message: { opcode: number; compressed: boolean; parts: Uint8Array[]; length: number } | undefined

  constructor(link: Link, masks: boolean, context: BytesContext) {
    this.link = link
    this.#masks = masks
    this.#context = context
    // A message within the declared limit comes back whole, and may wait beside the next.
    link.mostUnread = Math.max(link.mostUnread, 4 * context.maxMessage)
  }

  serialize(frames: readonly FrameSpec[]): Buffer {
    const parts: Uint8Array[] = []
    for (const spec of frames) {
      const mask = spec.mask ?? this.#masks
      const maskingKey = mask === false ? undefined : mask === true ? this.#context.random.bytes(4) : Buffer.from(mask, 'hex')
      const payload = toBytes(spec.payload, this.#context)
      const frame = { fin: spec.fin ?? true, rsv: spec.rsv ?? 0, opcode: spec.opcode, maskingKey, payload }
      this.link.exchange.add('suite', 'decoded', describeFrame(frame) + (spec.lengthHex === undefined ? '' : `, length field 0x${spec.lengthHex}`))
      parts.push(
        serializeFrame({
          ...frame,
          ...(spec.lengthForm === undefined ? {} : { lengthForm: spec.lengthForm }),
          ...(spec.lengthHex === undefined ? {} : { declaredLength: BigInt(`0x${spec.lengthHex}`) }),
        }),
      )
      if (spec.opcode < opcodes.close) this.#countMessage(spec, payload.length)
      if (spec.opcode === opcodes.close) this.sentClose = true
      if (spec.opcode === opcodes.ping) this.#pings.push(payload)
    }
    return Buffer.concat(parts)
  }

  /** A message or a Ping as it is, in fragments of so many bytes. */
  sendMessage(opcode: number, payload: Buffer, rsv: number, fragment: number): void {
    const parts: Uint8Array[] = []
    for (let from = 0; from === 0 || from < payload.length; from += Math.max(1, fragment)) {
      const fin = from + fragment >= payload.length
      const maskingKey = this.#masks ? this.#context.random.bytes(4) : undefined
      const part = payload.subarray(from, from + fragment)
      parts.push(serializeFrame({ fin, rsv: from === 0 ? rsv : 0, opcode: from === 0 ? opcode : opcodes.continuation, maskingKey, payload: part }))
    }
    if (opcode === opcodes.ping) this.#pings.push(payload)
    else {
      this.longestSent = Math.max(this.longestSent, payload.length)
      this.echoesDue++
    }
    const frames = parts.length === 1 ? '' : `, ${parts.length} frames`
    this.link.exchange.add('suite', 'decoded', `${describeFrame({ opcode, fin: true, rsv, payload })}${frames}`)
    void this.link.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts))
  }

  #countMessage({ opcode, fin }: FrameSpec, length: number): void {
    this.#sending = length + (opcode === opcodes.continuation ? this.#sending : 0)
    this.longestSent = Math.max(this.longestSent, this.#sending)
    if (fin === false) return
    this.#sending = 0
    this.echoesDue++
  }

  async send(frames: readonly FrameSpec[], split?: Split): Promise<void> {
    await this.link.write(this.serialize(frames), split)
  }

  /** One frame as it is, or why there is none. */
  async frame(ms: number): Promise<WireFrame | 'ended' | 'reset' | 'timeout'> {
    const found = await this.link.until(() => parseFrame(this.link.unread) ?? (this.link.state === 'open' ? undefined : this.link.state), ms)
    if (found === undefined) return 'timeout'
    if (found === 'ended' || found === 'reset') return found
    if (typeof found === 'string') throw new Unmet(`the peer sent ${found}`, undefined, generalCauses.broken)
    this.link.consume(found.byteLength)
    if (!this.link.exchange.isFull) this.link.exchange.add('peer', 'decoded', describeFrame(found))
    this.onFrame?.(found, this.receivedClose)
    const isIdle = found.opcode >= opcodes.close || (!found.fin && found.payload.length === 0)
    this.#idleFrames = isIdle ? this.#idleFrames + 1 : 0
    if (this.#idleFrames > mostUnasked) throw endless(`more than ${mostUnasked} control frames or empty fragments in a row`)
    if (found.opcode === opcodes.close) this.closeCode ??= closeCodeOf(found.payload)
    if (found.opcode === opcodes.ping && !this.sentClose)
      await this.send([{ opcode: opcodes.pong, payload: { hex: Buffer.from(found.payload).toString('hex') } }])
    return found
  }

  /** Shows {@link onFrame} the frames that no expectation read. */
  showRest(): void {
    for (let count = 0; count < mostUnasked; count++) {
      const found = parseFrame(this.link.unread)
      if (typeof found !== 'object') return
      this.link.consume(found.byteLength)
      this.onFrame?.(found, this.receivedClose)
      if (found.opcode === opcodes.close) this.closeCode ??= closeCodeOf(found.payload)
    }
  }

  get receivedClose(): boolean {
    return this.closeCode !== undefined
  }

  /** Events that `next` gives again, before others. */
  putBack(events: readonly PeerEvent[]): void {
    this.#held.push(...events)
  }

  async next(ms: number): Promise<PeerEvent> {
    const held = this.#held.shift()
    if (held !== undefined) return held
    const left = deadlineIn(ms)
    for (;;) {
      const frame = await this.frame(left())
      if (typeof frame === 'string') return { type: frame }
      const event = this.#take(frame)
      if (event !== undefined) return event
    }
  }

  #take(frame: WireFrame): PeerEvent | undefined {
    switch (frame.opcode) {
      case opcodes.ping:
        return undefined
      case opcodes.pong: {
        // An endpoint may answer only the last of several Pings (RFC 6455 section 5.5.3).
        const answered = this.#pings.findIndex((payload) => payload.equals(frame.payload))
        this.#pings.splice(0, answered + 1)
        return { type: 'pong', payload: frame.payload, unsolicited: answered < 0 }
      }
      case opcodes.close:
        return closeEvent(frame)
      case opcodes.text:
      case opcodes.binary:
        if (this.#message !== undefined) throw new Unmet('the peer began a message inside another', undefined, generalCauses.broken)
        this.#message = { opcode: frame.opcode, compressed: (frame.rsv & 4) !== 0, parts: [frame.payload], length: frame.payload.length }
        break
      case opcodes.continuation:
        if (this.#message === undefined) throw new Unmet('the peer sent a continuation frame of no message', undefined, generalCauses.broken)
        this.#message.parts.push(frame.payload)
        this.#message.length += frame.payload.length
        if (this.#message.parts.length > mostFragments) throw endless(`a message of more than ${mostFragments} frames`)
        if (this.#message.length > this.link.mostUnread) throw endless(`a message of more than ${this.link.mostUnread} bytes`)
        break
      default:
        throw new Unmet(`the peer sent a frame with the reserved opcode 0x${frame.opcode.toString(16)}`, undefined, generalCauses.broken)
    }
    if (!frame.fin) return undefined
    const { opcode, compressed, parts } = this.#message
    this.echoesDue--
    if (this.echoesDue < -mostUnasked) throw endless(`more than ${mostUnasked} messages that nothing asked for`)
    this.#message = undefined
    const payload = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    if (!compressed) return { type: 'message', opcode, payload, compressed }
    if (this.inflater === undefined) throw new Unmet('the peer set RSV1 although no extension is agreed', undefined, generalCauses.compressed)
    try {
      return { type: 'message', opcode, payload: this.inflater.inflate(payload, this.link.mostUnread), compressed }
    } catch (error) {
      throw new Unmet(
        `the peer's compressed message does not decompress within the agreed parameters: ${(error as Error).message}`,
        undefined,
        generalCauses.compressed,
      )
    }
  }
}

function endless(what: string): Unmet {
  return new Unmet(`the peer sent ${what}`, undefined, generalCauses.broken)
}

export function closeEvent({ payload }: WireFrame): PeerEvent {
  return { type: 'close', code: closeCodeOf(payload), reason: payload.subarray(2) }
}
