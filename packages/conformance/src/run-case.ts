import { SeededRandom } from './bytes.ts'
import type { BytesContext } from './bytes.ts'
import type { Capability, ConformanceCase } from './case.ts'
import { Exchange } from './exchange.ts'
import { Play } from './play.ts'
import { playStep } from './play-step.ts'
import type { PlaySubject } from './subject.ts'
import { asExpected, resultOf, Unmet, Unsupported } from './result.ts'
import { Interrupted } from './interrupt.ts'
import type { CaseResult } from './result.ts'
import type { Bounds } from './bounds.ts'
import type { RootCause } from './root-causes.ts'
import type { Validator } from './validator.ts'

export interface RunCaseOptions {
  readonly seed: number
  readonly bounds: Bounds
  readonly capabilities: ReadonlySet<Capability>
  readonly maxMessage: number
  /** Sees every frame and head that the peer sends. */
  readonly validator?: Validator
  /** Ends the case when it rejects; the verdict is then `not-run`. See interrupt.ts. */
  readonly interruption?: Promise<never>
}

/** Plays one case against a subject. Never throws: what goes wrong is the verdict. */
export async function runCase(row: ConformanceCase, subject: PlaySubject, options: RunCaseOptions): Promise<CaseResult> {
  const exchange = new Exchange()
  const start = performance.now()
  const result = ({ verdict, outcome, rootCause }: Judgement, play?: Play): CaseResult => {
    const { closing, figures } = play ?? {}
    return resultOf(row, verdict, outcome, performance.now() - start, exchange.entries, { rootCause, closing, figures })
  }
  const missing = row.requires.filter((capability) => !options.capabilities.has(capability))
  if (missing.length > 0) return result({ verdict: 'unsupported', outcome: `needs ${missing.join(', ')}` })
  const context: BytesContext & { deflater: undefined } = {
    random: new SeededRandom(options.seed, row.id),
    maxMessage: options.maxMessage,
    deflater: undefined,
    drawn: new Map(),
  }
  const play = new Play(row, subject, options, context, exchange)
  const timer = timeLimit(options.bounds)
  try {
    await Promise.race([playSteps(row, play), timer.expired, ...(options.interruption === undefined ? [] : [options.interruption])])
    return result(judge(row, play), play)
  } catch (error) {
    return result(judgeError(row, error as Error), play)
  } finally {
    timer.stop()
    play.finish()
  }
}

/** Each wait has its bound; this one ends a case whose peer makes many of them last. */
function timeLimit({ answerMs, handshakeMs, closeMs, volumeMs }: Bounds): { readonly expired: Promise<never>; stop(): void } {
  const ms = 20 * answerMs + handshakeMs + 2 * closeMs + 2 * volumeMs
  let timer: NodeJS.Timeout | undefined
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unmet(`the case was not over after ${Math.round(ms / 1000)} s`)), ms)
  })
  return { expired, stop: () => clearTimeout(timer) }
}

async function playSteps(row: ConformanceCase, play: Play): Promise<void> {
  for (const step of row.steps) await playStep(play, step)
}

interface Judgement {
  readonly verdict: CaseResult['verdict']
  readonly outcome: string
  readonly rootCause?: RootCause | undefined
}

/** Every step was met. */
function judge(row: ConformanceCase, { warnings }: Play): Judgement {
  const warning = warnings.find(({ level }) => level === 'should') ?? warnings[0]
  const outcome = warning?.message ?? asExpected
  if (row.level === 'info' || warning?.level === 'info') return { verdict: 'info', outcome }
  return warning === undefined ? { verdict: 'pass', outcome } : { verdict: 'warn', outcome, rootCause: warning.cause }
}

function judgeError(row: ConformanceCase, error: Error): Judgement {
  if (error instanceof Interrupted) return { verdict: 'not-run', outcome: error.message }
  if (error instanceof Unsupported) return { verdict: 'unsupported', outcome: error.message }
  if (!(error instanceof Unmet)) return { verdict: 'fail', outcome: `the suite could not play the case: ${error.message}` }
  const level = error.level ?? row.level
  return { verdict: level === 'must' ? 'fail' : level === 'should' ? 'warn' : 'info', outcome: error.message, rootCause: error.rootCause }
}
