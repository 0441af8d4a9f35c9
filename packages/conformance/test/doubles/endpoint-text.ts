import type { Message } from './endpoint-options.ts'

/** Whether a whole message is text that the endpoint takes. */
export function isGoodText(plain: Buffer, message: Message, m: (name: string) => boolean): boolean {
  const unchecked =
    m('utf8-unchecked') ||
    (m('utf8-unchecked-when-compressed') && message.compressed) ||
    (m('utf8-unchecked-late-when-compressed') && message.compressed && validUtf8(plain.subarray(0, 4096), true)) ||
    (m('utf8-first-fragment-only') && validUtf8(message.parts[0]!, true) && message.parts.length > 1) ||
    (m('utf8-first-64-bytes-only') && validUtf8(plain.subarray(0, 64), true))
  if (!unchecked && !validUtf8(lenient(plain, m))) return false
  if (m('utf8-noncharacters-refused') && /(?:[\xf0-\xf4][\x80-\xbf]|\xef)\xbf[\xbe\xbf]|\xef\xb7[\x90-\xaf]/.test(plain.toString('latin1')))
    return false
  if (m('utf8-astral-refused') && plain.some((byte) => byte >= 0xf0)) return false
  if (m('utf8-ascii-only') && message.opcode === 1 && plain.some((byte) => byte > 127)) return false
  return true
}

/** Whether the fragments so far are text, for an endpoint that looks before the last one. */
export function isGoodSoFar(fragment: Buffer, message: Message, m: (name: string) => boolean): boolean {
  if (message.opcode !== 1 || message.compressed) return true
  if (m('utf8-fails-fast') && !validUtf8(Buffer.concat(message.parts), true)) return false
  return !m('utf8-checked-by-fragment') || validUtf8(fragment)
}

/** What a message is echoed as. */
export function altered(opcode: number, payload: Buffer, hasDeflate: boolean, m: (name: string) => boolean): Buffer {
  let out = payload
  if (m('echo-cut-above-1-MiB')) out = out.subarray(0, 1 << 20)
  if (m('echo-cut-above-4-MiB')) out = out.subarray(0, 4 * 1024 * 1024)
  if (m('echo-cut-above-1-MiB-when-compressed') && hasDeflate) out = out.subarray(0, 1 << 20)
  if (m('text-normalized') && opcode === 1) out = Buffer.from(out.toString().normalize('NFC'))
  if (m('text-decomposed') && opcode === 1) out = Buffer.from(out.toString().normalize('NFD'))
  if (m('text-crlf-as-lf') && opcode === 1) out = Buffer.from(out.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  if (m('echo-cut-by-one')) out = out.subarray(0, -1)
  if (m('echo-doubled')) out = Buffer.concat([out, out])
  if (m('text-cut-at-nul') && opcode === 1 && out.includes(0)) out = out.subarray(0, out.indexOf(0))
  return out
}

/** With `partial`, an incomplete character at the end is no fault yet. */
export function validUtf8(bytes: Buffer, partial = false): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partial })
    return true
  } catch {
    return false
  }
}

/** Takes out what a lenient decoder lets through. */
function lenient(bytes: Buffer, m: (name: string) => boolean): Buffer {
  let text = bytes.toString('latin1')
  if (m('utf8-surrogates-accepted')) text = text.replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, '')
  if (m('utf8-overlong-accepted')) text = text.replace(/[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}/g, '')
  if (m('utf8-beyond-accepted'))
    text = text.replace(/\xf4[\x90-\xbf][\x80-\xbf]{2}|[\xf5-\xf7][\x80-\xbf]{3}|[\xf8-\xfb][\x80-\xbf]{4}|[\xfc\xfd][\x80-\xbf]{5}/g, '')
  if (m('utf8-truncated-accepted'))
    text = text.replace(/(?:[\xc2-\xdf]|[\xe1-\xec][\x80-\xbf]?|[\xf0-\xf3](?:[\x90-\xbf][\x80-\xbf]?)?|\xf0\x9f\x98)$/g, '')
  if (m('utf8-lone-continuation-accepted')) text = text.replace(/(^|[\0-\x7f])[\x80-\xbf]+/g, '$1')
  return Buffer.from(text, 'latin1')
}
