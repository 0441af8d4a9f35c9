import { OptionError } from '../errors.ts'
import { isToken, parseTokenList, quote } from './field-values.ts'
import { refuse } from './refusals.ts'
import type { Parsed } from './field-values.ts'
import type { Outcome } from './refusals.ts'

/** If subprotocols were declared and none is agreed: accept a connection without one, or refuse the opening handshake. */
export type NoSubprotocol = 'accept' | 'refuse'

/**
 * Sec-WebSocket-Protocol of a request, on one line or several: tokens, all different (RFC 6455 section 4.1). Names are
 * case-sensitive (RFC 7936). Messages never repeat a name: it may be a credential.
 */
export function parseSubprotocols(lines: readonly string[]): Parsed<readonly string[]> {
  const names = parseTokenList(lines)
  if (!names.ok) return { ok: false, message: names.message.replace(/, found .*$/s, '') }
  if (hasDuplicate(names.value)) return { ok: false, message: 'the same subprotocol is named twice' }
  return names
}

/** Comparing a few names costs less than a Set of them. */
function hasDuplicate(names: readonly string[]): boolean {
  if (names.length > 8) return new Set(names).size !== names.length
  for (let position = 1; position < names.length; position++) {
    if (names.indexOf(names[position]!) !== position) return true
  }
  return false
}

/** @throws OptionError for a name that is not a token (RFC 6455 section 4.1) or is repeated */
export function checkSubprotocolNames(names: readonly string[], option: string): void {
  const seen = new Set<string>()
  for (const [position, name] of names.entries()) {
    if (typeof name !== 'string' || !isToken(name)) throw new OptionError(`${option}[${position}]`, 'a token (RFC 6455 section 4.1)', name)
    if (seen.has(name)) throw new OptionError(`${option}[${position}]`, 'names that are all different', name)
    seen.add(name)
  }
}

/** The first of the client's names, in the client's order, that is declared; the declared string, so that the head is not kept alive. */
export function selectSubprotocol(offered: readonly string[], declared: readonly string[]): string | undefined {
  for (let i = 0; i < offered.length; i++) {
    const position = declared.indexOf(offered[i]!)
    if (position !== -1) return declared[position]
  }
  return undefined
}

/** {@link selectSubprotocol} under a policy: `refuse` answers 400 where there would be none, whether none was offered or none matches. */
export function agreeOnSubprotocol(
  offered: readonly string[],
  declared: readonly string[],
  noSubprotocol: NoSubprotocol,
): Outcome<string | undefined> {
  const value = selectSubprotocol(offered, declared)
  if (value !== undefined || noSubprotocol === 'accept' || declared.length === 0) return { ok: true, value }
  const what = offered.length === 0 ? 'Sec-WebSocket-Protocol is missing' : 'none of the subprotocols in Sec-WebSocket-Protocol is spoken here'
  return { ok: false, refusal: refuse(400, 'RS9.policy', `${what}; this server speaks ${declared.map(quote).join(', ')}`) }
}

/**
 * The hook's choice: null and the empty string mean none (RFC 6455 section 4.2.2: an empty value is not legal).
 * @throws OptionError for one that the client did not offer or the server does not declare; the value never reaches the wire
 */
export function checkChosenSubprotocol(choice: string | null, offered: readonly string[], declared: readonly string[]): string | undefined {
  if (choice === null || choice === '') return undefined
  if (typeof choice === 'string' && offered.includes(choice)) {
    const position = declared.indexOf(choice)
    if (position !== -1) return declared[position]
  }
  // The error is written to a log, and an offered name may be a credential.
  const shown = typeof choice === 'string' && offered.includes(choice) ? 'an offered name that is not declared' : choice
  throw new OptionError('acceptance.subprotocol', 'one that the client offered and this server declares, or null', shown)
}
