/** The settings of a server that its page shows. */
export interface ServerFacts {
  readonly mode: 'echo' | 'broadcast'
  readonly subprotocols: readonly string[]
  /** For a person. */
  readonly origins: string
  /** Paths that upgrade; empty for all. */
  readonly paths: readonly string[]
}

/** The form that the page fetches. */
export interface PageFacts extends ServerFacts {
  /** Lists of subprotocols to try, separated by commas. */
  readonly offers: readonly string[]
}

export function pageFacts(facts: ServerFacts): PageFacts {
  return { ...facts, offers: suggestedOffers(facts.subprotocols) }
}

/** Accepted, in another order, partly declared, not declared, and not a name. */
function suggestedOffers(declared: readonly string[]): string[] {
  const undeclared = 'not-declared'
  const first = declared[0]
  if (first === undefined) return ['', undeclared, 'not a token']
  const reversed = declared.length > 1 ? [[...declared].reverse().join(', ')] : []
  return [first, ...reversed, `${undeclared}, ${first}`, undeclared, 'not a token', '']
}
