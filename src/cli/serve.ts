import type { Socket } from '../connection/socket.ts'
import type { ObservedHandshake } from '../server/observer.ts'
import { permessageDeflate } from '../runtime/node/deflate.ts'
import { serve } from '../runtime/node/serve.ts'
import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { createInspector } from './inspect/page-server.ts'
import type { CliIo } from './io.ts'
import { ServeLog } from './serve-log.ts'
import { readServeSettings, serveSpec } from './serve-options.ts'
import type { ServeSettings } from './serve-options.ts'
import { targetPath } from './target-path.ts'
import { printable } from './terminal.ts'

export const serveCommand: Command = {
  ...serveSpec,
  async run(args, io) {
    const settings = readServeSettings(args)
    return runServer(settings, io)
  },
}

interface Context {
  readonly number: number
  readonly path: string
}

async function runServer(settings: ServeSettings, io: CliIo): Promise<number> {
  const log = new ServeLog(io, settings)
  const inspector = settings.inspect ? createInspector(inspectFacts(settings), settings.host) : undefined
  const sockets = new Set<Socket<string, string | Uint8Array, string | Uint8Array, Context>>()
  let lastNumber = 0
  const observed = (event: ObservedHandshake): void => {
    inspector?.observer.handshake?.(event)
    if (event.status !== 101 && log.wantsEvents) log.refused(event, targetPath(event.request))
  }
  const interrupted = nextInterrupt(io)
  let server: Awaited<ReturnType<typeof serve>>
  try {
    server = await serve({
      host: settings.host,
      port: settings.port,
      ...(settings.tls === undefined ? {} : { tls: settings.tls }),
      subprotocols: settings.subprotocols,
      noSubprotocol: settings.requireSubprotocol ? 'refuse' : 'accept',
      extensions: settings.deflate ? [permessageDeflate()] : [],
      origins: settings.origins,
      ...(settings.paths.length === 0 ? {} : { paths: settings.paths }),
      ...(settings.maxMessage === undefined ? {} : { limits: { message: settings.maxMessage } }),
      ...(settings.pingIntervalMs === undefined
        ? {}
        : { keepalive: settings.pingIntervalMs === 0 ? false : { intervalMs: settings.pingIntervalMs } }),
      ...(inspector === undefined ? {} : { request: inspector.request }),
      ...(inspector !== undefined || log.wantsEvents ? { observe: { handshake: observed } } : {}),
      upgrade: (request) => ({ context: { number: ++lastNumber, path: request.path } }),
      open(socket) {
        sockets.add(socket)
        const { remoteAddress, remotePort } = socket.transport
        log.open({
          number: socket.context.number,
          path: socket.context.path,
          subprotocol: socket.subprotocol,
          extensions: socket.extensions.map((extension) => extension.name),
          remote: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
        })
      },
      message(socket, message) {
        if (log.wantsMessages) log.message(socket.context.number, message)
        if (settings.mode === 'echo') return socket.send(message) === 'buffered' ? socket.drained : undefined
        for (const each of sockets) each.send(message)
      },
      close(socket, info) {
        sockets.delete(socket)
        log.close(socket.context.number, info)
      },
      error(error, where) {
        io.stderr.write(`hawser: ${where}: ${printable(error instanceof Error ? (error.stack ?? error.message) : String(error), true)}\n`)
      },
    })
  } catch (error) {
    const code = listenFailure(error)
    if (code === undefined) throw error
    io.stderr.write(`hawser: cannot listen on ${settings.host} port ${settings.port}: ${code}\n`)
    return exitCodes.network
  }
  const url = new URL(server.url)
  log.listening(
    `${url.protocol}//${url.host}/`,
    inspector === undefined ? undefined : `${settings.tls === undefined ? 'http' : 'https'}://${url.host}/`,
  )
  const signal = await interrupted
  log.draining(signal, sockets.size)
  const second = nextInterrupt(io).then(() => exitCodes.interrupted)
  return Promise.race([second, server.drain({ graceMs: settings.graceMs }).then(() => exitCodes.clean)])
}

function inspectFacts(settings: ServeSettings): Parameters<typeof createInspector>[0] {
  const origins = settings.origins === 'any' ? 'every origin' : ['the same origin', ...settings.origins].join(', ')
  return { mode: settings.mode, subprotocols: settings.subprotocols, origins, paths: settings.paths }
}

function nextInterrupt(io: CliIo): Promise<string> {
  return new Promise((resolve) => {
    const restore = io.onInterrupt((signal) => {
      restore()
      resolve(signal)
    })
  })
}

const listenFailures: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'something listens there already (--port 0 picks a free port)'],
  ['EADDRNOTAVAIL', 'this machine does not have that address'],
  ['EACCES', 'the system does not allow it (ports below 1024 often need a privilege)'],
  ['ENOTFOUND', 'that name is not known'],
  ['EAI_AGAIN', 'that name cannot be looked up now'],
])

function listenFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const why = listenFailures.get(error.code)
  return why === undefined ? undefined : `${why} (${error.code})`
}
