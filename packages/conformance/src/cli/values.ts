import { UsageError } from './usage-error.ts'

/** @throws UsageError unless `text` is a whole decimal number from `least` to `most` */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`option --${option}: expected a whole number from ${least} to ${most}, received ${JSON.stringify(text)}`)
}

const byteUnits = new Map([
  ['', 1],
  ['k', 1024],
  ['m', 1024 ** 2],
  ['g', 1024 ** 3],
])

/** `65536`, `64k`, `64KiB`, `1m`. @throws UsageError for anything else, and for what is not from 1 to 2147483647 */
export function byteCount(option: string, text: string): number {
  const match = /^(\d{1,10})\s?(?:([kmg])(?:ib)?|b)?$/i.exec(text)
  const value = match === null ? Number.NaN : Number(match[1]) * (byteUnits.get((match[2] ?? '').toLowerCase()) ?? Number.NaN)
  if (value >= 1 && value <= 0x7fff_ffff) return value
  throw new UsageError(
    `option --${option}: expected a number of bytes such as 65536, 64k or 1m (from 1 to 2147483647), received ${JSON.stringify(text)}`,
  )
}

const durationUnits = new Map([
  ['ms', 1],
  ['', 1000],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** `5`, `5s`, `0.5`, `500ms`, `2m`: milliseconds. @throws UsageError for anything else */
export function duration(option: string, text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|)$/i.exec(text)
  const value = match === null ? Number.NaN : Math.round(Number(match[1]) * (durationUnits.get((match[2] ?? '').toLowerCase()) ?? Number.NaN))
  // Node's timers take no more than 2^31 - 1 ms
  if (value <= 0x7fff_ffff) return value
  throw new UsageError(`option --${option}: expected a time such as 5 (seconds), 500ms or 2m, received ${JSON.stringify(text)}`)
}

/** `Name: value`, as curl takes it. @throws UsageError without a colon or a name */
export function fieldLine(option: string, text: string): readonly [name: string, value: string] {
  const colon = text.indexOf(':')
  const name = text.slice(0, colon).trim()
  if (colon < 1 || name === '') throw new UsageError(`option --${option}: expected 'Name: value', received ${JSON.stringify(text)}`)
  return [name, text.slice(colon + 1).trim()]
}
