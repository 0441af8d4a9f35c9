import type { Step } from '../../case.ts'
import type { Bytes, FrameSpec } from '../../specs.ts'

export const plain = 'permessage-deflate'

export const agreed: Extract<Step, { do: 'open' }> = { do: 'open', deflate: plain }

export function packed(
  payload: Bytes,
  more: Partial<FrameSpec> = {},
  deflate: { fresh?: boolean; keepTail?: boolean; level?: number; windowBits?: number } = {},
): FrameSpec {
  return { opcode: 1, rsv: 4, payload: { deflate: payload, ...deflate }, ...more }
}

export function raw(hex: string, more: Partial<FrameSpec> = {}): FrameSpec {
  return { opcode: 1, rsv: 4, payload: { hex }, ...more }
}

export const json: string = JSON.stringify({ user: 'anna', text: 'the same thing again and again', tags: ['a', 'b'], at: 1234567890 })
