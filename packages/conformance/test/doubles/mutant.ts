/** One switch of a double that makes it wrong, and the cases that may notice: every other case has to pass. */
export interface Mutant {
  readonly name: string
  /** Ids, areas or patterns, as `--only` takes them. */
  readonly scope: readonly string[]
  /** Takes the endpoint down for everybody: each case gets an endpoint of its own. */
  readonly isolated?: boolean
  /** The double that has the switch, where it is not the usual one. */
  readonly double?: 'h2'
}

/** One mutant for each row: its name, and its scope in one string. */
export function mutants(rows: Readonly<Record<string, string>>, isolated = false): Mutant[] {
  return Object.entries(rows).map(([name, scope]) => ({ name, scope: scope.split(' '), ...(isolated ? { isolated } : {}) }))
}

/** Where an echo shows. */
export const echoes =
  'framing/length framing/split framing/reserved-opcode control fragmentation utf8 closing/order limits deflate masking handshake robustness response url'
/** Where a failed connection shows. */
export const failures = 'framing control fragmentation/wrong utf8 closing limits deflate masking handshake/early-data timeouts response robustness'
