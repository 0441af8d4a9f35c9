/**
 * Counts work as V8's precise coverage does: how often the blocks of the library (functions, loop bodies, branches) were entered. Unlike time it is the same
 * on every machine. What V8's own functions do (`indexOf`, `set`) is one step, whatever their arguments are. To be imported before the library:
 * functions that were compiled before the counting began have no counters.
 */
import { Session } from 'node:inspector'
import type { Profiler } from 'node:inspector'

const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

function take(places: readonly string[]): number {
  let entered = 0
  session.post('Profiler.takePreciseCoverage', (error: Error | null, coverage: Profiler.TakePreciseCoverageReturnType) => {
    if (error !== null) throw error
    for (const { url, functions } of coverage.result) {
      if (!places.some((place) => url.includes(place))) continue
      for (const { ranges } of functions) for (const { count } of ranges) entered += count
    }
  })
  return entered
}

/** @param places parts of the paths of the sources whose work counts */
export function countWork(places: readonly string[], run: () => void): number {
  take(places)
  run()
  return take(places)
}
