import type { ObservedFrame } from '../connection/observer.ts'
import type { InspectLimits } from './limits.ts'
import type { FrameReport, InflatedReport } from './report.ts'

/** Lets at most `perSecond` through in each second, and as many at once. */
class Sampler {
  readonly #perSecond: number
  #left: number
  #since = 0

  constructor(perSecond: number) {
    this.#perSecond = Math.max(1, perSecond)
    this.#left = this.#perSecond
  }

  take(now: number): boolean {
    if (now - this.#since >= 1000) {
      this.#since = now
      this.#left = this.#perSecond
    }
    if (this.#left === 0) return false
    this.#left--
    return true
  }
}

/** What a frame is part of, which its own header does not say. */
interface Message {
  count: number
  opcode: number
}

/** The last frames of one connection, within the limits. A frame that is not kept is counted. */
export class FrameLog {
  readonly #limits: InspectLimits
  readonly #data: Sampler
  readonly #control: Sampler
  readonly #messages: Readonly<Record<ObservedFrame['direction'], Message>> = {
    sent: { count: 0, opcode: 1 },
    received: { count: 0, opcode: 1 },
  }
  /** The oldest first, from `#first` on: removing from the front of an array costs its length. */
  #frames: FrameReport[] = []
  #first = 0
  #next = 0
  #bytes = 0
  #skippedBefore = 0
  skipped = 0

  constructor(limits: InspectLimits) {
    this.#limits = limits
    this.#data = new Sampler(limits.framesPerSecond)
    this.#control = new Sampler(limits.framesPerSecond / 10)
  }

  get firstFrame(): number {
    return this.#next - (this.#frames.length - this.#first)
  }

  get nextFrame(): number {
    return this.#next
  }

  messagesOf(direction: ObservedFrame['direction']): number {
    return this.#messages[direction].count
  }

  /** @param time milliseconds since 1970 */
  add(frame: ObservedFrame, time: number, inflated: InflatedReport | undefined): void {
    const { opcode, direction } = frame
    const isControl = (opcode & 8) !== 0
    const message = this.#messages[direction]
    if (!isControl && opcode !== 0) {
      message.count++
      message.opcode = opcode
    }
    this.#skip(frame.skipped)
    // A Close frame is the last of its direction.
    const isKept = opcode === 8 || (isControl ? this.#control : this.#data).take(time)
    if (!isKept) {
      this.#skip(1)
      return
    }
    const payload = Buffer.from(frame.payload.subarray(0, this.#limits.payload)).toString('base64')
    this.#frames.push({
      number: this.#next++,
      time,
      direction,
      opcode,
      fin: frame.fin,
      rsv: [frame.rsv1, frame.rsv2, frame.rsv3].flatMap((isSet, index) => (isSet ? [index + 1] : [])),
      maskingKey: frame.maskingKey === undefined ? null : Buffer.from(frame.maskingKey).toString('hex'),
      length: frame.payloadLength,
      payload,
      message: isControl ? null : message.count,
      messageOpcode: isControl ? null : message.opcode,
      inflated: inflated ?? null,
      skipped: this.#skippedBefore,
    })
    this.#skippedBefore = 0
    this.#bytes += sizeOf(this.#frames.at(-1))
    while (this.#next - this.firstFrame > 1 && (this.#next - this.firstFrame > this.#limits.frames || this.#bytes > this.#limits.payloads))
      this.#drop()
  }

  /** @param from the number of the first frame that is asked for */
  since(from: number): readonly FrameReport[] {
    return this.#frames.slice(this.#first + Math.max(0, from - this.firstFrame))
  }

  #skip(count: number): void {
    this.#skippedBefore += count
    this.skipped += count
  }

  #drop(): void {
    this.#bytes -= sizeOf(this.#frames[this.#first])
    this.#first++
    if (this.#first * 2 < this.#frames.length) return
    this.#frames = this.#frames.slice(this.#first)
    this.#first = 0
  }
}

/** Base64 has four characters for three bytes. */
function sizeOf(frame: FrameReport | undefined): number {
  return (((frame?.payload.length ?? 0) + (frame?.inflated?.data.length ?? 0)) * 3) / 4
}
