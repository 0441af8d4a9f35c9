import type { ExitCode } from '../exit-codes.ts'
import type { Observations } from './observation.ts'
import type { RemedyTopic } from './remedies.ts'

/** `problem`: it does not work, or breaks. `warning`: it works, and will break for some. `note`: worth knowing. */
export type Severity = 'problem' | 'warning' | 'note'

/** Who can mend it. */
export type Blame = 'the URL' | 'this machine or the network' | 'the server' | 'a box in between' | 'the server or a box in between'

/** What a rule says of the observations that it recognizes. */
export interface Diagnosis {
  /** One sentence: what is wrong, or what is worth knowing. */
  readonly title: string
  /** How we know: sentences about observations. */
  readonly evidence: readonly string[]
  readonly blame: Blame
  /** Names the box, where it named itself: `nginx`. */
  readonly box?: string
  /** What to change, as sentences. */
  readonly advice: readonly string[]
  /** Configuration that does it, for each usual box. */
  readonly remedy?: RemedyTopic
}

export interface Finding extends Diagnosis {
  /** Stable; a heading of docs/doctor.md. */
  readonly id: string
  readonly severity: Severity
  readonly exit: ExitCode
}

/** One thing that can be wrong. Pure: the same observations make the same diagnosis. */
export interface FindingRule {
  readonly id: string
  readonly severity: Severity
  readonly exit: ExitCode
  /** Undefined where the observations do not show it. */
  diagnose(seen: Observations): Diagnosis | undefined
}
