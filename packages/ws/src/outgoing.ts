import { Buffer } from 'node:buffer'
import process from 'node:process'
import type { SentCallback, StreamConnection } from 'hawser'
import type { Blob } from 'node:buffer'
import { isBlob, toBytes } from './data.ts'
import { throwLater } from './emit.ts'
import { frameOf, FrameSender } from './sender.ts'

/** Options of `send`. */
export interface SendOptions {
  readonly binary?: unknown
  readonly compress?: unknown
  readonly fin?: unknown
  readonly mask?: unknown
}

const UNCOMPRESSED = { compress: false }
const REFERENCED = { immutable: true }
/** From here on hawser would copy the bytes or refer to them until the end of the tick; `ws` hands them to the socket at once, and so they can be sent uncopied. */
const AT_ONCE_FROM = 16_384

const TEXT = 1
const BINARY = 2
const PING = 9
const PONG = 10

/** Sends the messages of one WebSocket in order, also behind a Blob that is still being read. */
export class Outgoing {
  readonly #connection: StreamConnection
  readonly #isServer: boolean
  readonly #isCompressing: boolean
  readonly #generateMask: ((mask: Buffer) => void) | undefined
  /** The kind of the message whose last fragment has not been sent; undefined between messages. */
  #fragmented: { readonly isText: boolean; readonly raw: boolean } | undefined
  /** Calls behind a Blob. */
  #waiting: (() => void)[] | undefined
  #frames: FrameSender | undefined
  /** Bytes that wait behind a Blob, with its own. */
  waitingBytes = 0

  constructor(connection: StreamConnection, isServer: boolean, isCompressing: boolean, generateMask: ((mask: Buffer) => void) | undefined) {
    this.#connection = connection
    this.#isServer = isServer
    this.#isCompressing = isCompressing
    this.#generateMask = generateMask
  }

  /** Sends what `Sender.frame` has made. */
  get frames(): FrameSender {
    return (this.#frames ??= new FrameSender(this.#connection))
  }

  send(data: unknown, options: SendOptions | undefined, callback: SentCallback | undefined): void {
    const isPlain = typeof data === 'string' || data instanceof Uint8Array
    if (this.#waiting !== undefined || (!isPlain && isBlob(data))) this.#sendInOrder(data, options, callback)
    else this.#send(data, options, callback)
  }

  ping(data: unknown, mask: unknown, callback: SentCallback | undefined): void {
    this.#control(PING, data, mask, callback)
  }

  pong(data: unknown, mask: unknown, callback: SentCallback | undefined): void {
    this.#control(PONG, data, mask, callback)
  }

  close(code: number | undefined, reason: string): void {
    this.#inOrder(0, () => this.#connection.close(code, reason))
  }

  #send(data: unknown, options: SendOptions | undefined, callback: SentCallback | undefined): void {
    const connection = this.#connection
    if (options === undefined && this.#fragmented === undefined) {
      if (typeof data === 'string') connection.sendText(data)
      else this.#bytes(toBytes(data || EMPTY), false, true)
    } else this.#sendWith(typeof data === 'string' ? data : toBytes(data || EMPTY), options ?? {}, typeof data !== 'string')
    if (callback !== undefined) connection.whenSent(callback)
  }

  #sendWith(data: string | Uint8Array, options: SendOptions, isObject: boolean): void {
    const first = this.#fragmented === undefined
    const isText = this.#fragmented?.isText ?? !(options.binary ?? isObject)
    const fin = options.fin === undefined || Boolean(options.fin)
    const masks = options.mask !== undefined && Boolean(options.mask) === this.#isServer
    const raw: boolean = this.#fragmented?.raw ?? masks
    const compress = options.compress === undefined || Boolean(options.compress)
    if (raw) {
      const opcode = !first ? 0 : isText ? TEXT : BINARY
      this.#raw(opcode, typeof data === 'string' ? Buffer.from(data) : data, fin, masks ? options.mask : undefined)
    } else if (first && fin) {
      if (typeof data === 'string' && isText) this.#connection.sendText(data, compress ? undefined : UNCOMPRESSED)
      else this.#bytes(typeof data === 'string' ? Buffer.from(data) : data, isText, compress)
    } else {
      const piece = typeof data === 'string' && !isText ? Buffer.from(data) : data
      this.#connection.sendFragment(piece, { first, fin, isText }, compress ? undefined : UNCOMPRESSED)
    }
    this.#fragmented = fin ? undefined : { isText, raw }
  }

