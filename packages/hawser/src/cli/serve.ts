import type { RequestListener } from 'node:http'
import { hostname } from 'node:os'
import { isLoopbackHost } from '../core/handshake/index.ts'
import { authorityOf, isAllowedHost } from '../inspect/hosts.ts'
import { createInspection } from '../inspect/inspection.ts'
import type { Inspection } from '../inspect/inspection.ts'
import { permessageDeflate } from '../runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../runtime/node/serve.ts'
import type { ServeOptions } from '../runtime/node/serve.ts'
import type { ListeningServer } from '../runtime/node/server.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import { Metrics } from '../connection/metrics.ts'
import { prometheusText, prometheusType } from '../connection/prometheus.ts'
import type { Command } from './command.ts'
import { CommandTargets } from './bridge/command-target.ts'
import { StreamTargets } from './bridge/stream-target.ts'
import type { BridgeTargets } from './bridge/target.ts'
import { exitCodes } from './exit-codes.ts'
import { listenFailure } from './failure.ts'
import type { CliIo } from './io.ts'
import { LogWriter } from './log-writer.ts'
import { serveHandlers } from './serve-handlers.ts'
import type { ServeContext } from './serve-handlers.ts'
import { ServeLog } from './serve-log.ts'
import { readServeSettings, serveSpec } from './serve-options.ts'
import type { ServeSettings } from './serve-options.ts'
import { errorText, printable } from './terminal.ts'

export const serveCommand: Command = {
  ...serveSpec,
  async run(args, io) {
    const settings = readServeSettings(args)
    return runServer(settings, io)
  },
}

type CliServer = ListeningServer<readonly string[], ServeContext>

/** The limit of the library: a longer line could not be received as a message. */
const defaultMaxMessage = 1 << 20

/** After `--grace` every connection has been dropped; the process waits at most this long for the sockets to close. */
const exitAfterGraceMs = 1000

async function runServer(settings: ServeSettings, io: CliIo): Promise<number> {
  const log = new ServeLog(io, settings)
  const [interrupted, interruptedAgain] = interrupts(io)
  const targets = bridgeTargets(settings)
  let server: CliServer | undefined
  try {
    // Looking up the name in --host may take long
    server = await Promise.race([startServer(settings, io, log, targets), interrupted.then(() => undefined)])
  } catch (error) {
    const why = listenFailure(error)
    if (why === undefined) throw error
    const where = settings.unix ?? `${settings.host} port ${settings.port}`
    io.stderr.write(`hawser: cannot listen on ${printable(where)}: ${why}\n`)
    return exitCodes.network
  }
  if (server === undefined) return exitCodes.clean
  log.listening(server.url, settings.inspect ? server.url.replace(/^ws/, 'http') : undefined)
  const signal = await interrupted
  log.draining(signal, server.connections.size)
  const code = await Promise.race([
    interruptedAgain.then(() => exitCodes.interrupted),
    drained(server, settings.graceMs)
      .then(() => targets?.endAll(false))
      .then(() => exitCodes.clean),
  ])
  await targets?.endAll(true)
  return code
}

/** Resolves within the grace and {@link exitAfterGraceMs}, whatever the peers do. */
async function drained(server: CliServer, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(graceMs + exitAfterGraceMs, 0x7fff_ffff))
  })
  await Promise.race([server.drain({ graceMs }), overdue])
  clearTimeout(timer)
}

async function startServer(settings: ServeSettings, io: CliIo, log: ServeLog, targets: BridgeTargets | undefined): Promise<CliServer> {
  const errors = new LogWriter(io.stderr, (lines) => `hawser: dropped ${lines} errors: the reader of standard error is too slow\n`)
  const report = (text: () => string): void => errors.write(() => `hawser: ${text()}\n`)
  const inspection = settings.inspect ? openInspection(settings) : undefined
  const metrics = settings.metrics === undefined ? undefined : new Metrics()
  const server: CliServer = await serve<readonly string[], ServeContext, NoSubprotocol>({
    ...listenOptions(settings),
    ...protocolOptions(settings),
    ...(inspection === undefined ? {} : { observe: inspection.observer }),
    ...(inspection === undefined && metrics === undefined ? {} : { request: answerWith(settings, inspection, metrics) }),
    ...serveHandlers(log, targets, report),
    message(socket, message) {
      if (log.wantsMessages) log.message(socket.context.number, message)
      if (socket.context.target !== undefined) return socket.context.target.message(message)
      if (settings.mode === 'echo') return socket.send(message) === 'buffered' ? socket.drained : undefined
      server.broadcast(message)
      return undefined
    },
    error: (error, where) => report(() => `${where}: ${errorText(error)}`),
  })
  if (metrics !== undefined) server.observe(metrics)
  return server
}

