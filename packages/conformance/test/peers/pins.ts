import { readFileSync, writeFileSync } from 'node:fs'
import { verdicts } from '../../src/result.ts'
import type { Verdict } from '../../src/index.ts'

/** By category: the first word of the area. Nothing but counts. */
export type Counts = Readonly<Record<string, Readonly<Record<Verdict, number>>>>

/** By end and name of the peer: what the sample and all cases came to. */
export type Pins = Readonly<Record<string, { readonly sample: Counts; readonly full: Counts }>>

const file = new URL('pins.json', import.meta.url)

export function readPins(): Pins {
  return JSON.parse(readFileSync(file, 'utf8')) as Pins
}

export function writePins(pins: Pins): void {
  writeFileSync(file, `${JSON.stringify(pins, null, 1)}\n`)
}

/** These hang on when a peer's buffers and timers let go. */
const flaky = new Set(['limits', 'robustness', 'timeouts', 'closing'])

/** @returns one line for each number that is too far from the pinned one */
export function compareCounts(seen: Counts, pinned: Counts): string[] {
  const none = { pass: 0, fail: 0, warn: 0, info: 0, unsupported: 0, 'not-run': 0 }
  const categories = new Set([...Object.keys(seen), ...Object.keys(pinned)])
  return [...categories].flatMap((category) => {
    const [now, before] = [seen[category] ?? none, pinned[category] ?? none]
    const tolerance = flaky.has(category) ? 2 : 1
    return verdicts
      .filter((verdict) => Math.abs(now[verdict] - before[verdict]) > tolerance)
      .map((verdict) => `${category}: ${now[verdict]} ${verdict} in the place of ${before[verdict]}`)
  })
}
