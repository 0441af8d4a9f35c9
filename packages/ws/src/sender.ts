import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { SentCallback, StreamConnection } from 'hawser'
import { RSV1, serializeFrame } from 'hawser/protocol'
import { toBytes } from './data.ts'
import { notOffered } from './not-offered.ts'

/** Options of `Sender.frame`. */
export interface FrameOptions {
  readonly opcode: number
  /** Default false. */
  readonly fin?: boolean | undefined
  /** Sets the bit Per-Message Compressed; the data has to be compressed already. Default false. */
  readonly rsv1?: boolean | undefined
  /** Default false. */
  readonly mask?: boolean | undefined
  /** Fills the masking key. Default: unpredictable. */
  readonly generateMask?: ((mask: Buffer) => void) | undefined
  /** Ignored: the data is never changed. */
  readonly readOnly?: boolean | undefined
  /** Ignored. */
  readonly maskBuffer?: unknown
}

/** The static part of the class `Sender` of `ws`, which socket.io serializes the frames of a broadcast with. */
export class Sender {
  constructor() {
    throw notOffered('`new Sender()`', '`Sender.frame` serializes, and a WebSocket sends')
  }

  /** @returns the frame in one or two pieces, for `_sender.sendFrame` */
  static frame(data: unknown, options: FrameOptions): Buffer[] {
    return [asBuffer(frameOf(typeof data === 'string' ? Buffer.from(data) : toBytes(data), options))]
  }
}

/** One frame of any kind, also one whose MASK bit RFC 6455 section 5.1 forbids. */
export function frameOf(payload: Uint8Array, { opcode, fin, rsv1, mask, generateMask }: FrameOptions): Uint8Array {
  return serializeFrame({
    opcode,
    payload,
    fin: fin === true,
    rsv: rsv1 === true ? RSV1 : 0,
    maskingKey: mask === true ? keyFrom(generateMask) : undefined,
  })
}

function keyFrom(generateMask: ((mask: Buffer) => void) | undefined): number {
  const key = generateMask === undefined ? randomBytes(4) : Buffer.alloc(4)
  generateMask?.(key)
  return key.readUInt32BE(0)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Frames that were joined already: a broadcast sends the same pieces on many connections. */
const joined = new WeakMap<readonly unknown[], Uint8Array>()

/** `websocket._sender`: sends frames that `Sender.frame` has made. */
export class FrameSender {
  readonly #connection: StreamConnection

  constructor(connection: StreamConnection) {
    this.#connection = connection
  }

  /** @param pieces of one frame or several; not changed afterwards */
  sendFrame(pieces: readonly (Uint8Array | string)[], callback?: SentCallback): void {
    let frame = joined.get(pieces)
    if (frame === undefined) {
      frame = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
      joined.set(pieces, frame)
    }
    this.#connection.sendFrame(frame)
    if (callback !== undefined) this.#connection.whenSent(callback)
  }
}
