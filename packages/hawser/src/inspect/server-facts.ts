import { NodeServer } from '../runtime/node/server.ts'

/** What the page shows about the observed end as a whole. */
export interface ServerFacts {
  readonly role: 'server' | 'client'
  /** What it does, for a person; empty where only the application knows. */
  readonly mode: string
  /** Those that are declared; undefined where only the other end knows. */
  readonly subprotocols: readonly string[] | undefined
  /** For a person. */
  readonly origins: string
  /** Paths that upgrade; empty for all. */
  readonly paths: readonly string[]
  /** Tokens of the extensions that are accepted or offered. */
  readonly extensions: readonly string[]
  /** Whether a client that offers only undeclared subprotocols is refused. */
  readonly requiresSubprotocol: boolean
}

/** The form that the page fetches. */
export interface PageFacts extends ServerFacts {
  /** Lists of subprotocols to try, separated by commas. */
  readonly offers: readonly string[]
  /** `limits.framesPerSecond`. */
  readonly framesPerSecond: number
  /** `limits.connections`. */
  readonly maxConnections: number
  /** Whether credentials in heads are shown. */
  readonly credentials: boolean
}

export const clientFacts: ServerFacts = {
  role: 'client',
  mode: '',
  subprotocols: undefined,
  origins: '',
  paths: [],
  extensions: [],
  requiresSubprotocol: false,
}

/** @param server anything that can be observed; only that of `serve`, `attach` and `createServer` tells more about itself */
export function serverFacts(server: object): ServerFacts {
  if (!(server instanceof NodeServer)) return { ...clientFacts, role: 'server' }
  const { subprotocols, paths, extensions, noSubprotocol, options } = server.core.settings
  const { origins } = options
  return {
    role: 'server',
    mode: '',
    subprotocols,
    origins:
      origins === 'any'
        ? 'every origin'
        : typeof origins === 'function'
          ? 'the same origin, and those that a function allows'
          : ['the same origin', ...(origins ?? [])].join(', '),
    paths: [...(paths ?? [])],
    extensions: extensions.map(({ name }) => name),
    requiresSubprotocol: noSubprotocol === 'refuse',
  }
}

/** Accepted, in another order, partly declared, not declared, and not a name. */
export function suggestedOffers(declared: readonly string[]): string[] {
  const undeclared = 'not-declared'
  const first = declared[0]
  if (first === undefined) return ['', undeclared, 'not a token']
  const reversed = declared.length > 1 ? [[...declared].reverse().join(', ')] : []
  return [first, ...reversed, `${undeclared}, ${first}`, undeclared, 'not a token', '']
}
