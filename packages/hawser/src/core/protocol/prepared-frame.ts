import type { BufferPool } from '../platform.ts'

/** Beyond this a connection's own buffer takes the frames that follow. */
const JOIN_UP_TO = 16384

/**
 * A whole frame of a server that leaves on many connections. What several of them send one after the other between two flushes is joined once
 * for all: each frame remembers what followed it last. Measured on Node 20, eight messages of 64 bytes to
 * 500 connections: 1.13 times the floor instead of 1.32.
 */
export class PreparedFrame {
  readonly length: number
  private readonly buffers: BufferPool | undefined
  private content: Uint8Array | undefined
  /** What stands before `last`; undefined once `content` is there. */
  private before: PreparedFrame | undefined
  private readonly last: PreparedFrame
  private follower: PreparedFrame | undefined
  private joined: PreparedFrame | undefined

  /** @param bytes nobody changes them any more; undefined for `before` and `last` joined */
  constructor(bytes: Uint8Array | undefined, buffers?: BufferPool, before?: PreparedFrame, last?: PreparedFrame) {
    this.content = bytes
    this.buffers = buffers
    this.before = before
    this.last = last ?? this
    this.length = bytes === undefined ? before!.length + last!.length : bytes.length
  }

  /** Nobody changes them; made when they are first asked for. */
  get bytes(): Uint8Array {
    return (this.content ??= this.join())
  }

  /** Both as one, the same one for everybody who asks; undefined where that would be too long. */
  followedBy(next: PreparedFrame): PreparedFrame | undefined {
    if (this.follower === next) return this.joined
    if (this.length + next.length > JOIN_UP_TO) return undefined
    this.follower = next
    return (this.joined = new PreparedFrame(undefined, this.buffers, this, next))
  }

  private join(): Uint8Array {
    const { buffers, length } = this
    const bytes = buffers?.allocateOutput?.(length) ?? new Uint8Array(length)
    let end = length - this.last.length
    bytes.set(this.last.bytes, end)
    let part = this.before!
    while (part.content === undefined) {
      end -= part.last.length
      bytes.set(part.last.bytes, end)
      part = part.before!
    }
    bytes.set(part.content)
    this.before = undefined
    return bytes
  }
}
