import { Duplex } from 'node:stream'
import { most } from './fault.ts'

export interface H2Response {
  readonly status: number
  readonly fields: readonly (readonly [string, string])[]
  readonly endStream: boolean
}

/** What a client under test asked for. */
export interface H2Request {
  readonly stream: number
  readonly fields: readonly (readonly [string, string])[]
  readonly endStream: boolean
}

/** One stream, as its connection knows it. */
export interface StreamState {
  response?: H2Response
  data: Buffer
  ended: boolean
  reset: number | undefined
  /** The peer's Close frame came. */
  closed?: boolean
  /** Where its DATA goes once it is read as a connection of its own. */
  sink?: H2Stream
}

/** What a stream needs of the connection it is on. */
export interface StreamCarrier {
  /** How many bytes of DATA may go out now, at most `most`; they are taken off the windows. */
  takeWindow(stream: number, most: number): number
  sendData(stream: number, bytes: Uint8Array, endStream: boolean): void
  sendReset(stream: number): void
  sendWindowUpdate(stream: number, increment: number): void
  destroy(): void
}

/** The bytes of one HTTP/2 stream, both ways, as a socket has them: END_STREAM is its FIN, RST_STREAM its reset. Its connection ends with it. */
export class H2Stream extends Duplex {
  readonly id: number
  #carrier: StreamCarrier
  #waiting: { bytes: Uint8Array; done: () => void } | undefined
  #owed = 0
  #over = false

  constructor(id: number, carrier: StreamCarrier) {
    super({ allowHalfOpen: true, decodeStrings: true })
    this.id = id
    this.#carrier = carrier
  }

  /** DATA that came. The window is given back as the bytes are read, so that a pause is felt by the peer. */
  receive(payload: Uint8Array, paddedLength: number, endStream: boolean): void {
    if (this.destroyed) return
    this.#owed += paddedLength
    if (this.#owed > most.unread) {
      this.fail('the peer sends more than its flow-control window')
      return
    }
    if (payload.length > 0) this.push(payload)
    if (!endStream) return
    this.#over = true
    this.push(null)
  }

  /** RST_STREAM, or the end of the connection without END_STREAM. */
  fail(reason: string): void {
    if (this.#over || this.destroyed) return
    this.#over = true
    this.destroy(new Error(reason))
  }

  /** The window may have opened. */
  flush(): void {
    while (this.#waiting !== undefined) {
      const { bytes, done } = this.#waiting
      const length = this.#carrier.takeWindow(this.id, bytes.length)
      if (length === 0) return
      this.#carrier.sendData(this.id, bytes.subarray(0, length), false)
      this.#waiting = length < bytes.length ? { bytes: bytes.subarray(length), done } : undefined
      if (this.#waiting === undefined) done()
    }
  }

  override _read(): void {
    if (this.#owed === 0 || this.#over) return
    this.#carrier.sendWindowUpdate(this.id, this.#owed)
    this.#owed = 0
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (chunk.length === 0) {
      done()
      return
    }
    this.#waiting = { bytes: chunk, done }
    this.flush()
  }

  override _final(done: () => void): void {
    this.#carrier.sendData(this.id, Buffer.alloc(0), true)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#over) this.#carrier.sendReset(this.id)
    this.#carrier.destroy()
    done(error)
  }
}
