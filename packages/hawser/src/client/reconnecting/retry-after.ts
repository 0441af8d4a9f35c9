import { HandshakeError } from '../../core/errors.ts'

/** The forms of a date (RFC 9110 section 5.6.7); Date.parse alone takes almost anything for one. */
const dates: readonly RegExp[] = [
  /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/,
]

/**
 * What the refusal asks for in Retry-After, seconds or a date (RFC 9110 section 10.2.3), in milliseconds; 0 where it asks for nothing. Of several
 * lines, which no server should send, the longest time counts.
 * @param wallMs milliseconds since 1970, for a date in a response without a Date field
 */
export function retryAfterMs(error: unknown, wallMs: number): number {
  if (!(error instanceof HandshakeError) || error.response === undefined) return 0
  const lines = (wanted: string): string[] =>
    error.response?.fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value.trim()) ?? []
  const [date] = lines('date')
  const sentAt = parseDate(date ?? '') ?? wallMs
  return Math.max(0, ...lines('retry-after').map((value) => (/^\d+$/.test(value) ? Number(value) * 1000 : (parseDate(value) ?? sentAt) - sentAt)))
}

/** Milliseconds since 1970. */
function parseDate(value: string): number | undefined {
  if (!dates.some((form) => form.test(value))) return undefined
  const at = Date.parse(value.endsWith(' GMT') ? value : `${value} GMT`)
  return Number.isNaN(at) ? undefined : at
}
