import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { UsageError } from './usage-error.ts'

/** @throws UsageError that names the option when the file cannot be read */
export function readFile(option: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new UsageError(`option --${option}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** @throws UsageError that names `options` unless `key` is the key of the certificate `cert` */
export function checkTls(options: string, parts: { readonly cert: Buffer; readonly key: Buffer }): void {
  try {
    createSecureContext(parts)
  } catch (error) {
    throw new UsageError(`${options}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
