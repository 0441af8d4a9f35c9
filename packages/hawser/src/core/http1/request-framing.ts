import { quote } from '../handshake/field-values.ts'
import { refuseAndClose } from '../handshake/refusals.ts'
import type { Fields } from '../handshake/fields.ts'
import type { Refusal } from '../handshake/refusals.ts'

/**
 * An opening handshake has no content (RFC 9931): frames follow it, and bytes that an intermediary takes for content could be a
 * smuggled request (RFC 9112 section 11.2). @returns undefined where there is none
 */
export function refuseContent(fields: Fields): Refusal | undefined {
  const lengths = fields.values('content-length')
  const encodings = fields.values('transfer-encoding')
  if (encodings.length > 0) {
    if (lengths.length > 0) return refuseAndClose('H9.both', 'the request has both Transfer-Encoding and Content-Length')
    const last = encodings.at(-1)!.split(',').at(-1)!.trim().toLowerCase()
    if (last !== 'chunked') return refuseAndClose('H9.encoding', `Transfer-Encoding ${quote(encodings.join(', '))} does not end in chunked`)
    return refuseAndClose('H12', 'the request has content (Transfer-Encoding)')
  }
  const length = lengths[0]
  if (length === undefined) return undefined
  if (lengths.length > 1) return refuseAndClose('H9.length', 'Content-Length appears more than once')
  if (!/^[0-9]+$/.test(length)) return refuseAndClose('H9.length', `Content-Length ${quote(length)} is not a decimal number`)
  return /^0+$/.test(length) ? undefined : refuseAndClose('H12', `the request has content (Content-Length ${quote(length)})`)
}

/** Expect: 100-continue, in any case (RFC 9110 section 10.1.1). A 100 must then come before the 101 (section 7.8). */
export function expectsContinue(fields: Fields): boolean {
  if (!fields.has('expect')) return false
  return fields.values('expect').some((line) =>
    line
      .toLowerCase()
      .split(',')
      .some((member) => member.trim() === '100-continue'),
  )
}
