import { HandshakeError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { Observer } from '../connection/observer.ts'
import type { Socket } from '../connection/socket.ts'
import { connect } from '../runtime/node/connect.ts'
import { clientOptions, doctorArguments } from './connection-options.ts'
import type { ConnectionSettings } from './connection-options.ts'
import type { ConnectOutput } from './connect-output.ts'
import { exitCodes } from './exit-codes.ts'
import { handshakeExitCode } from './failure.ts'
import type { CliIo } from './io.ts'

export type CliSocket = Socket<string, string | Uint8Array, string | Uint8Array>

/** What a command does with its one connection. */
export interface ClientSession {
  /** Called before the first message. */
  open(socket: CliSocket): void
  /** @returns a promise that holds back the next message */
  message(message: string | Uint8Array): Promise<void> | undefined
  /** Called after the last message. @returns the exit code */
  close(info: CloseInfo): number
  /** The first call starts the closing handshake, the second drops the connection. */
  interrupt(verdict: number): void
}

/** Connects, and runs the session to its end. @returns the exit code */
export async function runSession(
  settings: ConnectionSettings,
  io: CliIo,
  output: ConnectOutput,
  session: ClientSession,
  observe?: Observer,
): Promise<number> {
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
        ...clientOptions(settings, aborted.signal),
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
    output.handshakeFailed(error, doctorArguments(settings))
    return handshakeExitCode(error)
  } finally {
    restore()
  }
}
