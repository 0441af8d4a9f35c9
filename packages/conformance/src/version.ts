import { readFileSync } from 'node:fs'

/** The version of this package: case ids and verdicts belong to it. */
export const suiteVersion: string = (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version
