import type { ConformanceCase } from '../case.ts'
import { runClientSuite } from '../client-suite.ts'
import type { ClientSuiteOptions, StartClient } from '../client-suite.ts'
import { PreflightError } from '../preflight/faults.ts'
import { checkServer } from '../preflight/server.ts'
import type { PreflightOptions, ServerAbilities } from '../preflight/server.ts'
import type { Output } from './output.ts'

/** Whether a preflight over HTTP/1.1 says anything about a run: not where every case is over HTTP/2. */
export function needsPreflight(selected: readonly ConformanceCase[]): boolean {
  return selected.some(({ requires }) => !requires.includes('h2'))
}

/** The abilities of the server, or undefined where it cannot be tested: then the reason is printed. */
export async function preflightServer(output: Output, url: URL, options: PreflightOptions): Promise<ServerAbilities | undefined> {
  try {
    return await checkServer(url, options)
  } catch (error) {
    if (!(error instanceof PreflightError)) throw error
    output.stop(error.message)
    return undefined
  }
}

/** For example `echoes text and binary; permessage-deflate: no; messages up to 1048576 bytes`. */
export function describeAbilities({ binary, deflate, messageLimit, notEchoed }: ServerAbilities, isLimitKnown: boolean): string {
  const known = messageLimit === undefined ? 'no message limit up to 16 MiB seen' : `messages up to ${messageLimit} bytes`
  const limit =
    notEchoed === undefined ? known : `a message of ${notEchoed.length} bytes was answered with ${notEchoed.what} (--tier volume tests long messages)`
  return [
    binary ? 'echoes text and binary' : 'echoes text, takes no binary messages',
    `permessage-deflate: ${deflate ? 'yes' : 'no'}`,
    ...(isLimitKnown ? [] : [limit]),
  ].join('; ')
}

/**
 * Starts the command of `--each` for one case that every client passes. @param lastWords what the command left when it ended
 * @returns whether it connected and echoed; if not, the reason is printed
 */
export async function preflightClient(
  output: Output,
  start: StartClient,
  options: ClientSuiteOptions,
  lastWords: () => string | undefined,
): Promise<boolean> {
  const only = [options.http2 === true ? 'http2/framing/length/text-1' : 'framing/length/text-1']
  const { results } = await runClientSuite(start, { ...options, tier: 'standard', only, exclude: [], jobs: 1 })
  const result = results.find(({ id }) => id === only[0])
  if (result === undefined || result.verdict === 'pass' || result.verdict === 'unsupported') return true
  const words = lastWords()
  const what = result.outcome.startsWith('no connection')
    ? 'the client did not connect'
    : `the client does not echo a text message: ${result.outcome}`
  output.stop(words === undefined ? what : `${what}; the command ${words}`)
  return false
}
