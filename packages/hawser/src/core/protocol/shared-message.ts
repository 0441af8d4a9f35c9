import type { TextCodec } from '../platform.ts'
import { type EncodeOptions, type ExtensionCallback, type ExtensionFrame, type ExtensionSession, PENDING } from './extension.ts'
import { encodeText, serializeFrame } from './frame-serializer.ts'
import { BINARY, TEXT } from './opcode.ts'
import { PreparedFrame } from './prepared-frame.ts'

/** One message of a server for many connections, encoded once: their only extension has the same `shareKey` on all of them. */
export class SharedMessage {
  readonly original: ExtensionFrame
  /** Undefined while the extension is at work. */
  result: ExtensionFrame | Error | undefined
  #waiting: ExtensionCallback[] | undefined
  #frame: PreparedFrame | undefined

  /** @param session of any of the connections. Throws what its `encodeShared` throws. */
  constructor(session: ExtensionSession, original: ExtensionFrame, options: EncodeOptions) {
    this.original = original
    const result = session.encodeShared?.(original, options, (encoded) => this.#settle(encoded)) ?? original
    if (result !== PENDING) this.result = result
  }

  /** The frame on the wire of every connection, serialized at the first call. */
  serialize({ opcode, rsv, payload }: ExtensionFrame): PreparedFrame {
    return (this.#frame ??= new PreparedFrame(serializeFrame({ opcode, rsv, payload })))
  }

  /** Only while `result` is undefined. */
  whenEncoded(callback: ExtensionCallback): void {
    this.#waiting ??= []
    this.#waiting.push(callback)
  }

  #settle(result: ExtensionFrame | Error): void {
    this.result = result
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const callback of waiting ?? []) callback(result)
  }
}

/** Encodes a whole message for all connections with this session's `shareKey`; the bytes are the caller's again afterwards. */
export function shareMessage(session: ExtensionSession, data: string | Uint8Array, text: TextCodec, options: EncodeOptions): SharedMessage {
  const isText = typeof data === 'string'
  const payload = isText ? encodeText(data, text) : new Uint8Array(data)
  return new SharedMessage(session, { opcode: isText ? TEXT : BINARY, first: true, fin: true, rsv: 0, payload }, options)
}
