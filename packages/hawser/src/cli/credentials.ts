import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import { secret } from './read-file.ts'

/**
 * The value of Authorization that --user or --bearer means; credentials in the URL are sent by `connect` itself.
 * @throws UsageError for two of them, and for what neither scheme can send
 */
export function readAuthorization(given: Arguments, headers: readonly (readonly [name: string, value: string])[]): string | undefined {
  const [user, bearer] = [given.get('user'), given.get('bearer')]
  if (user === undefined && bearer === undefined) return undefined
  const option = user === undefined ? 'bearer' : 'user'
  if (user !== undefined && bearer !== undefined) throw new UsageError('--user cannot be combined with --bearer')
  if (headers.some(([name]) => name.toLowerCase() === 'authorization'))
    throw new UsageError(`--${option} cannot be combined with a header Authorization`)
  return user === undefined ? bearerOf(secret('bearer', bearer ?? '')) : basicOf(secret('user', user))
}

/** RFC 7617 section 2: the user name has no colon, and neither part has control characters. */
function basicOf(text: string): string {
  if (!/^[^:\p{Cc}]*:[^\p{Cc}]*$/u.test(text)) throw new UsageError('option --user: expected NAME:PASSWORD without control characters')
  return `Basic ${Buffer.from(text).toString('base64')}`
}

/** RFC 6750 section 2.1: b64token. */
function bearerOf(text: string): string {
  if (!/^[\w.~+/-]+=*$/.test(text)) throw new UsageError('option --bearer: expected a token of letters, digits and -._~+/ with "=" at its end')
  return `Bearer ${text}`
}
