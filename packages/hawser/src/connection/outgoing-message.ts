import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import { ignoreRejection, isThenable } from '../core/thenable.ts'
import { codecError } from './codec-error.ts'

const { get: trueLength } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'length') as { get(this: unknown): number }
const { get: trueByteLength } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), 'byteLength') as {
  get(this: unknown): number
}

/**
 * Whether bytes can be sent. A subclass may claim another length than it has: a frame of that length would carry what its buffer held before, another
 * connection's bytes perhaps.
 */
export function isBytes(data: unknown): data is Uint8Array {
  return data instanceof Uint8Array && trueLength.call(data) === data.length && trueByteLength.call(data) === data.byteLength
}

/**
 * Encodes a message with the codec of its subprotocol.
 * @throws MessageError when the codec refuses the message
 * @throws TypeError when it, or the result of the codec, is neither a string nor bytes
 */
export function encodeMessage(message: unknown, codec: SubprotocolCodec<any, any> | undefined, subprotocol: string): string | Uint8Array {
  const data = codec === undefined ? message : callCodec(codec, message, subprotocol)
  if (typeof data === 'string' || isBytes(data)) return data
  if (isThenable(data)) ignoreRejection(data)
  if (codec === undefined) throw new TypeError(`a message is a string or a Uint8Array, received ${describe(data)}`)
  const what = isThenable(data) ? 'a promise' : data instanceof Uint8Array ? describe(data) : data === null ? 'null' : typeof data
  throw new TypeError(`the codec of subprotocol ${subprotocol}: encode returns a string or a Uint8Array at once, but it returned ${what}`)
}

function describe(data: unknown): string {
  if (data === null || typeof data !== 'object') return data === null ? 'null' : typeof data
  if (data instanceof ArrayBuffer) return 'an ArrayBuffer: give new Uint8Array(buffer)'
  if (data instanceof Uint8Array) return 'a Uint8Array whose length is not that of its memory'
  if (ArrayBuffer.isView(data)) return 'another view of a buffer: give a Uint8Array'
  return 'object: give JSON.stringify(message), or declare a subprotocol with json()'
}

function callCodec(codec: SubprotocolCodec<any, any>, message: unknown, subprotocol: string): unknown {
  try {
    return codec.encode(message)
  } catch (error) {
    throw codecError(error, subprotocol)
  }
}
