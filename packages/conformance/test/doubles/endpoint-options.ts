/** What was agreed, from this endpoint's view: `own` is how it compresses, `peer` what it may receive. */
export interface Agreed {
  readonly own: { bits: number; takeover: boolean }
  readonly peer: { bits: number; takeover: boolean }
}

export interface EndpointOptions {
  readonly role: 'client' | 'server'
  readonly mutants: ReadonlySet<string>
  readonly maxMessage: number
  readonly closeMs: number
  readonly agreed: Agreed | undefined
}

/** A message in progress. */
export interface Message {
  opcode: number
  compressed: boolean
  parts: Buffer[]
  length: number
}
