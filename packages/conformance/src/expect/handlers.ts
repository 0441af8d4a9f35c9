import type { Step } from '../case.ts'
import type { Play } from '../play.ts'

export type Expectation = Extract<Step, { expect: string }>

/** Plays another step of the same case. */
export type Perform = (step: Step) => Promise<void>

/** What each kind of expectation looks at. A throw of Unmet ends the case. */
export type Handlers = {
  readonly [K in Expectation['expect']]: (play: Play, step: Extract<Expectation, { expect: K }>, perform: Perform) => Promise<void>
}