  #bytes(bytes: Uint8Array, isText: boolean, compress: boolean): void {
    const connection = this.#connection
    const atOnce = bytes.byteLength >= AT_ONCE_FROM && !this.#isCompressing
    const options = compress ? (atOnce ? REFERENCED : undefined) : UNCOMPRESSED
    if (isText) connection.sendTextBytes(bytes, options)
    else connection.sendBinary(bytes, options)
    if (atOnce) connection.flush()
  }

  /** A frame whose MASK bit is not that of its sender. */
  #raw(opcode: number, payload: Uint8Array, fin: boolean, mask: unknown): void {
    const isMasked = mask === undefined ? !this.#isServer : Boolean(mask)
    this.#connection.sendFrame(frameOf(payload, { opcode, fin, mask: isMasked, generateMask: this.#generateMask }))
  }

  #control(opcode: typeof PING | typeof PONG, data: unknown, mask: unknown, callback: SentCallback | undefined): void {
    if (isBlob(data)) {
      checkControl(data.size)
      this.#readBlob(data, (bytes) => this.#controlNow(opcode, bytes, mask, callback), callback)
      return
    }
    const payload = typeof data === 'string' ? Buffer.from(data) : toBytes(data || EMPTY)
    checkControl(payload.byteLength)
    this.#inOrder(payload.byteLength, () => this.#controlNow(opcode, payload, mask, callback))
  }

  #controlNow(opcode: typeof PING | typeof PONG, payload: Uint8Array, mask: unknown, callback: SentCallback | undefined): void {
    const connection = this.#connection
    if (mask !== undefined && Boolean(mask) === this.#isServer) this.#raw(opcode, payload, true, mask)
    else if (opcode === PING) connection.sendPing(payload)
    else connection.sendPong(payload)
    if (callback !== undefined) connection.whenSent(callback)
  }

  #inOrder(size: number, call: () => void): void {
    if (this.#waiting === undefined) call()
    else {
      this.waitingBytes += size
      this.#waiting.push(() => {
        this.waitingBytes -= size
        call()
      })
    }
  }

  #sendInOrder(data: unknown, options: SendOptions | undefined, callback: SentCallback | undefined): void {
    if (isBlob(data)) {
      this.#readBlob(data, (bytes) => this.#send(bytes, { binary: true, ...options }, callback), callback)
      return
    }
    const kept = typeof data === 'string' ? data : toBytes(data || EMPTY)
    const given = typeof data === 'string' ? options : { binary: true, ...options }
    this.#inOrder(typeof kept === 'string' ? Buffer.byteLength(kept) : kept.byteLength, () => this.#send(kept, given, callback))
  }

  #readBlob(blob: Blob, send: (bytes: Uint8Array) => void, callback: SentCallback | undefined): void {
    this.#inOrder(blob.size, () => {
      this.waitingBytes += blob.size
      const waiting = (this.#waiting = [] as (() => void)[])
      const goOn = (): void => {
        this.waitingBytes -= blob.size
        this.#waiting = undefined
        // What waits may begin with another Blob: then the rest waits behind it.
        for (const call of waiting) this.#inOrder(0, call)
      }
      blob.arrayBuffer().then(
        (buffer) => {
          goOnWith(() => send(new Uint8Array(buffer)))
          goOn()
        },
        (error: unknown) => {
          if (callback !== undefined) process.nextTick(callback, error)
          else throwLater(error)
          goOn()
        },
      )
    })
  }
}

const EMPTY = Buffer.alloc(0)

/** @throws RangeError */
function checkControl(length: number): void {
  if (length > 125) throw new RangeError('The data size must not be greater than 125 bytes')
}

/** Keeps an exception out of the promise, where it would be an unhandled rejection. */
function goOnWith(call: () => void): void {
  try {
    call()
  } catch (error) {
    throwLater(error)
  }
}
