import { asError, OptionError } from '../../core/errors.ts'
import { checkNames } from '../../core/option-names.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { Extension } from '../../core/protocol/extension.ts'
import { checkLimits } from '../../connection/limits.ts'
import type { ConnectHandlers } from '../../client/options.ts'
import { readSettings } from '../../client/settings.ts'
import type { EstablishHandler, EstablishRequest, EstablishRuntime } from '../../web/runtime.ts'
import { connect } from './connect.ts'
import { checkNodeOptions, nodeOptionNames } from './connect-options.ts'
import type { NodeConnectOptions } from './connect-options.ts'
import { permessageDeflate } from './zlib/permessage-deflate.ts'

/**
 * The options of {@link connect} that the WHATWG classes take. Some defaults differ: `blockBadPorts` is true, and permessage-deflate is offered as in
 * browsers (`extensions: []` turns it off). `limits.message` is 128 MiB and `limits.sendBuffer` 2 GiB, since the standard has neither limit.
 */
export interface EstablishOptions
  extends Omit<
    NodeConnectOptions<readonly string[], NoSubprotocol>,
    keyof ConnectHandlers | 'subprotocols' | 'invalidMessage' | 'text' | 'messages' | 'error'
  > {}

/** The classes have events or streams, `protocols` and `binaryType` instead. */
const replaced: readonly string[] = [
  'open',
  'message',
  'stream',
  'invalid',
  'drained',
  'dropped',
  'close',
  'error',
  'subprotocols',
  'invalidMessage',
  'text',
  'messages',
]
const optionNames: readonly string[] = ['protocols', ...nodeOptionNames.filter((name) => !replaced.includes(name))]

let deflate: readonly Extension[] | undefined

/**
 * WebSockets standard, establish a WebSocket connection: the user agent offers permessage-deflate. It holds no connection's state. Made for the first
 * connection: trying what this runtime's zlib can do would double the time of evaluating hawser.
 */
function offeredExtensions(): readonly Extension[] {
  return (deflate ??= [permessageDeflate()])
}

/** Node's part of the WHATWG classes: connections of {@link connect}. */
export const nodeEstablish: EstablishRuntime = {
  baseUrl: undefined,
  establish(request, handler) {
    checkNames(request.extra, optionNames)
    const { limits, signal } = request.extra as EstablishOptions
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
  const extra = request.extra as EstablishOptions
  const signal = extra.signal === undefined ? request.signal : AbortSignal.any([extra.signal, request.signal])
  return {
    blockBadPorts: true,
    extensions: offeredExtensions(),
    ...extra,
    limits: { message: 134_217_728, sendBuffer: 0x7fff_ffff, ...extra.limits },
    subprotocols: request.subprotocols,
    signal,
    open: (socket) => handler.open(socket as unknown as Parameters<EstablishHandler['open']>[0]),
    message: (_socket, message) => handler.message(message),
    close: (_socket, info) => handler.closed(info),
  }
}
