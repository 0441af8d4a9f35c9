import type { ExtensionFrame } from './extension.ts'
import { serializeFrame } from './frame-serializer.ts'
import { isPromise } from './message-assembler.ts'
import { PreparedFrame } from './prepared-frame.ts'

/** One message of a server for many connections, encoded once: their only extension has the same `shareKey` on all of them. */
export class SharedMessage {
  readonly original: ExtensionFrame
  readonly encoded: ExtensionFrame | Promise<ExtensionFrame>
  private frame: PreparedFrame | undefined

  /** @param encoded what `encodeShared` of one of the sessions gave for `original` */
  constructor(original: ExtensionFrame, encoded: ExtensionFrame | Promise<ExtensionFrame>) {
    this.original = original
    this.encoded = encoded
    // Whoever has it in turn handles a rejection; it may come before the first of them has.
    if (isPromise(encoded)) encoded.catch(() => undefined)
  }

  /** The frame on the wire of every connection, serialized at the first call. */
  serialize({ opcode, rsv, payload }: ExtensionFrame): PreparedFrame {
    return (this.frame ??= new PreparedFrame(serializeFrame({ opcode, rsv, payload })))
  }
}
