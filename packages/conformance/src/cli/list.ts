import type { ConformanceCase } from '../case.ts'
import { selectCases } from '../select.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import type { Settings } from './settings.ts'

/** `--list`: one line for each selected case, or JSON. @returns the exit code */
export function listCases(io: CliIo, settings: Settings, cases: readonly ConformanceCase[]): number {
  const selected = selectCases(cases, settings.suite.only, settings.suite.exclude)
  if (settings.json === '-') io.stdout.write(`${JSON.stringify(selected, null, 1)}\n`)
  else for (const row of selected) io.stdout.write(`${row.id}  [${[row.level, row.section, ...row.requirements].join(', ')}]  ${row.why}\n`)
  return exitCodes.clean
}
