/**
 * Text from a peer must not drive the terminal of the person who reads it: control characters and characters that reorder or hide
 * text are escaped.
 */
export function printable(text: string): string {
  // C0, DEL, C1; marks, embeddings and isolates of bidirectional text; line and paragraph separators; tag characters
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
  })
}
