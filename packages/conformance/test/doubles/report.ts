import { runServerSuite } from '../../src/index.ts'
import type { SuiteReport } from '../../src/index.ts'
import { DoubleServer } from './server.ts'

/** What the suite says of a double with these switches. */
export async function report(mutants: readonly string[], only: readonly string[], seed = 1): Promise<SuiteReport> {
  const server = new DoubleServer({ mutants })
  try {
    return await runServerSuite(await server.listen(), { only, seed, timeouts: false, bounds: { answerMs: 600, silenceMs: 40 } })
  } finally {
    await server.close()
  }
}
