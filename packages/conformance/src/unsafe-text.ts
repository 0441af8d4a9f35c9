/**
 * Characters that move the cursor of a terminal, reorder text or hide in it: controls (General_Category Cc), format characters such as
 * bidirectional marks and tags (Cf), line and paragraph separators (Zl, Zp), lone surrogates (Cs), and whatever else a renderer may leave
 * out (Default_Ignorable_Code_Point). U+FE0E and U+FE0F only choose between the text and the emoji form of a symbol.
 */
const unsafe = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/** Escapes every unsafe character, because the outcome of a case quotes what the peer sent: `\x1b`, `\u202e`, `\u{e0041}`. */
export function escapeUnsafe(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code < 0x1_0000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** The same characters as `\uXXXX` in JSON text, which parses to the same value. */
export function escapeUnsafeJson(json: string): string {
  return json.replace(unsafe, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
  )
}