function bridgeTargets({ exec, target, maxMessage }: ServeSettings): BridgeTargets | undefined {
  if (exec !== undefined) return new CommandTargets(exec.command, exec.form, maxMessage ?? defaultMaxMessage)
  return target === undefined ? undefined : new StreamTargets(target)
}

function listenOptions(settings: ServeSettings): Pick<ServeOptions, 'host' | 'port' | 'socketPath' | 'tls' | 'http2'> {
  return {
    ...(settings.unix === undefined ? { host: settings.host, port: settings.port } : { socketPath: settings.unix }),
    ...(settings.tls === undefined ? {} : { tls: settings.tls }),
    http2: settings.http2,
  }
}

function protocolOptions(settings: ServeSettings): Omit<ServeOptions<readonly string[], ServeContext, NoSubprotocol>, 'upgrade'> {
  return {
    subprotocols: settings.subprotocols,
    noSubprotocol: settings.requireSubprotocol ? 'refuse' : 'accept',
    extensions: settings.deflate ? [permessageDeflate()] : [],
    origins: settings.origins,
    ...(settings.hosts === undefined ? {} : { hosts: settings.hosts }),
    ...(settings.paths.length === 0 ? {} : { paths: settings.paths }),
    limits: {
      ...(settings.maxMessage === undefined ? {} : { message: settings.maxMessage }),
      ...(settings.maxConnections === undefined ? {} : { connections: settings.maxConnections }),
    },
    ...(settings.pingIntervalMs === undefined ? {} : { keepalive: settings.pingIntervalMs === 0 ? false : { intervalMs: settings.pingIntervalMs } }),
  }
}

function answerWith(settings: ServeSettings, inspection: Inspection | undefined, metrics: Metrics | undefined): RequestListener {
  const machine = hostname()
  // A page of another site reaches this machine under its own name (DNS rebinding). Where others can connect anyway, Prometheus may use any name
  const isPrivate = settings.unix === undefined && isLoopbackHost(settings.host)
  return (request, response) => {
    if (metrics !== undefined && request.method === 'GET' && request.url?.split('?', 1)[0] === settings.metrics) {
      if (isPrivate && !isAllowedHost(authorityOf(request), settings.host, machine, settings.hosts)) {
        response.writeHead(421, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Only under a name of this machine, or one of --allow-host.\n')
      } else response.writeHead(200, { 'Content-Type': prometheusType }).end(prometheusText(metrics.snapshot(), ['server']))
    } else if (inspection?.request(request, response) !== true) response.writeHead(404, { 'Content-Length': 0 }).end()
  }
}

function openInspection(settings: ServeSettings): Inspection {
  const machine = hostname()
  return createInspection({
    path: '/',
    facts: {
      role: 'server',
      mode: settings.mode,
      subprotocols: settings.subprotocols,
      origins: settings.origins === 'any' ? 'every origin' : ['the same origin', ...settings.origins].join(', '),
      paths: settings.paths,
      extensions: settings.deflate ? ['permessage-deflate'] : [],
      requiresSubprotocol: settings.requireSubprotocol,
    },
    credentials: settings.inspectCredentials,
    limits: undefined,
    // The address that the server listens on says who can reach it, and --inspect-remote is needed where others can.
    admit: (request) => isAllowedHost(authorityOf(request), settings.host, machine, settings.hosts) || wrongHost,
  })
}

const wrongHost = { status: 421, reason: 'This page is only served under an address or a name of this machine, not under the name in Host.' }

/** Resolve with the first signal and with the second. */
function interrupts(io: CliIo): [first: Promise<string>, second: Promise<string>] {
  const resolvers: ((signal: string) => void)[] = []
  const next = (): Promise<string> => new Promise((resolve) => void resolvers.push(resolve))
  const both: [Promise<string>, Promise<string>] = [next(), next()]
  io.onInterrupt((signal) => resolvers.shift()?.(signal))
  return both
}
