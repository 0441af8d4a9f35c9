import { setImmediate } from 'node:timers'
import { asError, OptionError } from '../../core/errors.ts'
import { checkNames } from '../../core/option-names.ts'
import { checkLimits } from '../../connection/limits.ts'
import { createWebSocketClass } from '../../web/websocket.ts'
import type { WebSocketConstructor, WebSocketInstance } from '../../web/interface.ts'
import type { EstablishRequest, EstablishHandler, WebSocketRuntime } from '../../web/runtime.ts'
import type { WebSocketInit } from '../../web/arguments.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { ConnectHandlers } from '../../client/options.ts'
import { readSettings } from '../../client/settings.ts'
import type { Extension } from '../../core/protocol/extension.ts'
import { nodeClock } from './clock.ts'
import { connect } from './connect.ts'
import { checkNodeOptions, nodeOptionNames } from './connect-options.ts'
import type { NodeConnectOptions } from './connect-options.ts'
import { permessageDeflate } from './zlib/permessage-deflate.ts'

/**
 * `protocols`, and the options of {@link connect}. Some defaults differ: `blockBadPorts` is true, and permessage-deflate is offered as in browsers
 * (`extensions: []` turns it off). `limits.message` is 128 MiB and `limits.sendBuffer` 2 GiB, since the standard has neither limit.
 */
export interface WebSocketOptions
  extends WebSocketInit,
    Omit<NodeConnectOptions<readonly string[], NoSubprotocol>, keyof ConnectHandlers | 'subprotocols' | 'invalidMessage' | 'text' | 'error'> {}

/** The class has events, `protocols` and `binaryType` instead. */
const replaced: readonly string[] = ['open', 'message', 'invalid', 'drained', 'dropped', 'close', 'error', 'subprotocols', 'invalidMessage', 'text']
const optionNames: readonly string[] = ['protocols', ...nodeOptionNames.filter((name) => !replaced.includes(name))]

/** WebSockets standard, establish a WebSocket connection: the user agent offers permessage-deflate. It holds no connection's state. */
const extensions: readonly Extension[] = [permessageDeflate()]

const runtime: WebSocketRuntime = {
  baseUrl: undefined,
  queueTask: (callback) => void setImmediate(callback),
  schedule: nodeClock.schedule,
  establish(request, handler) {
    checkNames(request.extra, optionNames)
    const { limits, signal } = request.extra as WebSocketOptions
    checkLimits(limits)
    // AbortSignal.any takes no other implementation.
    if (signal !== undefined && !((signal as unknown) instanceof AbortSignal)) throw new OptionError('signal', 'an AbortSignal', signal)
    const options = optionsFor(request, handler)
    checkNodeOptions(options)
    readSettings(options)
    connect(request.url, options).catch((error: unknown) => handler.failed(asError(error)))
  },
}

function optionsFor(request: EstablishRequest, handler: EstablishHandler): NodeConnectOptions<readonly string[], NoSubprotocol> {
  const extra = request.extra as WebSocketOptions
  const signal = extra.signal === undefined ? request.signal : AbortSignal.any([extra.signal, request.signal])
  return {
    blockBadPorts: true,
    extensions,
    ...extra,
    limits: { message: 134_217_728, sendBuffer: 0x7fff_ffff, ...extra.limits },
    subprotocols: request.subprotocols,
    signal,
    open: (socket) => handler.open(socket as unknown as Parameters<EstablishHandler['open']>[0]),
    message: (_socket, message) => handler.message(message),
    close: (_socket, info) => handler.closed(info),
  }
}

/** A connection with the WHATWG WebSocket interface. */
export interface WebSocket extends WebSocketInstance {}

/**
 * The WHATWG WebSocket interface on Node. Failures are not opaque: the `error` event carries a `HandshakeError` or `ConnectionError`.
 * @throws DOMException as the standard says; OptionError for a wrong option
 */
export const WebSocket: WebSocketConstructor<WebSocketOptions> = createWebSocketClass<WebSocketOptions>(runtime)
