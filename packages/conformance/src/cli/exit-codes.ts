/** The exit codes of the command; help and docs/conformance.md list them from here. */
export const exitCodes = {
  clean: 0,
  failed: 1,
  usage: 2,
  network: 3,
  internal: 70,
} as const

export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.clean, 'every selected case was judged and none failed; with --expect, no result changed'],
  [exitCodes.failed, 'a case failed or was not run, or the server died; with --expect, a result changed'],
  [exitCodes.usage, 'wrong arguments, or a file that cannot be read or written'],
  [exitCodes.network, 'the preflight found nothing to test, no client ran a case, or the port is taken'],
  [exitCodes.internal, 'a defect of the suite itself; please report it'],
]
