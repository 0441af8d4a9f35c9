import { UsageError } from './command.ts'

/** The format of messages on standard input and standard output. */
export type PayloadForm = 'text' | 'binary' | 'hex' | 'base64'

const newline = 0x0a

/**
 * The message in one line of standard input: a string for text, bytes for the other forms.
 * @throws UsageError when the line does not have that form
 */
export function parsePayload(line: Uint8Array, form: PayloadForm, where: string): string | Uint8Array {
  if (form === 'binary') return line
  const text = decodeStrict(line, where).replace(/\r$/, '')
  if (form === 'text') return text
  const digits = text.replace(/\s+/g, '')
  if (form === 'hex') {
    if (digits.length % 2 === 0 && /^[\da-f]*$/i.test(digits)) return new Uint8Array(Buffer.from(digits, 'hex'))
    throw new UsageError(`${where}: expected pairs of hexadecimal digits`)
  }
  if (isBase64(digits)) return new Uint8Array(Buffer.from(digits, 'base64'))
  throw new UsageError(`${where}: expected base64`)
}

/** Base64 or base64url, with or without padding. */
export function isBase64(text: string): boolean {
  return text.length % 4 !== 1 && /^[\w+/-]*={0,2}$/.test(text) && (!text.endsWith('=') || text.length % 4 === 0)
}

/**
 * A received message as the bytes for standard output: text is one line; binary is one line of hexadecimal or base64,
 * or under `binary` the bytes alone, so that a file arrives intact.
 */
export function renderPayload(message: string | Uint8Array, form: PayloadForm): Uint8Array {
  if (typeof message === 'string') return Buffer.from(`${message}\n`)
  if (form === 'binary') return message
  const line = Buffer.from(bytesToText(message, form === 'base64' ? 'base64' : 'hex'))
  return Buffer.concat([line, Uint8Array.of(newline)])
}

export function bytesToText(bytes: Uint8Array, encoding: 'hex' | 'base64'): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding)
}

function decodeStrict(line: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)
  } catch {
    throw new UsageError(`${where} is not valid UTF-8, which a text message must be (RFC 6455 section 5.6); use --binary`)
  }
}
