import { casesOfTier } from '../cases/tiers.ts'
import type { ServerAbilities } from '../preflight/server.ts'
import { selectCases } from '../select.ts'
import { runServerSuite } from '../server-suite.ts'
import type { ServerSuiteOptions } from '../server-suite.ts'
import { UsageError } from './usage-error.ts'
import type { Arguments } from './arguments.ts'
import type { CliIo } from './io.ts'
import { exitCodes } from './exit-codes.ts'
import { interruptible } from './interruptible.ts'
import { listCases } from './list.ts'
import { Output } from './output.ts'
import { describeAbilities, needsPreflight, preflightServer } from './preflight.ts'
import { readSettings, tierOf } from './settings.ts'
import { duration, fieldLine } from './values.ts'

/** The mode `server`. @returns the exit code @throws UsageError */
export async function testServer(args: Arguments, io: CliIo): Promise<number> {
  const cases = casesOfTier('server', tierOf(args))
  const settings = readSettings(args, cases, io.env)
  if (settings.list) return listCases(io, settings, cases)
  const url = target(args)
  const subprotocols = args
    .get('subprotocols')
    ?.split(',')
    .filter((name) => name !== '')
  const agent = args.get('agent')
  const originRefused = args.get('origin-refused')
  const pathUnknown = args.get('path-unknown')
  const fields = args.list('header').map((line) => fieldLine('header', line))
  const insecure = args.has('insecure')
  const wait = args.get('wait')
  const output = new Output(io, settings)
  const { maxMessage, bounds } = settings.suite
  let abilities: ServerAbilities | undefined
  if (!args.has('no-preflight') && needsPreflight(selectCases(cases, settings.suite.only, settings.suite.exclude))) {
    abilities = await preflightServer(output, url, {
      fields,
      insecure,
      ...(bounds.answerMs === undefined ? {} : { answerMs: bounds.answerMs }),
      waitMs: wait === undefined ? 0 : duration('wait', wait),
      limit: maxMessage === undefined,
    })
    if (abilities === undefined) return exitCodes.network
    if (!settings.quiet) output.say(`preflight: ${url.href} ${describeAbilities(abilities, maxMessage !== undefined)}`)
  }
  const options: ServerSuiteOptions = {
    ...settings.suite,
    progress: output.progress,
    deflate: !args.has('no-deflate') && abilities?.deflate !== false,
    binary: abilities?.binary !== false,
    insecure,
    http2: args.has('http2'),
    fields,
    ...(agent === undefined ? {} : { agent }),
    ...(subprotocols === undefined ? {} : { subprotocols }),
    ...(originRefused === undefined ? {} : { originRefused }),
    ...(pathUnknown === undefined ? {} : { pathUnknown }),
  }
  const report = await interruptible(io, (signal) => runServerSuite(url, { ...options, signal }))
  const code = output.show(report)
  output.writeFiles([report])
  return code
}

function target(args: Arguments): URL {
  const text = args.positionals[0] ?? ''
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:'))
    throw new UsageError(`expected a ws: or wss: URL, received ${JSON.stringify(text)}`)
  return url
}
