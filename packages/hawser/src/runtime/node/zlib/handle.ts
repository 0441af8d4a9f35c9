/**
 * zlib without its stream: the native handle that every zlib stream of Node, Bun and Deno carries, called synchronously into
 * our own memory. It keeps its window and bounds its output, and a message costs one call instead of two trips through the
 * thread pool. It is no public API, so `handlesWork` tries it before it is used, and public-deflater.ts and public-inflater.ts are the fallback.
 * Rejected: constructing the handle's class ourselves, which aborts the process where `init` takes other arguments.
 */
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib'
import { DeflateDataError } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'

interface NativeHandle {
  writeSync(
    flush: number,
    input: Uint8Array,
    inputOffset: number,
    inputLength: number,
    output: Uint8Array,
    outputOffset: number,
    outputLength: number,
  ): void
  reset(): void
}

/** The output buffer of the stream is never used: the smallest there is. */
const CHUNK_SIZE = 64

export interface CompressionLevels {
  readonly level: number
  readonly memLevel: number
}

/** Errors that are not caused by the input. */
const SYSTEM_ERRORS: ReadonlySet<number> = new Set([constants.Z_MEM_ERROR, constants.Z_STREAM_ERROR, constants.Z_VERSION_ERROR])

/** zlib compresses with a window of 2^9 where 8 is asked for, and older versions refuse 8 (RFC 7692 section 7.1.2, note). */
export function zlibWindowBits(windowBits: number): number {
  return Math.max(9, windowBits)
}

export class ZlibHandle {
  /** After `write`: bytes of the input that were not consumed, and of the output that were not filled. */
  inputLeft = 0
  outputLeft = 0
  /** Why the last `write` failed; cleared by `reset`. `inputLeft` and `outputLeft` are those of the write before. */
  error: Error | undefined = undefined
  readonly #stream: DeflateRaw | InflateRaw
  readonly #native: NativeHandle
  readonly #state: Uint32Array
  #closed = false

  private constructor(stream: DeflateRaw | InflateRaw) {
    const { _handle: native, _writeState: state } = stream as unknown as { _handle?: NativeHandle; _writeState?: Uint32Array }
    if (typeof native?.writeSync !== 'function' || typeof native.reset !== 'function' || !(state instanceof Uint32Array)) {
      stream.close()
      throw new TypeError('this runtime has no zlib handle')
    }
    Reflect.set(native, 'onerror', (message: string, code: number) => {
      this.error = SYSTEM_ERRORS.has(code) ? new Error(message) : new DeflateDataError(message)
    })
    this.#stream = stream
    this.#native = native
    this.#state = state
  }

  static deflate(windowBits: number, levels: CompressionLevels): ZlibHandle {
    return new ZlibHandle(createDeflateRaw({ ...levels, windowBits: zlibWindowBits(windowBits), chunkSize: CHUNK_SIZE }))
  }

  static inflate(windowBits: number): ZlibHandle {
    return new ZlibHandle(createInflateRaw({ windowBits, chunkSize: CHUNK_SIZE }))
  }

  /** One step of zlib with Z_SYNC_FLUSH: all input is consumed unless the output is full, the stream ended, or `error` is set. */
  write(input: Uint8Array, inputOffset: number, inputLength: number, output: Uint8Array, outputOffset: number, outputLength: number): void {
    this.#requireOpen()
    this.#native.writeSync(constants.Z_SYNC_FLUSH, input, inputOffset, inputLength, output, outputOffset, outputLength)
    this.outputLeft = this.#state[0] ?? 0
    this.inputLeft = this.#state[1] ?? 0
  }

  reset(): void {
    this.#requireOpen()
    this.error = undefined
    this.#native.reset()
  }

  close(): void {
    this.#closed = true
    this.#stream.close()
  }

  /** The native code ends the process where a closed handle is used. */
  #requireOpen(): void {
    if (this.#closed) throw new Error('the zlib handle is closed')
  }
}

/** A round trip with everything the codec relies on: two messages with takeover, a reset, an error, the end of a stream. */
export function handlesWork(levels: CompressionLevels): boolean {
  const open: ZlibHandle[] = []
  try {
    const deflate = ZlibHandle.deflate(9, levels)
    open.push(deflate)
    const inflate = ZlibHandle.inflate(9)
    open.push(inflate)
    const message = Buffer.from('hawser hawser hawser')
    const wire = Buffer.alloc(256)
    const back = Buffer.alloc(256)
    const roundTrip = (): boolean => {
      deflate.write(message, 0, message.length, wire, 0, wire.length)
      const length = wire.length - deflate.outputLeft
      if (deflate.inputLeft !== 0 || length < 6 || wire.readUInt32BE(length - 4) !== 0x0000ffff) return false
      inflate.write(wire, 0, length, back, 0, back.length)
      return inflate.inputLeft === 0 && back.subarray(0, back.length - inflate.outputLeft).equals(message)
    }
    if (!roundTrip() || !roundTrip()) return false
    deflate.reset()
    inflate.reset()
    if (!roundTrip()) return false
    const ended = Buffer.from([0x01, 0x00, 0x00, 0xff, 0xff, 0x00])
    inflate.write(ended, 0, ended.length, back, 0, back.length)
    if (inflate.inputLeft !== 1 || inflate.error !== undefined) return false
    inflate.reset()
    inflate.write(Buffer.from([0xff]), 0, 1, back, 0, back.length)
    return inflate.error !== undefined
  } catch {
    return false
  } finally {
    for (const handle of open) handle.close()
  }
}
