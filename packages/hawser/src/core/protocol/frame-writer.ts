import { ConnectionError } from '../errors.ts'
import { INTERNAL_ERROR } from './close-code.ts'
import {
  type EncodeOptions,
  type ExtensionCallback,
  extensionDone,
  type ExtensionFrame,
  type ExtensionOwner,
  type ExtensionSession,
  PENDING,
} from './extension.ts'
import { FrameOutput, type FrameOutputOptions } from './frame-output.ts'
import { encodeText } from './frame-serializer.ts'
import type { FragmentPosition, MessageOptions } from './message-options.ts'
import { BINARY, CONTINUATION, FIN, TEXT } from './opcode.ts'
import type { Output } from './output.ts'
import type { PreparedFrame } from './prepared-frame.ts'
import type { SharedMessage } from './shared-message.ts'

export interface FrameWriterOptions extends FrameOutputOptions {
  readonly extensions: readonly ExtensionSession[]
}

/** A message behind one that an extension is still encoding. */
interface Waiting {
  readonly size: number
  /** @returns the error of an extension */
  readonly write: () => ConnectionError | undefined
}

/** The frame that an extension is encoding. */
interface Pending {
  readonly extension: ExtensionSession
  readonly size: number
  readonly write: (encoded: ExtensionFrame) => ConnectionError | undefined
}

/** Bytes charged for each message that waits, beside its content. */
const WAITING_OVERHEAD = 64

/**
 * Makes frames of messages (RFC 6455 section 6.1), in order, through the extensions. The memory of a payload belongs to the caller
 * again when a method returns, unless `immutable` says that its bytes never change.
 */
export class FrameWriter extends FrameOutput<FrameWriterOptions> {
  /** Bytes of messages that an extension is encoding, or that wait behind one, with their overhead. */
  waitingBytes = 0
  /** Messages and fragments given to it so far. */
  messages = 0
  readonly #owner: ExtensionOwner
  #done: ExtensionCallback | undefined
  #pending: Pending | undefined
  #waiting: Waiting[] | undefined
  /** The opcode of a message whose first fragment was sent and whose last was not; 0 otherwise. */
  #fragmented = 0

  /** @param owner its `extensionDone` leads to `encoded` */
  constructor(options: FrameWriterOptions, output: Output, owner: ExtensionOwner) {
    super(options, output)
    this.#owner = owner
  }

  // Each method that sends a message returns the error of an extension that could not encode it; the caller fails the connection with it.

  text(text: string, options: MessageOptions | undefined): ConnectionError | undefined {
    this.#refuseInterleaving()
    if (this.options.extensions.length > 0) {
      return this.#data({ opcode: TEXT, first: true, fin: true, rsv: 0, payload: encodeText(text, this.options.text) }, options, true)
    }
    this.writeText(FIN | TEXT, text)
    return undefined
  }

  /** @param opcode TEXT for bytes that are UTF-8 already */
  bytes(opcode: 1 | 2, payload: Uint8Array, options: MessageOptions | undefined): ConnectionError | undefined {
    this.#refuseInterleaving()
    const immutable = options?.immutable === true
    if (this.options.extensions.length > 0) return this.#data({ opcode, first: true, fin: true, rsv: 0, payload }, options, immutable)
    this.write(FIN | opcode, payload, immutable)
    return undefined
  }

  fragment(piece: string | Uint8Array, position: FragmentPosition, options: MessageOptions | undefined): ConnectionError | undefined {
    const { first, fin, isText = typeof piece === 'string' } = position
    const opcode = isText ? TEXT : BINARY
    if (first) this.#refuseInterleaving()
    else if (this.#fragmented !== opcode) {
      const why = this.#fragmented === 0 ? '`first` must be true for the first fragment of a message' : 'text and bytes in one message'
      throw new TypeError(`sendFragment: ${why}`)
    } else this.messages++
    const octet = (fin ? FIN : 0) | (first ? opcode : CONTINUATION)
    const isStable = typeof piece === 'string' || options?.immutable === true
    let error: ConnectionError | undefined
    if (this.options.extensions.length > 0) {
      const payload = typeof piece === 'string' ? encodeText(piece, this.options.text) : piece
      error = this.#data({ opcode, first, fin, rsv: 0, payload }, options, isStable)
    } else if (typeof piece === 'string') this.writeText(octet, piece)
    else this.write(octet, piece, isStable)
    // Last: bytes that cannot be read, such as those of a detached ArrayBuffer, have thrown by now, and no frame was written.
    this.#fragmented = fin ? 0 : opcode
    return error
  }

