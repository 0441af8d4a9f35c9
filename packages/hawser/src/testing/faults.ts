import { OptionError } from '../core/errors.ts'
import { checkObject } from '../core/option-names.ts'
import { checkInteger } from '../connection/option-checks.ts'
import type { Clock } from '../connection/clock.ts'

/** Faults of one end, counted in bytes from the start of its transport. */
export interface Faults {
  /** Received chunks are split into pieces of this many bytes, or of the function's result. */
  readonly split?: number | (() => number)
  /** Every received piece arrives this much later; needs `clock`. */
  readonly delayMs?: number
  /** The clock that `delayMs` counts on. */
  readonly clock?: Clock
  /** After this many received bytes nothing arrives any more, as if a cable was cut. */
  readonly dropAfter?: number
  /** After this many received bytes both ends see a reset. */
  readonly resetAfter?: number
  /** After this many sent bytes the writing side is ended: the peer sees a FIN, and the rest of what this end writes goes nowhere. */
  readonly endAfter?: number
  /** After this many sent bytes writing fails: this end sees an error, `write EPIPE`, and the peer a reset. */
  readonly failWritesAfter?: number
}

/** {@link Faults} with Infinity for those that do not happen. */
export interface FaultSettings {
  readonly split: number | (() => number)
  readonly delayMs: number
  readonly clock: Clock | undefined
  readonly dropAfter: number
  readonly resetAfter: number
  readonly endAfter: number
  readonly failWritesAfter: number
}

/** A record, so that the compiler notices a missing name. */
const names: Readonly<Record<keyof Faults, true>> = {
  split: true,
  delayMs: true,
  clock: true,
  dropAfter: true,
  resetAfter: true,
  endAfter: true,
  failWritesAfter: true,
}

/** @throws OptionError naming the option that is wrong */
export function readFaults(faults: Faults, option: string = 'faults'): FaultSettings {
  checkObject(option, faults, Object.keys(names))
  if (typeof faults.split !== 'function') checkInteger(`${option}.split`, faults.split, 1)
  for (const name of ['delayMs', 'dropAfter', 'resetAfter', 'endAfter', 'failWritesAfter'] as const)
    checkInteger(`${option}.${name}`, faults[name], 0)
  if (faults.delayMs !== undefined && faults.clock === undefined) {
    throw new OptionError(`${option}.clock`, 'a clock, since there is a delayMs', faults.clock)
  }
  return {
    split: faults.split ?? Number.POSITIVE_INFINITY,
    delayMs: faults.delayMs ?? 0,
    clock: faults.delayMs === undefined ? undefined : faults.clock,
    dropAfter: faults.dropAfter ?? Number.POSITIVE_INFINITY,
    resetAfter: faults.resetAfter ?? Number.POSITIVE_INFINITY,
    endAfter: faults.endAfter ?? Number.POSITIVE_INFINITY,
    failWritesAfter: faults.failWritesAfter ?? Number.POSITIVE_INFINITY,
  }
}
