import { requirements } from '../requirements.ts'
import type { Arguments } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import { writeFile } from './write-file.ts'

/** The mode `requirements`: a line for each, or JSON. @returns the exit code @throws UsageError for a file that cannot be written */
export function listRequirements(args: Arguments, io: CliIo): Promise<number> {
  const all = requirements()
  const file = args.get('json')
  if (file !== undefined) writeFile(io, 'json', file, `${JSON.stringify(all, null, 1)}\n`)
  else
    for (const { id, level, text, sections, cases, notObservable } of all) {
      const count = cases.server.length + cases.client.length
      const where = sections.length > 0 ? ` (${sections.join(', ')})` : ''
      io.stdout.write(`${id}  ${level}: ${text}${where}  [${notObservable ?? `${count} ${count === 1 ? 'case' : 'cases'}`}]\n`)
    }
  return Promise.resolve(exitCodes.clean)
}
