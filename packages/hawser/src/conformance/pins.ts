import type { SuiteReport, Verdict } from './result.ts'
import { verdicts } from './result.ts'

/** Known results: what every case is expected to come to. A change for the better is one as well. */
export interface Pins {
  readonly format: 'hawser-conformance-expectations-1'
  /** By case id; cases that are not named are expected to pass, or to be told as info or unsupported. */
  readonly results: Readonly<Record<string, { readonly verdict: Verdict; readonly outcome?: string }>>
}

export interface PinChange {
  readonly id: string
  readonly expected: string
  readonly seen: string
}

/** Only what deviates is written: fail and warn with their outcome. An empty file pins that everything passes. */
export function writePins(report: SuiteReport): Pins {
  const results = report.results
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
    .map(({ id, verdict, outcome }) => [id, { verdict, outcome }] as const)
  return { format: 'hawser-conformance-expectations-1', results: Object.fromEntries(results) }
}

/** @throws TypeError when the value is no expectations file */
export function readPins(value: unknown): Pins {
  const pins = value as Pins
  if (typeof pins !== 'object' || pins === null || pins.format !== 'hawser-conformance-expectations-1' || typeof pins.results !== 'object') {
    throw new TypeError('an expectations file has "format": "hawser-conformance-expectations-1" and "results"')
  }
  for (const [id, pin] of Object.entries(pins.results)) {
    if (!verdicts.includes(pin?.verdict)) throw new TypeError(`the expectation of ${id} has no verdict`)
  }
  return pins
}

/** What differs from the expectations, in the order of the report. Cases that did not run are not compared. */
export function comparePins(report: SuiteReport, pins: Pins): PinChange[] {
  return report.results.flatMap(({ id, verdict, outcome }) => {
    const pin = Object.hasOwn(pins.results, id) ? pins.results[id] : undefined
    const seen = `${verdict}: ${outcome}`
    if (pin === undefined) return verdict === 'fail' || verdict === 'warn' ? [{ id, expected: 'pass', seen }] : []
    const same = pin.verdict === verdict && (pin.outcome === undefined || pin.outcome === outcome)
    return same ? [] : [{ id, expected: pin.outcome === undefined ? pin.verdict : `${pin.verdict}: ${pin.outcome}`, seen }]
  })
}
