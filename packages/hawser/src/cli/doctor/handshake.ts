import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { HandshakeError } from '../../core/errors.ts'
import type { ReceivedResponse } from '../../core/errors.ts'
import { RULES } from '../../core/handshake/rules.ts'
import type { Observer } from '../../connection/observer.ts'
import type { Socket } from '../../connection/socket.ts'
import { connect } from '../../runtime/node/connect.ts'
import { permessageDeflate } from '../../runtime/node/zlib/permessage-deflate.ts'
import type { Answer, FailedHandshake, HandshakeObservation } from './observation.ts'
import { describeProxyFailure } from './route.ts'
import { systemWords } from './system-words.ts'
import { withoutSecrets } from './box.ts'
import { BROWSER_FIELDS } from './probes.ts'
import type { HandshakeProbe } from './probes.ts'

export interface HandshakeOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly tls: Omit<TlsOptions, 'host' | 'port' | 'path' | 'socket' | 'ALPNProtocols' | 'lookup' | 'timeout' | 'allowHalfOpen'>
  /** Added to every request. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The largest message to receive. */
  readonly maxMessage: number
  readonly message?: (message: string | Uint8Array) => void
  readonly observe?: Observer
  /** As `connect` takes them; not for a handshake with the server itself. */
  readonly route?: { readonly proxy?: string; readonly socketPath?: string }
}

export type ProbeSocket = Socket<string, string | Uint8Array, string | Uint8Array>

export interface Attempt {
  readonly seen: HandshakeObservation
  /** Open, where the handshake succeeded; the caller ends it. */
  readonly socket?: ProbeSocket
}

/** How long a probe of the handshake alone waits for the answer to its Close frame. */
export const closingMs = 200

/** How long the server has for its Close frame. */
export const closeMs = 2000

/** One opening handshake. Never throws but for options that the user gave wrong: OptionError. */
export async function attemptHandshake(probe: HandshakeProbe, options: HandshakeOptions): Promise<Attempt> {
  const started = performance.now()
  let received: ReceivedResponse | undefined
  try {
    const socket: ProbeSocket = await connect(probe.url, {
      http: probe.http,
      subprotocols: probe.subprotocols,
      noSubprotocol: 'accept',
      extensions: probe.deflate ? [permessageDeflate()] : [],
      headers: [...(probe.browserFields ? BROWSER_FIELDS : []), ...options.headers],
      ...(probe.origin === undefined ? {} : { origin: probe.origin }),
      ...options.route,
      tls: options.tls,
      signal: options.signal,
      // The probes are to run beside each other, and each is short.
      parallel: true,
      keepalive: false,
      closeTimeoutMs: closeMs,
      limits: { handshakeMs: options.timeoutMs, message: options.maxMessage },
      ...(options.observe === undefined ? {} : { observe: options.observe }),
      message: (_socket: unknown, message: string | Uint8Array) => options.message?.(message),
      response: (response) => {
        received = response
      },
      error: () => {},
    })
    const answer = received === undefined ? { httpVersion: probe.http, status: 101, statusText: '', fields: [], body: '' } : answerOf(received)
    const extensions = socket.extensions.map(({ name }) => name)
    return { socket, seen: { outcome: 'opened', answer, subprotocol: socket.subprotocol, extensions, ms: performance.now() - started } }
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error
    return { seen: failureOf(error, performance.now() - started, options.timeoutMs) }
  }
}

/** As {@link attemptHandshake}, and ends the connection at once. */
export async function observeHandshake(probe: HandshakeProbe, options: HandshakeOptions): Promise<HandshakeObservation> {
  const { socket, seen } = await attemptHandshake(probe, options)
  // A probe of the handshake alone waits for nobody's Close frame.
  if (socket !== undefined) void Promise.race([socket.close(1000), delay(closingMs)]).then(() => socket.terminate())
  return seen
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

function failureOf(error: HandshakeError, ms: number, timeoutMs: number): FailedHandshake {
  const rule = Object.entries(RULES).find(([, one]) => one === error.rule)?.[0]
  const ofProxy = error.stage === 'proxy' ? describeProxyFailure(error) : undefined
  const code = ofProxy?.code ?? (error.cause as NodeJS.ErrnoException | undefined)?.code
  return {
    outcome: 'failed',
    stage: error.stage,
    fault: error.fault,
    message:
      error.stage === 'timeout'
        ? `no complete answer within ${timeoutMs / 1000} s`
        : ofProxy === undefined && typeof code === 'string'
          ? systemWords(error.cause as Error)
          : error.message,
    ms,
    ...(typeof code === 'string' ? { code } : {}),
    ...(rule === undefined ? {} : { rule }),
    // The answer of a proxy to CONNECT is none to the handshake
    ...(error.response === undefined || ofProxy !== undefined ? {} : { answer: answerOf(error.response) }),
  }
}

export function answerOf(response: ReceivedResponse): Answer {
  const { httpVersion, status, statusText, fields, body } = response
  return withoutSecrets({ httpVersion, status, statusText, fields, body: new TextDecoder().decode(body) })
}
