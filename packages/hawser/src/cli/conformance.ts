import { spawn } from 'node:child_process'
import type { ConformanceCase } from '../conformance/case.ts'
import { clientCases } from '../conformance/cases/client/index.ts'
import { serverCases } from '../conformance/cases/server/index.ts'
import { runClientSuite } from '../conformance/client-suite.ts'
import type { StartClient } from '../conformance/client-suite.ts'
import { serveClientSuite } from '../conformance/fuzzing-server.ts'
import { selectCases } from '../conformance/select.ts'
import { runServerSuite } from '../conformance/server-suite.ts'
import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import {
  clientCertificate,
  clientSpec,
  commandWords,
  overview,
  requestFields,
  serverSpec,
  serverTarget,
  sharedSettings,
} from './conformance-options.ts'
import type { ConformanceSettings } from './conformance-options.ts'
import { ConformanceOutput } from './conformance-output.ts'
import { exitCodes } from './exit-codes.ts'
import { commandHelp } from './help.ts'
import type { CliIo } from './io.ts'
import { wholeNumber } from './values.ts'

/** `hawser conformance server …` and `hawser conformance client …`. @returns the exit code @throws UsageError */
export async function conformance(argv: readonly string[], io: CliIo): Promise<number> {
  const [what, ...rest] = argv
  if (what === 'server') return server(rest, io)
  if (what === 'client') return client(rest, io)
  if (what === '--help' || what === '-h') {
    io.stdout.write(commandHelp(overview))
    return exitCodes.clean
  }
  throw new UsageError(
    what === undefined ? `conformance needs server or client: ${overview.usage}` : `expected server or client, received ${JSON.stringify(what)}`,
  )
}

async function server(argv: readonly string[], io: CliIo): Promise<number> {
  const listing = argv.includes('--list')
  const args = new Arguments(listing ? { ...serverSpec, positionals: [] } : serverSpec, listing ? argv.filter((word) => !/^wss?:/.test(word)) : argv)
  if (args.help) return help(io, commandHelp(serverSpec))
  const settings = sharedSettings(args)
  if (settings.list) return list(io, settings, serverCases)
  const url = serverTarget(args)
  mustSelect(settings, serverCases)
  const output = new ConformanceOutput(io, settings)
  const subprotocols = args
    .get('subprotocols')
    ?.split(',')
    .filter((name) => name !== '')
  const originRefused = args.get('origin-refused')
  const pathUnknown = args.get('path-unknown')
  const report = await runServerSuite(url, {
    ...suiteOptions(settings),
    progress: output.progress,
    deflate: !args.has('no-deflate'),
    insecure: args.has('insecure'),
    http2: args.has('http2'),
    fields: requestFields(args),
    ...(subprotocols === undefined ? {} : { subprotocols }),
    ...(originRefused === undefined ? {} : { originRefused }),
    ...(pathUnknown === undefined ? {} : { pathUnknown }),
  })
  return output.finish(report)
}

async function client(argv: readonly string[], io: CliIo): Promise<number> {
  const args = new Arguments(clientSpec, argv)
  if (args.help) return help(io, commandHelp(clientSpec))
  const settings = sharedSettings(args)
  if (settings.list) return list(io, settings, clientCases)
  mustSelect(settings, clientCases)
  const each = args.get('each')
  if (each !== undefined) {
    if (args.get('port') !== undefined) throw new UsageError('--each and --port exclude each other')
    const certificate = clientCertificate(args)
    const output = new ConformanceOutput(io, settings)
    const report = await runClientSuite(starter(commandWords(each)), {
      ...suiteOptions(settings),
      http2: args.has('http2'),
      ...(certificate === undefined ? {} : { certificate }),
      progress: output.progress,
      agent: args.get('agent') ?? each,
    })
    return output.finish(report)
  }
  for (const name of ['http2', 'tls-cert', 'tls-key']) if (args.has(name)) throw new UsageError(`--${name} needs --each`)
  return fuzzingServer(args, settings, io)
}

async function fuzzingServer(args: Arguments, settings: ConformanceSettings, io: CliIo): Promise<number> {
  const output = new ConformanceOutput(io, settings)
  const port = wholeNumber('port', args.get('port') ?? '9001', 0, 65535)
  const host = args.get('host') ?? '127.0.0.1'
  let code: number = exitCodes.clean
  let stop: () => void = () => {}
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  let suite: Awaited<ReturnType<typeof serveClientSuite>>
  try {
    suite = await serveClientSuite({
      ...suiteOptions(settings),
      port,
      host,
      progress: output.progress,
      updateReports(report) {
        code = output.finish(report)
        // The client still gets its answer to /updateReports.
        if (args.has('once')) setTimeout(stop, 200)
      },
    })
  } catch (error) {
    io.stderr.write(`hawser: cannot listen on ${host} port ${port}: ${(error as Error).message}\n`)
    return exitCodes.network
  }
  const shown = host.includes(':') ? `[${host}]` : host
  io.stdout.write(`serving ${suite.caseCount} cases at ws://${shown}:${suite.port}/, a browser is driven by http://${shown}:${suite.port}/\n`)
  const restore = io.onInterrupt(stop)
  await stopped
  restore()
  await suite.close()
  return code
}

function starter(words: readonly string[]): StartClient {
  return (url, signal) =>
    new Promise((resolve) => {
      const [file = '', ...rest] = words.map((word) => word.replaceAll('{url}', url))
      const child = spawn(file, rest, { stdio: 'ignore' })
      child.once('error', () => resolve())
      child.once('exit', () => resolve())
      // A client that ends by itself is given the time to.
      signal.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), 500).unref())
    })
}

function suiteOptions(settings: ConformanceSettings): {
  only: readonly string[]
  seed: number
  timeouts: boolean
  bounds: ConformanceSettings['bounds']
  jobs?: number
  maxMessage?: number
} {
  return {
    only: settings.only,
    seed: settings.seed,
    timeouts: settings.timeouts,
    bounds: settings.bounds,
    ...(settings.jobs === undefined ? {} : { jobs: settings.jobs }),
    ...(settings.maxMessage === undefined ? {} : { maxMessage: settings.maxMessage }),
  }
}

function help(io: CliIo, text: string): number {
  io.stdout.write(text)
  return exitCodes.clean
}

function mustSelect(settings: ConformanceSettings, cases: readonly ConformanceCase[]): void {
  for (const pattern of settings.only)
    if (selectCases(cases, [pattern]).length === 0) throw new UsageError(`option --only: no case matches ${JSON.stringify(pattern)}`, 'try --list')
}

function list(io: CliIo, settings: ConformanceSettings, cases: readonly ConformanceCase[]): number {
  mustSelect(settings, cases)
  const selected = selectCases(cases, settings.only)
  if (settings.json === '-') io.stdout.write(`${JSON.stringify(selected, null, 1)}\n`)
  else
    for (const row of selected)
      io.stdout.write(
        `${row.id}  [${row.level}, ${row.section}${row.requirements.length === 0 ? '' : `, ${row.requirements.join(', ')}`}]  ${row.why}\n`,
      )
  return exitCodes.clean
}
