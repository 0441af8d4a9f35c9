import { HandshakeError } from '../core/errors.ts'
import type { Observer } from '../connection/observer.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import { connect } from '../runtime/node/connect.ts'
import type { NodeConnectOptions } from '../runtime/node/connect-options.ts'
import { permessageDeflate } from '../runtime/node/zlib/permessage-deflate.ts'
import type { Command } from './command.ts'
import { openPage } from './connect-page.ts'
import { connectSpec, readConnectSettings } from './connect-options.ts'
import type { ConnectSettings } from './connect-options.ts'
import { ConnectOutput } from './connect-output.ts'
import { ConnectSession } from './connect-session.ts'
import { exitCodes } from './exit-codes.ts'
import { handshakeExitCode } from './failure.ts'
import type { CliIo } from './io.ts'

export const connectCommand: Command = {
  ...connectSpec,
  run(args, io) {
    return runClient(readConnectSettings(args), io)
  },
}

/** Enough for a slow network, and not too long for a person who waits for the prompt. */
const closeTimeoutMs = 5000

async function runClient(settings: ConnectSettings, io: CliIo): Promise<number> {
  if (!settings.inspect) return connectOnce(settings, io, undefined)
  const page = await openPage(io)
  try {
    const code = await connectOnce(settings, io, page.observer)
    if (code !== exitCodes.interrupted && code !== exitCodes.terminated) await page.untilInterrupted()
    return code
  } finally {
    page.close()
  }
}

async function connectOnce(settings: ConnectSettings, io: CliIo, observe: Observer | undefined): Promise<number> {
  const output = new ConnectOutput(io, settings)
  const session = new ConnectSession(settings, io, output)
  const aborted = new AbortController()
  let interruptedBy: number | undefined
  const restore = io.onInterrupt((signal) => {
    interruptedBy = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
    aborted.abort()
    session.interrupt(interruptedBy)
  })
  try {
    return await new Promise<number>((resolve, reject) => {
      const opened = connect(settings.url, {
        ...connectOptions(settings, aborted.signal),
        ...(observe === undefined ? {} : { observe }),
        open: (socket) => session.open(socket),
        message: (_socket, message) => session.message(message),
        close: (_socket, info) => resolve(session.close(info)),
        error: reject,
      })
      opened.catch(reject)
    })
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error
    if (interruptedBy !== undefined) return interruptedBy
    output.handshakeFailed(error)
    return handshakeExitCode(error)
  } finally {
    restore()
  }
}

function connectOptions(settings: ConnectSettings, signal: AbortSignal): NodeConnectOptions<readonly string[], NoSubprotocol> {
  const { maxMessage, timeoutMs, pingIntervalMs } = settings
  return {
    subprotocols: settings.subprotocols,
    noSubprotocol: settings.anySubprotocol ? 'accept' : 'refuse',
    headers: settings.headers,
    extensions: settings.deflate ? [permessageDeflate()] : [],
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
    ...(settings.host === undefined ? {} : { authority: settings.host }),
    ...(settings.origin === undefined ? {} : { origin: settings.origin }),
    http: settings.http,
    redirects: settings.redirects,
    signal,
    closeTimeoutMs,
    limits: {
      ...(maxMessage === undefined ? {} : { message: maxMessage }),
      ...(timeoutMs === undefined ? {} : { handshakeMs: timeoutMs }),
    },
    ...(pingIntervalMs === undefined ? {} : { keepalive: pingIntervalMs === 0 ? false : { intervalMs: pingIntervalMs } }),
    ...(settings.unix === undefined ? {} : { socketPath: settings.unix }),
    tls: {
      ...(settings.insecure ? { rejectUnauthorized: false } : {}),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
      ...(settings.cert === undefined || settings.key === undefined ? {} : { cert: settings.cert, key: settings.key }),
    },
  }
}
