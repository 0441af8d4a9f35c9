import { writeFileSync } from 'node:fs'
import type { CliIo } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Writes what an option asked for; `-` is standard output. @throws UsageError that names the option when the file cannot be written */
export function writeFile(io: CliIo, option: string, file: string, content: string): void {
  if (file === '-') {
    io.stdout.write(content)
    return
  }
  try {
    writeFileSync(file, content)
  } catch (error) {
    throw new UsageError(`option --${option}: cannot write ${file}: ${(error as Error).message}`)
  }
}
