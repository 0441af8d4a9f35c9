import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
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
    throw cannotWrite(option, file, error)
  }
}

/** Before a run, whose results would be lost otherwise. @throws UsageError that names the option when the file cannot be written; `-` always can */
export function checkWritable(option: string, file: string): void {
  if (file === '-') return
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) throw new Error('it is a folder')
    accessSync(found === undefined ? dirname(file) : file, constants.W_OK)
    if (found === undefined && !statSync(dirname(file)).isDirectory()) throw new Error(`${dirname(file)} is no folder`)
  } catch (error) {
    throw cannotWrite(option, file, error)
  }
}

function cannotWrite(option: string, file: string, error: unknown): UsageError {
  return new UsageError(`option --${option}: cannot write ${file}: ${(error as Error).message}`)
}
