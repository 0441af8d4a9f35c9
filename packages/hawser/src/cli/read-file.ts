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

/**
 * A secret as it was typed, or after `@` the first line of a file: other users of a machine see the arguments of a process.
 * @throws UsageError that names the option when the file cannot be read
 */
export function secret(option: string, text: string): string {
  return text.startsWith('@') ? (readFile(option, text.slice(1)).toString('utf8').split(/\r?\n/, 1)[0] ?? '') : text
}
