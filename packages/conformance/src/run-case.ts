import { SeededRandom } from './bytes.ts'
import type { BytesContext } from './bytes.ts'
import type { Capability, ConformanceCase, Level } from './case.ts'
import { Exchange } from './exchange.ts'
import { Play } from './play.ts'
import type { PlaySubject } from './play.ts'
import { asExpected, resultOf, Unmet, Unsupported } from './result.ts'
import type { CaseResult } from './result.ts'
import type { RootCause } from './root-causes.ts'
import type { Validator } from './validator.ts'

/** How long the suite waits for what must come, and how long nothing has to come for silence. Milliseconds. */
export interface Bounds {
  /** For an answer or an end that the peer owes at once. Default 3 000. */
  readonly answerMs: number
  /** For silence. Default 100. */
  readonly silenceMs: number
  /** For an opening handshake that is never completed. Default 20 000. */
  readonly handshakeMs: number
  /** For a closing handshake that the suite never completes. Default 20 000. */
  readonly closeMs: number
}

/** The bounds of a run that sets none. */
export const defaultBounds: Bounds = { answerMs: 3000, silenceMs: 100, handshakeMs: 20_000, closeMs: 20_000 }

export interface RunCaseOptions {
  readonly seed: number
  readonly bounds: Bounds
  readonly capabilities: ReadonlySet<Capability>
  readonly maxMessage: number
  /** Sees every frame and head that the peer sends. */
  readonly validator?: Validator
}

/** Plays one case against a subject. Never throws: what goes wrong is the verdict. */
export async function runCase(row: ConformanceCase, subject: PlaySubject, options: RunCaseOptions): Promise<CaseResult> {
  const exchange = new Exchange()
  const start = performance.now()
  const result = (verdict: CaseResult['verdict'], outcome: string, cause?: RootCause): CaseResult =>
    resultOf(row, verdict, outcome, performance.now() - start, exchange.entries, cause)
  const missing = row.requires.filter((capability) => !options.capabilities.has(capability))
  if (missing.length > 0) return result('unsupported', `needs ${missing.join(', ')}`)
  const context: BytesContext & { deflater: undefined } = {
    random: new SeededRandom(options.seed, row.id),
    maxMessage: options.maxMessage,
    deflater: undefined,
    drawn: new Map(),
  }
  const play = new Play(row, subject, options, context, exchange)
  try {
    for (const step of row.steps) await play.step(step)
    const [warning] = play.warnings
    if (row.level === 'info') return result('info', warning?.message ?? asExpected)
    return warning === undefined ? result('pass', asExpected) : result('warn', warning.message, warning.cause)
  } catch (error) {
    if (error instanceof Unsupported) return result('unsupported', error.message)
    const level: Level = error instanceof Unmet ? (error.level ?? row.level) : 'must'
    const outcome = error instanceof Unmet ? error.message : `the suite could not play the case: ${(error as Error).message}`
    return result(level === 'must' ? 'fail' : level === 'should' ? 'warn' : 'info', outcome, error instanceof Unmet ? error.rootCause : undefined)
  } finally {
    play.destroy()
  }
}
