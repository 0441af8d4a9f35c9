import { casesOfTier } from '../cases/tiers.ts'
import { runClientSuite } from '../client-suite.ts'
import type { ClientSuiteOptions } from '../client-suite.ts'
import { UsageError } from './usage-error.ts'
import type { Arguments } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import { interruptible } from './interruptible.ts'
import type { CliIo } from './io.ts'
import { listCases } from './list.ts'
import { onlyWithEach, onlyWithPort } from './modes.ts'
import { Output } from './output.ts'
import { preflightClient } from './preflight.ts'
import { checkTls, readFile } from './read-file.ts'
import { serveCases } from './serve-cases.ts'
import { readSettings, tierOf } from './settings.ts'
import { commandWords, startCommand, WatchedCommand } from './start-command.ts'
import { duration } from './values.ts'

/** The mode `client`. @returns the exit code @throws UsageError */
export async function testClient(args: Arguments, io: CliIo): Promise<number> {
  const cases = casesOfTier('client', tierOf(args))
  const settings = readSettings(args, cases, io.env)
  if (settings.list) return listCases(io, settings, cases)
  const each = args.get('each')
  const wrong = (each === undefined ? onlyWithEach : onlyWithPort).find((name) => args.has(name))
  if (each === undefined) {
    if (wrong !== undefined) throw new UsageError(`--${wrong} needs --each`)
    return serveCases(args, settings, io)
  }
  if (wrong !== undefined) throw new UsageError(`--each and --${wrong} exclude each other`)
  const words = commandWords(each)
  const certificate = certificateOf(args)
  const startTimeout = args.get('start-timeout')
  const startMs = startTimeout === undefined ? {} : { startMs: duration('start-timeout', startTimeout) }
  const suite: ClientSuiteOptions = {
    ...settings.suite,
    bounds: { ...settings.suite.bounds, ...startMs },
    http2: args.has('http2'),
    ...(certificate === undefined ? {} : { certificate }),
  }
  const output = new Output(io, settings)
  if (!args.has('no-preflight')) {
    const command = new WatchedCommand(words)
    if (!(await preflightClient(output, command.start, suite, () => command.lastWords()))) return exitCodes.network
  }
  const agent = args.get('agent') ?? each
  const report = await interruptible(io, (signal) => runClientSuite(startCommand(words), { ...suite, progress: output.progress, agent, signal }))
  const code = output.show(report)
  output.writeFiles([report])
  return code
}

function certificateOf(args: Arguments): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  args.together('tls-cert', 'tls-key')
  const [certFile, keyFile] = [args.get('tls-cert'), args.get('tls-key')]
  if (certFile === undefined || keyFile === undefined) return undefined
  const [cert, key] = [readFile('tls-cert', certFile), readFile('tls-key', keyFile)]
  checkTls('options --tls-cert and --tls-key', { cert, key })
  return { cert, key }
}
