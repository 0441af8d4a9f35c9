import { OptionError } from '../core/errors.ts'
import { checkOptions } from '../core/option-names.ts'
import { checkFlag, checkFunction, checkKey } from '../connection/option-checks.ts'
import type { SendOptions, Socket } from '../connection/socket.ts'

/** Options of `server.broadcast`: how the message is sent, and which connections get it. Default: all. */
export interface BroadcastOptions<Connection = Socket> extends SendOptions {
  /** Receivers of the message; only these are visited, and connections of other servers are skipped. Default: all of this server. */
  readonly to?: Iterable<Connection | Socket>
  /** One connection, or several, that do not get the message. */
  readonly except?: Connection | Socket | Iterable<Connection | Socket>
  /** Called once for each connection; false leaves it out. */
  filter?(socket: Connection): boolean
}

/** A record, so that the compiler notices a missing name. */
const names: Readonly<Record<keyof BroadcastOptions, true>> = { to: true, except: true, filter: true, immutable: true, compress: true, key: true }

/** @throws OptionError naming the option that is wrong; `to` and `except` are read separately */
export function checkBroadcastOptions(options: BroadcastOptions): void {
  checkOptions(options, Object.keys(names))
  checkFunction('filter', options.filter)
  checkFlag('immutable', options.immutable)
  checkFlag('compress', options.compress)
  checkKey(options.key)
}

/**
 * The connections in `to`, each once and in its order.
 * @throws OptionError if it is not an iterable of sockets; also throws what its iterator throws
 */
export function readReceivers<Connection>(connections: { has(socket: unknown): boolean }, to: unknown): ReadonlySet<Connection> {
  const receivers = new Set<Connection>()
  for (const socket of readSockets('to', to)) if (connections.has(socket as Connection)) receivers.add(socket as Connection)
  return receivers
}

/** @throws OptionError if it is neither a socket nor an iterable of sockets; also throws what its iterator throws */
export function readExceptions(except: unknown): ReadonlySet<unknown> {
  return new Set(isSocket(except) ? [except] : readSockets('except', except))
}

function* readSockets(option: 'to' | 'except', value: unknown): Generator<object> {
  // A string is an iterable too.
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw new OptionError(option, option === 'to' ? 'an iterable of sockets, such as a Set' : 'a socket, or an iterable of sockets', value)
  }
  for (const socket of value as Iterable<unknown>) {
    if (!isSocket(socket)) throw new OptionError(option, 'nothing but sockets in it', socket)
    yield socket
  }
}

/** True for sockets that are CLOSED or belong to another server too; these are skipped. */
function isSocket(value: unknown): value is object {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Socket>).send === 'function' && Symbol.asyncIterator in value
}
