import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { HandshakeError } from '../../core/errors.ts'
import type { Explanation } from '../../client/exchange.ts'
import { explainTls } from './connect-errors.ts'
import { HTTP2_RULES } from '../../core/http2/rules.ts'
import type { DialProgress } from '../../client/dial.ts'
import type { ClientSession } from '../../client/http2/session.ts'
import { Http2Sessions } from '../../client/http2/sessions.ts'
import type { Runtime } from '../../connection/runtime.ts'
import { http2, setSessionWindow } from './http2-module.ts'
import { NodeClientSession } from './http2-session.ts'
import { SessionKeys } from './http2-session-key.ts'

/** Windows of the client: 1 MiB for a stream is what a path of 80 ms takes at 100 Mbit/s. */
const streamWindow = 1_048_576
const sessionWindow = 4_194_304

/** The client's sessions over node:http2. */
export class NodeHttp2Sessions extends Http2Sessions<Socket> {
  readonly keys: SessionKeys = new SessionKeys()

  constructor(runtime: Runtime) {
    super(runtime, {
      speaksHttp2: (socket) => {
        const { encrypted, alpnProtocol } = socket as TLSSocket
        return encrypted !== true || alpnProtocol === 'h2'
      },
      open: openSession,
      destroy: (socket) => void socket.destroy(),
    })
  }
}

function openSession(socket: Socket, origin: string, { signal }: DialProgress): Promise<ClientSession> {
  // A session does not end a socket that stays half open.
  socket.allowHalfOpen = false
  const session = http2().connect(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: streamWindow },
    maxSessionMemory: 64,
  })
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      session.off('remoteSettings', ready)
      session.off('close', failed)
      socket.off('error', broke)
      signal.removeEventListener('abort', aborted)
    }
    const ready = (): void => {
      leave()
      setSessionWindow(session, sessionWindow, streamWindow)
      resolve(new NodeClientSession(session, socket))
    }
    let cause: Error | undefined
    const failed = (): void => {
      leave()
      const message = `${origin} did not begin HTTP/2${cause === undefined ? '' : `: ${cause.message}`}`
      const hint = 'does the port speak HTTP/2?'
      const found = cause && explainTls(cause)
      const why: Explanation = { stage: 'settings', condition: 'http2-unavailable', rule: HTTP2_RULES.preface, hint, ...found }
      reject(new HandshakeError(message, { ...why, hint: why.hint ?? hint, fault: 'peer', ...(cause === undefined ? {} : { cause }) }))
    }
    // node:http2 does not notice a TLS alert that comes before SETTINGS: its session neither fails nor closes.
    const broke = (error: Error): void => {
      cause ??= error
      failed()
      session.destroy()
      socket.destroy()
    }
    const aborted = (): void => {
      leave()
      session.destroy()
      socket.destroy()
      reject(signal.reason as Error)
    }
    // Also later: the streams report the errors of their session.
    session.on('error', (error: Error) => {
      cause ??= error
    })
    session.once('remoteSettings', ready)
    session.once('close', failed)
    socket.once('error', broke)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}
