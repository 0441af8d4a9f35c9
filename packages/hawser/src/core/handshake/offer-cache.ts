import { negotiateExtensions } from './extension-negotiation.ts'
import { parseExtensions } from './field-values.ts'
import type { ExtensionNegotiation } from './extension-negotiation.ts'
import type { Parsed } from './field-values.ts'
import type { Extension, ExtensionElement } from '../protocol/extension.ts'

/** Texts that are remembered; browsers send three. */
const MAX_TEXTS = 16
/** Longer ones are read anew each time. */
const MAX_LENGTH = 256

/**
 * Remembers what the extension offers of clients mean and how they were answered: nearly all clients of a server send one of a few texts, and reading
 * and answering one costs an opening handshake 2 µs (Node 20). The text alone decides, so no client learns anything of another's.
 */
export class OfferCache {
  readonly #extensions: readonly Extension[]
  readonly #parsed = new Map<string, Parsed<readonly ExtensionElement[]>>()
  /** Only where every extension answers equal offers equally. */
  readonly #answers: WeakMap<readonly ExtensionElement[], ExtensionNegotiation> | undefined

  /** Remembers for one server; `extensions` are the server's. */
  constructor(extensions: readonly Extension[]) {
    this.#extensions = extensions
    this.#answers = extensions.every(({ answersEqually }) => answersEqually === true) ? new WeakMap() : undefined
  }

  /** As `parseExtensions`; what it gives is frozen where it is remembered. */
  parse(lines: readonly string[]): Parsed<readonly ExtensionElement[]> {
    const text = lines[0]
    if (lines.length !== 1 || text === undefined || text.length > MAX_LENGTH) return parseExtensions(lines)
    const known = this.#parsed.get(text)
    if (known !== undefined) return known
    const parsed = parseExtensions(lines)
    // Clients choose the texts: one that keeps inventing them costs a little more, and no memory.
    if (this.#parsed.size === MAX_TEXTS) this.#parsed.clear()
    this.#parsed.set(text, deepFreeze(parsed))
    return parsed
  }

  /**
   * As `negotiateExtensions` with the server's extensions.
   * @throws whatever an extension throws
   */
  negotiate(offers: readonly ExtensionElement[]): ExtensionNegotiation {
    const known = this.#answers?.get(offers)
    if (known !== undefined) return known
    const negotiation = negotiateExtensions(offers, this.#extensions)
    if (Object.isFrozen(offers)) this.#answers?.set(offers, deepFreeze(negotiation))
    return negotiation
  }
}

/** The hook and the socket show these to the application, whose changes would reach other clients. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
