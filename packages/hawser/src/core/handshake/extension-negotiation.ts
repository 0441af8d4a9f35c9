/** Extension negotiation (RFC 6455 section 9.1) at both endpoints. */
import { isToken, parseExtensions, quote, serializeExtensions } from './field-values.ts'
import { RULES } from './rules.ts'
import { withoutPromise } from '../thenable.ts'
import type { Rule } from '../errors.ts'
import type { Extension, ExtensionElement, ExtensionParameter, ExtensionSession } from '../protocol/extension.ts'

/** An extension that both endpoints use. Call `open` once, when the handshake is certain to succeed. */
export interface AgreedExtension {
  /** The name and the agreed parameters, as the response has them. */
  readonly element: ExtensionElement
  /** Makes the session of this connection. */
  open(): ExtensionSession
}

/** An offer that was not agreed, and why. */
export interface DeclinedOffer {
  /** The offer as received. */
  readonly element: ExtensionElement
  /** Why it was not accepted, in one sentence. */
  readonly reason: string
}

/** The server's answer to the offers of a client (RFC 6455 section 9.1). */
export interface ExtensionNegotiation {
  /** In the order of the response, in which they are applied to sent frames. */
  readonly agreed: readonly AgreedExtension[]
  /** For display; at most 32. */
  readonly declined: readonly DeclinedOffer[]
  /** The value of Sec-WebSocket-Extensions, on one line; undefined where nothing is agreed. */
  readonly field: string | undefined
}

const MAX_DECLINED_SHOWN = 32

/**
 * Server: walks the client's offers in order and asks the extension of that name. Declining leads to the next offer and never
 * refuses the handshake (RFC 7692 section 5). A name is agreed once, and an RSV bit has one owner (section 9.1).
 */
export function negotiateExtensions(offers: readonly ExtensionElement[], extensions: readonly Extension[]): ExtensionNegotiation {
  const agreed: AgreedExtension[] = []
  const declined: DeclinedOffer[] = []
  let rsv = 0
  for (const element of offers) {
    const extension = extensions.find(({ name }) => name === element.name)
    let reason: string
    if (extension === undefined) reason = 'extension not supported'
    else if (agreed.some(({ element: { name } }) => name === extension.name)) reason = 'an earlier offer was accepted'
    else if ((extension.rsv & rsv) !== 0) reason = 'another extension uses an RSV bit it needs'
    else {
      const decision = withoutPromise('accept of an extension', extension.accept(element.parameters))
      if (decision.accepted) {
        rsv |= extension.rsv
        agreed.push({ element: checkElement(extension.name, decision.parameters), open: () => decision.open() })
        continue
      }
      reason = decision.reason
    }
    if (declined.length < MAX_DECLINED_SHOWN) declined.push({ element, reason })
  }
  return { agreed, declined, field: agreed.length === 0 ? undefined : serializeExtensions(agreed.map(({ element }) => element)) }
}

/** Client: everything its extensions offer, in order of preference. */
export function buildExtensionOffers(extensions: readonly Extension[]): readonly ExtensionElement[] {
  return extensions.flatMap((extension) => extension.offers().map((parameters) => checkElement(extension.name, parameters)))
}

/**
 * Client: reads the server's answer. An extension that was not offered, appears twice, violates the grammar or shares an RSV bit fails the
 * connection (RFC 6455 sections 4.1 and 9.1). RFC 6455 contradicts itself on several lines: section 11.3.2 forbids them in a
 * response, section 9.1 allows them. hawser sends one line and treats several as an error.
 */
export function confirmExtensions(
  lines: readonly string[],
  extensions: readonly Extension[],
): { readonly ok: true; readonly agreed: readonly AgreedExtension[] } | { readonly ok: false; readonly message: string; readonly rule: Rule } {
  if (lines.length === 0) return { ok: true, agreed: [] }
  if (lines.length > 1) return fail(RULES.RS12, 'Sec-WebSocket-Extensions appears more than once')
  const parsed = parseExtensions(lines)
  if (!parsed.ok) return fail(RULES.RC21, `Sec-WebSocket-Extensions ${quote(lines[0]!)}: ${parsed.message}`)
  const agreed: AgreedExtension[] = []
  const used = new Set<Extension>()
  let rsv = 0
  for (const element of parsed.value) {
    const extension = extensions.find(({ name }) => name === element.name)
    const offers = extension?.offers() ?? []
    if (extension === undefined || offers.length === 0) return fail(RULES.RC21, `the extension ${quote(element.name)} was not offered`)
    if (used.has(extension)) return fail(RULES.RC21, `the extension ${quote(element.name)} appears twice`)
    if ((extension.rsv & rsv) !== 0) return fail(RULES.PD7, `the extension ${quote(element.name)} needs an RSV bit that another extension uses`)
    const decision = extension.confirm(element.parameters, offers)
    if (!decision.accepted) return fail(RULES.RC21, `the extension ${quote(element.name)}: ${decision.reason}`)
    used.add(extension)
    rsv |= extension.rsv
    agreed.push({ element, open: () => decision.open() })
  }
  return { ok: true, agreed }
}

function fail(rule: Rule, message: string): { ok: false; rule: Rule; message: string } {
  return { ok: false, rule, message }
}

/** @throws TypeError for names or values that the field cannot carry */
function checkElement(name: string, parameters: readonly ExtensionParameter[]): ExtensionElement {
  checkToken(name, name)
  for (const [parameter, value] of parameters) {
    checkToken(name, parameter)
    if (value !== true) checkToken(name, value)
  }
  return { name, parameters }
}

function checkToken(extension: string, text: string): void {
  if (!isToken(text)) throw new TypeError(`extension ${extension}: ${JSON.stringify(text)} is not a token (RFC 6455 section 9.1)`)
}
