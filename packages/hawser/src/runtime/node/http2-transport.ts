import { Buffer } from 'node:buffer'
import type { Http2Session, Http2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { asError } from '../../core/errors.ts'
import { ERROR_CODES, errorCodeName } from '../../core/http2/error-codes.ts'
import type { Runtime } from '../../connection/runtime.ts'
import { TimedEntry } from '../../connection/timer-wheel.ts'
import type { Transport, TransportHandler, TransportInfo } from '../../connection/transport.ts'
import { process } from './process.ts'
import { tlsInfoOf } from './tls-info.ts'

const transportKey: unique symbol = Symbol('hawser transport')
const infoKey: unique symbol = Symbol('hawser transport info')

type CarryingStream = Http2Stream & { [transportKey]?: Http2StreamTransport }
type CarryingSession = Http2Session & { [infoKey]?: TransportInfo }

/**
 * How many bytes node:http2 holds for one stream; the rest waits here, so that one stream whose peer does not read cannot use up the memory
 * of its session. An echo of 64 KiB costs 270 µs with 256 KiB, 320 with 64.
 */
const handedOverBytes = 262_144
/** A write up to this size is copied: it leaves as one DATA frame, and the caller may reuse its memory at once. */
const copyUpTo = 16_384
/** Node 26's WebSocket does not end its side after END_STREAM; it waits for the stream to be closed. */
const patienceMs = 150

/**
 * A Transport over one HTTP/2 stream that an Extended CONNECT opened (RFC 8441 section 5): DATA frames carry the bytes, END_STREAM is
 * the FIN, RST_STREAM(CANCEL) the RST. `pause` closes the window of this stream alone.
 */
export class Http2StreamTransport extends TimedEntry implements Transport {
  readonly stream: Http2Stream
  readonly info: TransportInfo
  /** The peer waits for the end of the stream and does not end its own side. */
  impatient = false
  /** This end has reset the stream. */
  aborted = false
  readonly #runtime: Runtime
  /** The stream forgets its session when it is destroyed. */
  readonly #session: Http2Session | undefined
  #handler: TransportHandler | undefined
  #queue: Uint8Array[] | undefined
  #queuedBytes = 0
  #ended = false
  #error: Error | undefined
  #closed = false
  #unsentAtClose = 0
  #written: (() => void) | undefined

  constructor(stream: Http2Stream, runtime: Runtime) {
    super()
    this.stream = stream
    this.#runtime = runtime
    this.#session = stream.session
    this.info = sessionInfo(stream.session)
    const carrying = stream as CarryingStream
    carrying[transportKey] = this
    stream.pause()
    stream.on('error', Http2StreamTransport.#onError)
    stream.on('close', Http2StreamTransport.#onClose)
  }

  get bufferedBytes(): number {
    return this.#closed ? this.#unsentAtClose : this.#queuedBytes + this.stream.writableLength
  }

  attach(handler: TransportHandler): void {
    const first = this.#handler === undefined
    this.#handler = handler
    // The stream may have been reset while no handler was attached.
    if (this.#closed) process.nextTick(() => handler.closed(this.#error))
    if (!first) return
    this.stream.on('data', Http2StreamTransport.#onData)
    this.stream.on('end', Http2StreamTransport.#onEnd)
    // A listener for 'data' starts a stream that was not paused explicitly.
    this.stream.pause()
  }

  write(segments: readonly Uint8Array[]): boolean {
    const { stream } = this
    if (this.#ended || stream.destroyed || stream.closed) return true
    let total = 0
    for (let i = 0; i < segments.length; i++) total += (segments[i] as Uint8Array).byteLength
    if (total <= copyUpTo) {
      const joined = Buffer.allocUnsafe(total)
      let offset = 0
      for (let i = 0; i < segments.length; i++) {
        joined.set(segments[i] as Uint8Array, offset)
        offset += (segments[i] as Uint8Array).byteLength
      }
      if (this.#queuedBytes === 0 && stream.writableLength + total <= handedOverBytes) stream.write(joined, this.#onWritten())
      else this.#enqueue(joined)
      return true
    }
    for (let i = 0; i < segments.length; i++) this.#enqueue(segments[i] as Uint8Array)
    this.#handOver()
    return false
  }

  #enqueue(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) return
    this.#queue ??= []
    this.#queue.push(bytes)
    this.#queuedBytes += bytes.byteLength
  }

  #handOver(): void {
    const { stream } = this
    const queue = this.#queue
    if (queue === undefined) return
    let at = 0
    stream.cork()
    for (let room = handedOverBytes - stream.writableLength; room > 0 && at < queue.length; ) {
      const next = queue[at] as Uint8Array
      const piece = next.byteLength <= room ? next : next.subarray(0, room)
      if (piece === next) at++
      else queue[at] = next.subarray(room)
      room -= piece.byteLength
      this.#queuedBytes -= piece.byteLength
      stream.write(piece, room <= 0 || at === queue.length ? this.#onWritten() : undefined)
    }
    stream.uncork()
    if (at === queue.length) this.#queue = undefined
    else if (at > 0) queue.splice(0, at)
    if (this.#ended && this.#queuedBytes === 0) this.#endStream()
  }

  /** One function for each connection, made by its first write. */
  #onWritten(): () => void {
    return (this.#written ??= () => {
      if (this.stream.destroyed) return
      if (this.#queuedBytes > 0) this.#handOver()
      else if (this.stream.writableLength === 0) this.#handler?.drained()
    })
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#queuedBytes === 0) this.#endStream()
  }

  #endStream(): void {
    const { stream } = this
    if (stream.destroyed || stream.closed) return
    stream.end()
    if (this.impatient) this.#runtime.timers.schedule(this, this.#runtime.clock.now() + patienceMs)
  }

  override timeout(now: number): number {
    const { stream } = this
    if (stream.destroyed || stream.closed) return Number.POSITIVE_INFINITY
    if (!stream.writableFinished) return now + patienceMs
    stream.close(ERROR_CODES.NO_ERROR)
    return Number.POSITIVE_INFINITY
  }

  abort(): void {
    const { stream } = this
    const complete = this.#ended && stream.writableFinished
    this.#ended = true
    this.#queue = undefined
    this.#queuedBytes = 0
    if (stream.destroyed) return
    this.aborted = !stream.closed
    // RFC 9113 section 8.1: our side is complete; NO_ERROR discards only the rest of the peer's.
    if (!stream.closed) stream.close(complete ? ERROR_CODES.NO_ERROR : ERROR_CODES.CANCEL)
    stream.destroy()
  }

  pause(): void {
    this.stream.pause()
  }

  resume(): void {
    this.stream.resume()
  }

  #resetError(): Error {
    if (this.#session === undefined || this.#session.destroyed) return new Error('the HTTP/2 connection ended')
    return new Error(`the stream was reset with ${errorCodeName(this.stream.rstCode ?? 0)}`)
  }

  static #onData(this: CarryingStream, chunk: Uint8Array): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#handler?.data(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
  }

  static #onEnd(this: CarryingStream): void {
    // A reset stream emits 'end' too; its error is reported when it closes.
    const transport = this[transportKey]
    if (transport !== undefined && (this.rstCode ?? 0) === ERROR_CODES.NO_ERROR) transport.#handler?.end()
  }

  static #onError(this: CarryingStream, error: unknown): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#error ??= asError(error)
  }

  static #onClose(this: CarryingStream): void {
    const transport = this[transportKey]
    if (transport === undefined || transport.#closed) return
    // A stream that ended with NO_ERROR has taken what node:http2 was given, whose write callbacks may not have run.
    const handedOver = transport.aborted || this.rstCode === ERROR_CODES.NO_ERROR ? 0 : this.writableLength
    transport.#unsentAtClose = transport.#queuedBytes + handedOver
    transport.#closed = true
    transport.#ended = true
    transport.#queue = undefined
    transport.#queuedBytes = 0
    transport.#runtime.timers.cancel(transport)
    if (!transport.aborted && this.rstCode !== ERROR_CODES.NO_ERROR) transport.#error ??= transport.#resetError()
    transport.#handler?.closed(transport.#error)
  }
}

/** A transport of ours has reset the stream. */
export function isResetHere(stream: Http2Stream): boolean {
  return (stream as CarryingStream)[transportKey]?.aborted === true
}

/** Shared by all streams of a session; it keeps the addresses after the socket is gone. */
function sessionInfo(session: Http2Session | undefined): TransportInfo {
  const carrying = session as CarryingSession | undefined
  const socket = session?.destroyed === false ? session.socket : undefined
  const info: TransportInfo = carrying?.[infoKey] ?? {
    httpVersion: '2',
    secure: (socket as TLSSocket | undefined)?.encrypted === true,
    remoteAddress: socket?.remoteAddress,
    remotePort: socket?.remotePort,
    localAddress: socket?.localAddress,
    localPort: socket?.localPort,
    tls: tlsInfoOf(socket),
  }
  if (carrying !== undefined) carrying[infoKey] = info
  return info
}
