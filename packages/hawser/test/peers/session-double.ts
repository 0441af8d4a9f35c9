import type { FieldLine } from '../../src/core/handshake/fields.ts'
import type { ClientStream } from '../../src/client/http2/session.ts'
import type { ClientSession } from '../../src/client/http2/session.ts'
import type { GuardedSession } from '../../src/server/http2/guard.ts'
import { MemoryTransport } from '../../src/testing/transport-pair.ts'

/** A session of HTTP/2 without a connection: a test moves its counters, and sees what was asked of it. */
export class SessionDouble implements GuardedSession, ClientSession {
  readonly asked: string[] = []
  readonly streams: StreamDouble[] = []
  isClosing = false
  isOver = false
  bytesRead = 24
  bytesWritten = 100
  lastStreamId = 0
  allowsConnect = true
  maxConcurrentStreams = 100
  /** PINGs leave, and are answered. */
  answers = true
  #closed: (() => void) | undefined

  goAway(): void {
    this.asked.push('GOAWAY')
    this.isClosing = true
  }

  abort(): void {
    this.asked.push('abort')
    this.isOver = true
  }

  endForFlood(error: Error): void {
    this.asked.push(error.message)
    this.isOver = true
  }

  ping(answered: () => void): void {
    this.asked.push('PING')
    if (!this.answers) return
    this.bytesWritten += 17
    this.bytesRead += 17
    answered()
  }

  request(fields: readonly FieldLine[]): ClientStream {
    if (this.isOver) throw new Error('the session is over')
    this.asked.push(`request ${fields.length}`)
    const stream = new StreamDouble({})
    this.streams.push(stream)
    return stream
  }

  keepsProcessAlive(keeps: boolean): void {
    this.asked.push(keeps ? 'ref' : 'unref')
  }

  onClosed(callback: () => void): void {
    this.#closed = callback
  }

  /** The connection is gone. */
  close(): void {
    this.isOver = true
    this.#closed?.()
  }
}

export class StreamDouble extends MemoryTransport implements ClientStream {
  resetCode = 0
  respond: (status: number, lines: readonly string[]) => void = () => undefined
  close: () => void = () => undefined

  onResponse(callback: (status: number, lines: readonly string[]) => void): void {
    this.respond = callback
  }

  onClosed(callback: () => void): void {
    this.close = callback
  }
}
