import type { IncomingMessage } from 'node:http'
import { OptionError, UpgradeConflictError } from '../../core/errors.ts'
import { hasEncoding, isByteStream } from './byte-stream.ts'
import { isClaimed } from './socket-claim.ts'

/**
 * Checks what an application gives from its own `upgrade` listener, before anything happens to the socket.
 * @throws OptionError for another object, UpgradeConflictError for a socket that somebody else has answered
 */
export function checkUpgradeArguments(request: unknown, socket: unknown, head: unknown): void {
  const { rawHeaders, httpVersion, upgrade } = (request ?? {}) as Partial<IncomingMessage & { readonly upgrade: unknown }>
  if (!Array.isArray(rawHeaders)) throw new OptionError('request', 'the IncomingMessage of an `upgrade` event', request)
  if (httpVersion?.startsWith('2') === true) throw new OptionError('request', 'a request of HTTP/1.1; `attach` handles those of HTTP/2', request)
  // node:http waits for a response to it, and goes on reading its socket.
  if (upgrade === false) throw new OptionError('request', 'the request of an `upgrade` event, not that of a `request` event', request)
  if (!isByteStream(socket)) throw new OptionError('socket', 'the socket of the `upgrade` event', socket)
  if (hasEncoding(socket)) {
    throw new OptionError('socket', 'the socket of the `upgrade` event, without setEncoding()', `a stream of ${socket.readableEncoding}`)
  }
  if (!(head instanceof Uint8Array)) throw new OptionError('head', 'the Buffer of the `upgrade` event', head)
  // The claim tells more, and a socket whose client has gone is nobody's.
  if (isClaimed(socket) || socket.destroyed) return
  if (socket.writableEnded) throw new UpgradeConflictError('this socket was answered and ended already')
  if (socket.listenerCount('data') > 0 || socket.listenerCount('readable') > 0) {
    throw new UpgradeConflictError('somebody else reads from this socket already')
  }
}