  prepared(frame: PreparedFrame | Uint8Array): ConnectionError | undefined {
    this.#refuseInterleaving()
    if (this.#pending === undefined) this.#append(frame)
    else
      this.#wait(frame.length, () => {
        this.#append(frame)
        return undefined
      })
    return undefined
  }

  #append(frame: PreparedFrame | Uint8Array): void {
    if (frame instanceof Uint8Array) this.output.appendBytes(frame)
    else this.output.append(frame)
  }

  /** Server only; the only extension has the `shareKey` that the message was encoded for. */
  shared(message: SharedMessage): ConnectionError | undefined {
    this.#refuseInterleaving()
    return this.inOrder(message.original.payload.length, () => this.#writeShared(message))
  }

  get #callback(): ExtensionCallback {
    return (this.#done ??= extensionDone(this.#owner, 'encode'))
  }

  /** An extension is encoding a frame. */
  get isPending(): boolean {
    return this.#pending !== undefined
  }

  /** Calls `write` after all messages sent so far. */
  inOrder(size: number, write: () => ConnectionError | undefined): ConnectionError | undefined {
    if (this.#pending === undefined) return write()
    this.#wait(size, write)
    return undefined
  }

  /** An extension finished what it answered PENDING to; ignored after `clear`. */
  encoded(result: ExtensionFrame | Error): ConnectionError | undefined {
    const pending = this.#pending
    if (pending === undefined) return undefined
    this.#pending = undefined
    this.waitingBytes -= pending.size
    let error = result instanceof Error ? encodeError(pending.extension, result) : pending.write(result)
    const waited = this.#waiting
    if (waited === undefined || error !== undefined) return error
    this.#waiting = undefined
    let next = 0
    while (next < waited.length && !this.isPending && error === undefined) {
      const { size, write } = waited[next++]!
      this.waitingBytes -= size
      error = write()
    }
    // The frame that is pending again came before the rest, and nothing can have been queued behind it yet.
    if (next < waited.length) this.#waiting = waited.slice(next)
    return error
  }

  /** Drops everything that waits. */
  clear(): void {
    this.#pending = undefined
    this.#waiting = undefined
    this.waitingBytes = 0
  }

  #wait(size: number, write: () => ConnectionError | undefined): void {
    this.waitingBytes += size + WAITING_OVERHEAD
    this.#waiting ??= []
    this.#waiting.push({ size: size + WAITING_OVERHEAD, write })
  }

  #refuseInterleaving(): void {
    if (this.#fragmented !== 0) {
      throw new TypeError('a fragmented message is being sent: its last fragment must come before another message (RFC 6455 section 5.4)')
    }
    this.messages++
  }

  /** @param stable the bytes of the payload never change; otherwise they are copied, or an asynchronous extension would read later changes */
  #data(frame: ExtensionFrame, options: MessageOptions = {}, stable: boolean): ConnectionError | undefined {
    const kept = stable ? frame : { ...frame, payload: new Uint8Array(frame.payload) }
    if (this.#pending === undefined) return this.#encode(kept, options, 0)
    this.#wait(frame.payload.length, () => this.#encode(kept, options, 0))
    return undefined
  }

  #encode(frame: ExtensionFrame, options: EncodeOptions, from: number): ConnectionError | undefined {
    const { extensions } = this.options
    let current = frame
    for (let i = from; i < extensions.length; i++) {
      const extension = extensions[i]!
      let result: ExtensionFrame | typeof PENDING
      try {
        result = extension.encode(current, options, this.#callback)
      } catch (error) {
        return encodeError(extension, error)
      }
      if (result === PENDING) {
        this.#suspend(extension, current.payload.length, (encoded) => this.#encode(encoded, options, i + 1))
        return undefined
      }
      current = result
    }
    const octet = (current.fin ? FIN : 0) | current.rsv | (current.first ? current.opcode : CONTINUATION)
    this.write(octet, current.payload, true)
    return undefined
  }

  #writeShared(message: SharedMessage): ConnectionError | undefined {
    const { original, result } = message
    const session = this.options.extensions[0]!
    const write = (encoded: ExtensionFrame): undefined => {
      session.adoptShared?.(original, encoded)
      this.output.append(message.serialize(encoded))
    }
    if (result instanceof Error) return encodeError(session, result)
    if (result !== undefined) return write(result)
    this.#suspend(session, original.payload.length, write)
    message.whenEncoded(this.#callback)
    return undefined
  }

  #suspend(extension: ExtensionSession, size: number, write: (encoded: ExtensionFrame) => ConnectionError | undefined): void {
    const charged = size + WAITING_OVERHEAD
    this.waitingBytes += charged
    this.#pending = { extension, size: charged, write }
  }
}

function encodeError(extension: ExtensionSession, cause: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  return new ConnectionError(`the extension ${extension.name} could not encode a frame`, {
    fault: 'application',
    closeCode: INTERNAL_ERROR,
    condition: 'extension-failed',
    cause,
  })
}
