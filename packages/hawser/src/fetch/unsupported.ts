import { OptionError } from '../core/errors.ts'
import type { ServerLimits } from '../server/options.ts'
import type { FetchCapabilities } from './capabilities.ts'

/** Why an option cannot be honoured over the sockets of a platform; undefined where it can. */
type Check = (capabilities: FetchCapabilities, value: unknown) => string | undefined

const needs =
  (capability: keyof FetchCapabilities, instead: string): Check =>
  (capabilities) =>
    capabilities[capability] === false ? instead : undefined
const never =
  (instead: string): Check =>
  () =>
    instead

const noBufferedAmount = 'it does not tell how much waits for a peer'
const wholeMessages = 'it delivers a message when it is complete; use `message`'
const parsesItself = 'it parses requests and frames itself'

/** Options of a server over hawser's own transports that some platform cannot honour. */
const options: Readonly<Record<string, Check>> = {
  extensions: never('it negotiates extensions itself'),
  keepalive: never('it sends its own Pings; use its own option for them'),
  observe: never('it does not show the bytes of an opening handshake'),
  stream: never(wholeMessages),
  messages: (_, value) => (value === 'streams' ? wholeMessages : undefined),
  text: (_, value) => (value === 'bytes' ? 'it decodes text messages itself' : undefined),
  tooFast: (_, value) => (value === 'pause' ? 'only close is possible' : undefined),
  slowConsumer: (capabilities, value) => {
    if (!capabilities.bufferedAmount) return noBufferedAmount
    return value === 'drop-oldest' || value === 'coalesce' ? 'a message that it has taken cannot be dropped' : undefined
  },
  drained: needs('bufferedAmount', noBufferedAmount),
  dropped: needs('bufferedAmount', noBufferedAmount),
  trustProxy: needs('remoteAddress', 'it does not tell the address of the peer'),
}

const limits: Readonly<Partial<Record<keyof ServerLimits, Check>>> = {
  streamedMessage: never(wholeMessages),
  frame: never(parsesItself),
  fragments: never(parsesItself),
  incompleteBytes: never(parsesItself),
  incompleteMs: never(parsesItself),
  controlFramesPerSecond: never(parsesItself),
  expandedPerSecond: never('it decompresses messages itself'),
  startLine: never(parsesItself),
  fieldSection: never(parsesItself),
  fields: never(parsesItself),
  turnMs: never('it is a limit of clients'),
  requestMs: never('ordinary requests are its own matter'),
  earlyData: never(parsesItself),
  responseBody: never('it is a limit of clients'),
  memory: never('it does not tell how much memory a connection holds'),
  sendBuffer: needs('bufferedAmount', noBufferedAmount),
  highWaterMark: needs('bufferedAmount', noBufferedAmount),
  lowWaterMark: needs('bufferedAmount', noBufferedAmount),
  connectionsPerAddress: needs('remoteAddress', 'it does not tell the address of the peer'),
  ipv6Prefix: needs('remoteAddress', 'it does not tell the address of the peer'),
}

/**
 * Refuses options that the platform cannot honour; it never ignores one.
 * @throws OptionError
 */
export function refuseUnsupported(given: object, capabilities: FetchCapabilities): void {
  refuseEach(given, options, '', capabilities)
  const { limits: givenLimits, tooFast } = given as { limits?: Partial<ServerLimits>; tooFast?: unknown }
  if (typeof givenLimits !== 'object' || givenLimits === null) return
  refuseEach(givenLimits, limits, 'limits.', capabilities)
  for (const name of ['messagesPerSecond', 'bytesPerSecond'] as const) {
    if (givenLimits[name] !== undefined && tooFast !== 'close') {
      throw new OptionError('tooFast', `"close" together with limits.${name}: ${capabilities.platform} has no other way to slow a peer down`, tooFast)
    }
  }
}

function refuseEach(given: object, checks: Readonly<Record<string, Check>>, path: string, capabilities: FetchCapabilities): void {
  for (const [name, check] of Object.entries(checks)) {
    const value = (given as Record<string, unknown>)[name]
    const why = value === undefined ? undefined : check(capabilities, value)
    if (why !== undefined) throw unsupported(path + name, why, capabilities)
  }
}

/** The error for an option or a method that needs something the platform lacks. */
export function unsupported(name: string, why: string, { platform }: FetchCapabilities): OptionError {
  return new OptionError(name, `no ${name} on ${platform}`, undefined, `${name} is not possible on ${platform}: ${why}`)
}
