import type { ServerHttp2Stream } from 'node:http2'
import { ERROR_CODES } from '../../core/http2/error-codes.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { ServerCore } from '../../server/server-core.ts'

/** An ordinary request whose content has not ended after `limits.requestMs` is answered 408, or reset where its response has begun. */
export class RequestDeadline extends TimedEntry {
  readonly #stream: ServerHttp2Stream

  constructor(stream: ServerHttp2Stream, core: ServerCore) {
    super()
    this.#stream = stream
    const { timers, clock } = core.runtime
    timers.schedule(this, clock.now() + core.settings.handshake.requestMs)
    stream.once('close', () => timers.cancel(this))
  }

  override timeout(): number {
    const stream = this.#stream
    if (stream.destroyed || stream.closed || stream.state.remoteClose === 1) return Number.POSITIVE_INFINITY
    if (stream.headersSent) stream.close(ERROR_CODES.CANCEL)
    else {
      stream.respond({ ':status': 408 }, { endStream: true })
      // RFC 9113 section 8.1: the response is complete; NO_ERROR asks the client to stop sending.
      stream.close(ERROR_CODES.NO_ERROR)
    }
    return Number.POSITIVE_INFINITY
  }
}
