import { serveClientSuite } from '../case-server.ts'
import type { CaseServer } from '../case-server.ts'
import type { SuiteReport } from '../result.ts'
import type { Arguments } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import { Output } from './output.ts'
import type { Settings } from './settings.ts'
import { wholeNumber } from './values.ts'

/**
 * `client --port`: serves the cases until SIGINT or SIGTERM, or with `--once` until every client that ran a case has its report.
 * @returns the worst exit code of all clients @throws UsageError
 */
export async function serveCases(args: Arguments, settings: Settings, io: CliIo): Promise<number> {
  const port = wholeNumber('port', args.get('port') ?? '9001', 0, 65535)
  const host = args.get('host') ?? '127.0.0.1'
  const output = new Output(io, settings)
  const reports = new Map<string, SuiteReport>()
  const codes = new Map<string, number>()
  const publish = (report: SuiteReport): void => {
    reports.set(report.subject, report)
    codes.set(report.subject, output.show(report))
    output.writeFiles([...reports.values()])
  }
  const { promise: stopped, resolve: stop, reject: fail } = promiseWithResolvers()
  let server: CaseServer
  try {
    server = await serveClientSuite({
      ...settings.suite,
      port,
      host,
      progress: output.progress,
      updateReports(report) {
        try {
          publish(report)
        } catch (error) {
          fail(error)
        }
      },
      reported() {
        if (args.has('once') && server.agents().every((agent) => reports.has(agent) && !server.isReportDue(agent))) stop()
      },
    })
  } catch (error) {
    io.stderr.write(`cannot listen on ${host} port ${port}: ${(error as Error).message}\n`)
    return exitCodes.network
  }
  const restore = io.onInterrupt(stop)
  const shown = host.includes(':') ? `[${host}]` : host
  output.say(`serving ${server.caseCount} cases at ws://${shown}:${server.port}/; http://${shown}:${server.port}/ tests the browser that opens it`)
  try {
    await stopped
    // A client that never asked for its report, or ran cases since, is judged by what it ran.
    for (const agent of server.agents()) if (server.isReportDue(agent)) publish(server.report(agent))
  } finally {
    restore()
    await server.close()
  }
  if (codes.size === 0) {
    io.stderr.write('no client ran a case\n')
    return exitCodes.network
  }
  return Math.max(...codes.values())
}

function promiseWithResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve!: () => void
  let reject!: (error: unknown) => void
  const promise = new Promise<void>((settle, fail) => {
    resolve = settle
    reject = fail
  })
  return { promise, resolve, reject }
}
