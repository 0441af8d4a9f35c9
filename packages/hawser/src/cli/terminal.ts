import { styleText } from 'node:util'
import type { CliOutput } from './io.ts'

/**
 * Characters that move the cursor, reorder text or hide in it: controls (General_Category Cc), format characters such as bidirectional
 * marks and tags (Cf), line and paragraph separators (Zl, Zp), lone surrogates (Cs), and other characters that a renderer may omit
 * (Default_Ignorable_Code_Point). U+FE0E and U+FE0F are kept: they only choose between the text and the emoji form of a symbol.
 */
const unsafe = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Escapes every unsafe character, so that text from a peer cannot drive a terminal, forge a line of a log or hide in one: `\x1b`,
 * `\u202e`, `\u{e0041}`. With `lines`, line feeds and tabs are kept.
 */
export function printable(text: string, lines = false): string {
  return text.replace(unsafe, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character
    const code = character.codePointAt(0) ?? 0
    if (code < 0x100) return `\\x${hex(code, 2)}`
    return code < 0x1_0000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`
  })
}

/** An error with its stack, escaped; every line but the first is indented, so that none looks like a line of ours. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return printable(text, true).replaceAll(/\n */g, '\n    ')
}

/** The value as one line of JSON with the same characters escaped, so that the line is safe to print and parses to the same value. */
export function jsonLine(value: object): string {
  const escaped = JSON.stringify(value).replace(unsafe, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join(''),
  )
  return `${escaped}\n`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

/** Whether to write escape sequences for colour to this output (https://no-color.org). */
export function hasColor(output: CliOutput, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** Escapes the text as `printable` does, then styles it. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string

export function painter(color: boolean): Paint {
  // Without `validateStream: false` styleText asks process.stdout, which is not where this text goes
  return (style, text) => (color ? styleText(style, printable(text), { validateStream: false }) : printable(text))
}
