/** What the head of a frame says, before its masking key. */
export interface FrameHeader {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly control: boolean
  readonly known: boolean
  readonly masked: boolean
  readonly length: number
  /** Where the masking key or the payload begins. */
  readonly offset: number
  /** What only a late check finds, or 0: the code to fail with once the payload is there. */
  readonly lateFault: number
}

/** What the check of a header needs of its connection. */
export interface HeaderContext {
  readonly m: (name: string) => boolean
  readonly mustMask: boolean
  readonly deflate: boolean
  readonly maxMessage: number
  /** Messages so far. */
  readonly received: number
  /** Bytes of the message in progress. */
  readonly soFar: number
}

/** @returns the header, the close code to fail with, or undefined while it is incomplete */
export function readHeader(buffer: Buffer, { m, mustMask, deflate, maxMessage, received, soFar }: HeaderContext): FrameHeader | number | undefined {
  if (buffer.length < 2) return undefined
  const fin = (buffer[0]! & 0x80) !== 0
  const rsv = (buffer[0]! >> 4) & 7
  const opcode = buffer[0]! & 15
  const control = opcode >= 8
  const masked = (buffer[1]! & 0x80) !== 0
  const short = buffer[1]! & 0x7f
  const form = short < 126 ? 7 : short === 126 ? 16 : 64

  const rsv1Good =
    deflate && (opcode === 1 || opcode === 2 || (opcode === 0 && m('rsv1-on-continuation-accepted')) || (control && m('rsv1-on-control-accepted')))
  const bad = rsv & ~(rsv1Good ? 4 : 0)
  const rsvIgnored =
    m('rsv-ignored') ||
    (m('rsv1-ignored') && bad === 4) ||
    (m('rsv-ignored-on-control') && control) ||
    (m('rsv2-rsv3-ignored') && (bad & 4) === 0) ||
    (m('rsv3-ignored-when-empty') && bad === 1 && !control && short === 0)
  if (bad !== 0 && !rsvIgnored) return 1002

  const known = opcode <= 2 || (opcode >= 8 && opcode <= 10)
  const opcodeIgnored = (m('opcode-data-ignored') && opcode > 2 && opcode < 8) || (m('opcode-control-ignored') && opcode > 10)
  if (!known && !opcodeIgnored && !m('opcode-checked-late')) return 1002
  const maskIgnored =
    m('mask-bit-unchecked') || (m('mask-bit-unchecked-on-control') && control) || (m('mask-bit-unchecked-after-100') && received > 100)
  if (masked !== mustMask && !maskIgnored && !m('mask-bit-checked-late')) return 1002
  if (control && known && !m('control-limits-unchecked')) {
    const emptyAccepted = m('control-fragmented-empty-accepted') && short === 0
    if (!fin && !m('control-fragmented-accepted') && !emptyAccepted) return 1002
    if (form !== 7 && !m('control-too-long-accepted') && !m('control-length-checked-late')) return 1002
  }
  if (m('length-125-refused') && short === 125) return 1002
  const offset = form === 7 ? 2 : form === 16 ? 4 : 10
  if (buffer.length < offset) return undefined
  const length = lengthOf(buffer, form, m)
  if (length < 0) return 1002
  if (m('length-long-form-refused') && ((form === 16 && length < 126) || (form === 64 && length < 65536))) return 1002
  const before = m('limit-per-frame') || opcode !== 0 ? 0 : soFar
  const limit = m('limit-off-by-one') ? maxMessage - 1 : m('limit-too-small') ? 150_000 : maxMessage
  const tooLong = !control && before + length > limit && !m('limit-off')
  if (tooLong && !m('limit-checked-late')) return 1009
  const isLate =
    (masked !== mustMask && m('mask-bit-checked-late')) || (control && form !== 7 && m('control-length-checked-late')) || (!known && !opcodeIgnored)
  return { fin, rsv, opcode, control, known, masked, length, offset, lateFault: tooLong ? 1009 : isLate ? 1002 : 0 }
}

/** @returns a negative number for a length that is none */
function lengthOf(buffer: Buffer, form: 7 | 16 | 64, m: (name: string) => boolean): number {
  if (form === 7) return buffer[1]! & 0x7f
  if (form === 16)
    return m('length-16-little-endian') ? buffer.readUInt16LE(2) : m('length-16-signed') ? buffer.readInt16BE(2) : buffer.readUInt16BE(2)
  let long = buffer.readBigUInt64BE(2)
  if (long >> 63n === 1n) {
    if (!m('length-sign-bit-ignored')) return -1
    long &= 0x7fffffffn
  }
  if (m('length-64-as-32') && long > 0xffffn) long &= 0xffffn
  return long > 0x7fffffffn ? 0x7fffffff : Number(long)
}
