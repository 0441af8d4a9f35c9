import * as net from 'node:net'
import { once } from 'node:events'
import { HandshakeError } from '../core/errors.ts'
import { connect } from '../runtime/node/connect.ts'
import { addressText } from './bridge/address.ts'
import { StreamTarget } from './bridge/stream-target.ts'
import { clientOptions, doctorArguments } from './connection-options.ts'
import type { ConnectSettings } from './connect-options.ts'
import type { ConnectOutput } from './connect-output.ts'
import { exitCodes } from './exit-codes.ts'
import { listenFailure } from './failure.ts'
import type { CliIo } from './io.ts'
import { errorText } from './terminal.ts'

/** `hawser connect --listen`: each TCP connection is joined with a WebSocket of its own. Resolves with the exit code after a signal. */
export async function listenForStreams(
  settings: ConnectSettings,
  address: NonNullable<ConnectSettings['listen']>,
  io: CliIo,
  output: ConnectOutput,
): Promise<number> {
  const stopped = new AbortController()
  const streams = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (stream) => {
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    void join(stream, settings, stopped.signal, output)
  })
  server.maxConnections = settings.maxConnections
  server.on('drop', () => output.problem(`refused a connection: ${settings.maxConnections} are open (--max-connections)`))
  const signalled = new Promise<void>((resolve) => io.onInterrupt(() => resolve()))
  try {
    server.listen(address.port, address.host)
    await once(server, 'listening')
  } catch (error) {
    const why = listenFailure(error)
    if (why === undefined) throw error
    output.problem(`cannot listen on ${addressText(address)}: ${why}`)
    return exitCodes.network
  }
  output.listening(addressText({ ...address, port: (server.address() as net.AddressInfo).port }))
  await signalled
  server.close()
  stopped.abort()
  for (const stream of streams) stream.destroy()
  return exitCodes.clean
}

async function join(stream: net.Socket, settings: ConnectSettings, stopped: AbortSignal, output: ConnectOutput): Promise<void> {
  const target = new StreamTarget(stream)
  const gone = new AbortController()
  const abandon = (): void => gone.abort()
  stream.once('close', abandon)
  try {
    await connect(settings.url, {
      ...clientOptions(settings, AbortSignal.any([stopped, gone.signal])),
      open(socket) {
        stream.off('close', abandon)
        target.start(socket)
      },
      message: (_socket, message) => target.message(message),
      close: (_socket, info) => target.end(info),
      error: (error) => output.problem(errorText(error)),
    })
  } catch (error) {
    stream.resetAndDestroy()
    if (!(error instanceof HandshakeError)) output.problem(errorText(error))
    else if (!gone.signal.aborted && !stopped.aborted) output.handshakeFailed(error, doctorArguments(settings))
  }
}
