import type { Verdict } from './result.ts'

/** A case whose verdict is not the pinned one. */
export interface PinChange {
  /** Of the case. */
  readonly id: string
  /** The pinned verdict; `pass` where none is pinned. */
  readonly expected: Verdict
  /** The verdict and the outcome, or that no case has the id. */
  readonly seen: string
}
