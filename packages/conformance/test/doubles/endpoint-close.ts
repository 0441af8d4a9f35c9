import { validUtf8 } from './endpoint-text.ts'

const wireCodes = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014])

/** @returns the code with which a Close frame of this payload fails the connection, or 0 */
export function closeFault(payload: Buffer, m: (name: string) => boolean): number {
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined
  if (payload.length === 1 && !m('close-one-byte-accepted')) return 1002
  if (code !== undefined) {
    const usable =
      (wireCodes.has(code) && !(m('close-codes-of-2011-only') && code > 1011)) ||
      (code >= 3000 && code <= 4999 && !m('close-private-codes-refused')) ||
      (m('close-undefined-codes-accepted') && (code === 1004 || code > 1015)) ||
      m('close-codes-unchecked')
    if (!usable) return 1002
    if (m('close-reason-limited-to-100') && payload.length > 102) return 1002
    if (!validUtf8(payload.subarray(2)) && !m('close-reason-unchecked') && !(m('close-reason-checked-to-100') && payload.length > 102)) return 1007
    if (m('close-reason-ascii-only') && payload.subarray(2).some((byte) => byte > 127 || byte === 0)) return 1007
  }
  return 0
}

/** @returns the payload of the Close frame in answer; undefined for no answer */
export function closeAnswer(payload: Buffer, m: (name: string) => boolean): Buffer | undefined {
  const code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined
  const answer = Buffer.alloc(2)
  answer.writeUInt16BE(
    m('close-answered-with-1000') ? 1000 : m('close-answered-with-1001') ? 1001 : (code ?? (m('close-empty-answered-with-1000') ? 1000 : 1005)),
  )
  const empty = code === undefined && !m('close-answered-with-1005') && !m('close-empty-answered-with-1000')
  if (m('legal-close-empty') || m('legal-close-1000') || m('legal-close-1001') || m('legal-close-reason') || m('close-reason-not-utf8')) {
    const reasoned = Buffer.concat([
      Buffer.from([0x03, m('legal-close-1001') ? 0xe9 : 0xe8]),
      m('close-reason-not-utf8') ? Buffer.from([0xff]) : Buffer.from(m('legal-close-reason') ? 'bye €' : ''),
    ])
    return m('legal-close-empty') ? Buffer.alloc(0) : reasoned
  }
  if (m('close-not-answered')) return undefined
  return empty && !m('close-answered-with-1000') && !m('close-answered-with-1001') ? Buffer.alloc(0) : answer
}
