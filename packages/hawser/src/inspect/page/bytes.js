/** Payloads as text for a person. They come from a peer, so nothing of them may act on the page or its layout. */

/** @param {string} text base64 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000) text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}

/** @param {readonly Uint8Array[]} pieces */
export function concatenated(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    whole.set(piece, offset)
    offset += piece.length
  }
  return whole
}

/** @param {Uint8Array} bytes */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/**
 * Rows of sixteen bytes with their offset and their ASCII characters.
 * @param {Uint8Array} bytes
 */
export function hexDump(bytes) {
  const rows = []
  for (let start = 0; start < bytes.length; start += 16) {
    const row = bytes.subarray(start, start + 16)
    const ascii = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    rows.push(`${start.toString(16).padStart(6, '0')}  ${hex(row).padEnd(47)}  ${ascii}`)
  }
  return rows.join('\n')
}

/**
 * UTF-8 as text. A byte that is none of it becomes U+FFFD, and the answer says so.
 * @param {Uint8Array} bytes
 * @param {boolean} [isWhole] false where the end is cut off, perhaps inside a character
 * @returns {{ text: string, isValid: boolean }}
 */
export function decodeText(bytes, isWhole = true) {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole }), isValid: true }
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), isValid: false }
  }
}

/**
 * Control characters, and those that reorder or hide text, as escapes; tab and line feed stay where `lines` is true.
 * @param {string} text
 * @param {boolean} [lines]
 */
export function visible(text, lines = false) {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\ufff9-\ufffb]/gu, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character
    const code = character.codePointAt(0) ?? 0
    return code > 0xff ? `\\u{${code.toString(16)}}` : `\\x${code.toString(16).padStart(2, '0')}`
  })
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 'bytes'
  while (value >= 1000 && units.length > 0) {
    value /= 1000
    unit = units.shift() ?? unit
  }
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`
}

/** @param {number} count @param {string} noun @param {string} [plural] */
export function counted(count, noun, plural = `${noun}s`) {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
}
