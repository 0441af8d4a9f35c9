/** The messages that the generator sends. */
import { clientFrame, deflate, payload, serverFrame } from './frames.ts'
import type { PayloadKind } from './frames.ts'

export interface Work {
  readonly kind: PayloadKind
  readonly size: number
  readonly inFlight: number
  readonly deflate: boolean
}

export interface Batch {
  readonly bytes: Buffer
  readonly payloads: readonly Buffer[]
}

/** Messages that differ, so that a compressor's window does not contain the same message again. */
export function batches(work: Work): Batch[] {
  const count = Math.max(1, Math.min(32, Math.floor((4 << 20) / (work.size * work.inFlight))))
  const opcode = work.kind === 'binary' ? 2 : 1
  return Array.from({ length: count }, (_, i) => {
    const payloads = Array.from({ length: work.inFlight }, (_, j) => payload(work.kind, work.size, i * work.inFlight + j))
    const frames = payloads.map((data, j) => clientFrame(work.deflate ? deflate(data) : data, opcode, work.deflate, i + j))
    return { bytes: Buffer.concat(frames), payloads }
  })
}

/** The bytes of the answer to an uncompressed batch: the floor returns the masked frames it received. */
export function replyBytes(work: Work, floor: boolean): number {
  const frame = floor ? clientFrame(Buffer.alloc(work.size), 1, false, 0) : serverFrame(Buffer.alloc(work.size), 1, false)
  return frame.length * work.inFlight
}
