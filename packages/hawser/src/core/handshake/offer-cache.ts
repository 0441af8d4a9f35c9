import { negotiateExtensions } from './extension-negotiation.ts'
import { parseExtensions } from './field-values.ts'
import type { ExtensionNegotiation } from './extension-negotiation.ts'
import type { Parsed } from './field-values.ts'
import { parseSubprotocols } from './subprotocol.ts'
import type { Extension, ExtensionElement } from '../protocol/extension.ts'

/** Texts that are remembered; browsers send three. */
const MAX_TEXTS = 16
/** Longer ones are read anew each time. */
const MAX_LENGTH = 256

/**
 * Remembers what the offers of clients, of extensions and subprotocols, mean and how they were answered: nearly all clients of a server send one of a few texts, and reading
 * and answering one costs an opening handshake 2 µs (Node 20). The text alone decides, so no client learns anything of another's.
 */
export class OfferCache {
  readonly #extensions: readonly Extension[]
  readonly #declared: readonly string[]
  readonly #subprotocols = new Map<string, Parsed<readonly string[]>>()
  readonly #parsed = new Map<string, Parsed<readonly ExtensionElement[]>>()
  /** Only where every extension answers equal offers equally. */
  readonly #answers: WeakMap<readonly ExtensionElement[], ExtensionNegotiation> | undefined

  /** Remembers for one server; `extensions` are the server's, and `subprotocols` the names that it declares. */
  constructor(extensions: readonly Extension[], subprotocols: readonly string[] = []) {
    this.#extensions = extensions
    this.#declared = subprotocols
    this.#answers = extensions.every(({ answersEqually }) => answersEqually === true) ? new WeakMap() : undefined
  }

  /** As `parseExtensions`, of one line or several; what it gives is frozen where it is remembered. */
  parse(lines: string | readonly string[]): Parsed<readonly ExtensionElement[]> {
    const text = typeof lines === 'string' ? lines : lines[0]
    if (text === undefined || text.length > MAX_LENGTH || (text !== lines && lines.length !== 1)) return parseExtensions(several(lines))
    const known = this.#parsed.get(text)
    if (known !== undefined) return known
    const parsed = parseExtensions([text])
    // Clients choose the texts: one that keeps inventing them costs a little more, and no memory.
    if (this.#parsed.size === MAX_TEXTS) this.#parsed.clear()
    this.#parsed.set(text, deepFreeze(parsed))
    return parsed
  }

  /** As `parseSubprotocols`. Only texts of declared names are remembered, since any other name may be a credential. */
  parseSubprotocols(lines: string | readonly string[]): Parsed<readonly string[]> {
    const text = typeof lines === 'string' ? lines : lines[0]
    if (text === undefined || text.length > MAX_LENGTH || (text !== lines && lines.length !== 1)) return parseSubprotocols(several(lines))
    const known = this.#subprotocols.get(text)
    if (known !== undefined) return known
    const parsed = parseSubprotocols([text])
    if (parsed.ok && parsed.value.every((name) => this.#declared.includes(name))) {
      if (this.#subprotocols.size === MAX_TEXTS) this.#subprotocols.clear()
      this.#subprotocols.set(text, deepFreeze(parsed))
    }
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

export function several(lines: string | readonly string[]): readonly string[] {
  return typeof lines === 'string' ? [lines] : lines
}

/** The hook and the socket show these to the application, whose changes would reach other clients. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}
