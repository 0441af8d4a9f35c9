import type { Duplex } from 'node:stream'
import { UpgradeConflictError } from '../../core/errors.ts'
import { pendingResponse } from './response-wait.ts'

const claimedKey: unique symbol = Symbol('hawser claimed')

interface ClaimedSocket extends Duplex {
  [claimedKey]?: true
}

export function isClaimed(socket: ClaimedSocket): boolean {
  return socket[claimedKey] === true
}

/** @throws UpgradeConflictError when the socket was claimed already */
export function claim<T extends Duplex>(socket: T & ClaimedSocket): T {
  if (isClaimed(socket)) throw new UpgradeConflictError('this socket was claimed already: two upgrade listeners handled the same request')
  Object.defineProperty(socket, claimedKey, { value: true, configurable: true })
  return socket
}

export function release<T extends Duplex>(socket: T & ClaimedSocket): T {
  delete socket[claimedKey]
  return socket
}

interface CountingSocket extends Duplex {
  /** Of node:net; other streams do not count. */
  readonly bytesWritten?: number
}

/**
 * Remembers a socket at its `upgrade` event.
 * @returns whether another listener has answered it since: it wrote, reads, or has ended the socket
 */
export function watchForAnswer(socket: CountingSocket): () => boolean {
  // A response to an earlier request does not answer this one.
  const before = pendingResponse(socket as never) === undefined ? socket.bytesWritten : undefined
  return () =>
    isClaimed(socket) ||
    socket.destroyed ||
    socket.writableEnded ||
    socket.listenerCount('data') > 0 ||
    socket.listenerCount('readable') > 0 ||
    (before !== undefined && socket.bytesWritten !== before)
}
