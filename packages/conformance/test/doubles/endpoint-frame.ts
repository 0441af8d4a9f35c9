/** What is not usual about a frame. */
export interface FrameShape {
  readonly rsv?: number
  readonly fin?: boolean
}

/** The endpoint that sends a frame: whether it masks, and how many frames it sent with this one. */
export interface FrameSender {
  readonly masks: boolean
  readonly count: number
  readonly m: (name: string) => boolean
}

export function serializeFrame(opcode: number, payload: Buffer, more: FrameShape, { masks, count, m }: FrameSender): Buffer {
  const long = m('length-never-shortest') || (m('close-length-long') && opcode === 8)
  let isMasked = masks
  const form = long ? 64 : payload.length < 126 ? 7 : payload.length < 65536 ? 16 : 64
  if (m('masks-wrongly') || (m('mask-missing-sometimes') && count % 10 === 9) || (m('mask-missing-once-in-100') && count % 100 === 99))
    isMasked = !isMasked
  if (m('masks-control-wrongly') && opcode >= 8) isMasked = !isMasked
  const head = Buffer.alloc(2 + (form === 7 ? 0 : form === 16 ? 2 : 8))
  const notFinal = more.fin === false || (m('pong-not-final') && opcode === 10) || (m('close-not-final') && opcode === 8)
  const rsv = m('sends-reserved-bits')
    ? 1
    : m('rsv2-on-long-frames') && payload.length > 1000
      ? 2
      : m('rsv1-on-continuations') && opcode === 0
        ? 4
        : (more.rsv ?? 0)
  head[0] = (notFinal ? 0 : 0x80) | (rsv << 4) | opcode
  head[1] = (isMasked ? 0x80 : 0) | (form === 7 ? payload.length : form === 16 ? 126 : 127)
  if (form === 16) head.writeUInt16BE(payload.length, 2)
  if (form === 64) head.writeBigUInt64BE(BigInt(payload.length), 2)
  const body = Buffer.from(payload)
  const key = Buffer.from(
    m('masking-key-zero')
      ? [0, 0, 0, 0]
      : m('masking-key-constant')
        ? [1, 2, 3, 4]
        : Array.from({ length: 4 }, () => Math.floor(Math.random() * 256)),
  )
  if (isMasked) for (let index = 0; index < body.length; index++) body[index] = body[index]! ^ key[index & 3]!
  return Buffer.concat(isMasked ? [head, key, body] : [head, body])
}

/** In place. @param phase where in the key it begins @param wordsOnly leaves the bytes after the last whole word */
export function unmask(payload: Buffer, key: Buffer, phase: number, wordsOnly: boolean): void {
  const end = wordsOnly ? payload.length & ~3 : payload.length
  for (let index = 0; index < end; index++) payload[index] = payload[index]! ^ key[(index + phase) & 3]!
}

/** The payload of the answer to a Ping. */
export function pongOf(payload: Buffer, m: (name: string) => boolean): Buffer {
  if (m('pong-empty')) return Buffer.alloc(0)
  if (m('pong-cut-at-100')) return payload.subarray(0, 100)
  return m('pong-changed') ? Buffer.from([...payload, 0x21].slice(0, 125)) : payload
}

/** A payload as a whole, or in the fragments that a legal switch asks for. */
export function piecesOf(payload: Buffer, m: (name: string) => boolean): Buffer[] {
  const hasEmptyEnds = m('legal-fragments-empty')
  if (!m('legal-fragments-of-1') && !m('legal-fragments-with-pings') && !hasEmptyEnds) return [payload]
  const size = payload.length > 2000 ? 4096 : m('legal-fragments-of-1') ? 1 : 7
  const pieces: Buffer[] = hasEmptyEnds ? [Buffer.alloc(0)] : []
  for (let at = 0; at < payload.length; at += size) pieces.push(payload.subarray(at, at + size))
  if (hasEmptyEnds || pieces.length === 0) pieces.push(Buffer.alloc(0))
  return pieces
}
