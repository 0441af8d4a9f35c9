import type { End } from './case.ts'
import { rules } from './rules.ts'
import type { Rule } from './rules.ts'
import { closeCodeOf, mayGoOnWire, opcodes } from './wire.ts'
import type { WireFrame } from './wire.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What the rules for one frame depend on. */
export interface FrameContext {
  readonly end: End
  /** permessage-deflate is, or may be, agreed: RSV1 may begin a message. */
  readonly mayCompress: boolean
  /** The peer has sent its Close frame before this one. */
  readonly afterClose: boolean
}

/** The rules that one frame breaks. */
export function brokenByFrame(frame: WireFrame, { end, mayCompress, afterClose }: FrameContext): Rule[] {
  const broken: Rule[] = []
  const isControl = frame.opcode >= opcodes.close
  if (frame.masked !== (end === 'client')) broken.push(rules.masked)
  if ((frame.rsv & 3) !== 0) broken.push(rules.reserved)
  if ((frame.rsv & 4) !== 0 && (isControl || frame.opcode === opcodes.continuation || !mayCompress)) broken.push(rules.rsv1)
  if (!frame.minimal) broken.push(rules.minimal)
  if (isControl && !frame.fin) broken.push(rules.final)
  if (isControl && frame.payload.length > 125) broken.push(rules.controlLength)
  if (afterClose && !isControl) broken.push(rules.afterClose)
  if (frame.opcode !== opcodes.close) return broken
  const code = closeCodeOf(frame.payload)
  if (code === 'malformed') broken.push(rules.closePayload)
  else if (code !== 'none' && !mayGoOnWire(code)) broken.push(rules.closeCode)
  if (!isUtf8(frame.payload.subarray(2))) broken.push(rules.closeReason)
  return broken
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}
