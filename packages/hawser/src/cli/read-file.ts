import { readFileSync } from 'node:fs'
import { UsageError } from './command.ts'

/** @throws UsageError that names the option when the file cannot be read */
export function readFile(option: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UsageError(`option --${option}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
