import type { CliOutput } from './io.ts'

/**
 * What a peer sends must not drive the terminal of the person who reads it: control characters become `\xNN`.
 * Line feeds and tabs stay where `lines` is set.
 */
export function printable(text: string, lines = false): string {
  // C0, DEL, C1 and the characters that reorder text
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** Whether escape sequences for colour belong in what is written there (https://no-color.org). */
export function hasColor(output: CliOutput, env: Readonly<Record<string, string | undefined>>): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

export function painter(color: boolean): Paint {
  return color ? (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m` : (_style, text) => text
}
