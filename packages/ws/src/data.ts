import { Blob, Buffer } from 'node:buffer'

/** What `send`, `ping` and `pong` take: everything that `Buffer.from` does, and a Blob. */
export type Data = unknown

/** @throws TypeError for a value that has no bytes */
export function toBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(data as string)
}

export function isBlob(data: unknown): data is Blob {
  return typeof data === 'object' && data !== null && (data instanceof Blob || Object.prototype.toString.call(data) === '[object Blob]')
}

/** Bytes that a message or a control frame of `data` would have. */
export function lengthOf(data: unknown): number {
  if (isBlob(data)) return data.size
  return typeof data === 'string' ? Buffer.byteLength(data) : toBytes(data).byteLength
}

export const BINARY_TYPES = ['nodebuffer', 'arraybuffer', 'fragments', 'blob'] as const
export type BinaryType = (typeof BINARY_TYPES)[number]

/** A received binary message in the form that `binaryType` asks for; `starts` are the places where its frames begin, if there are several. */
export function inForm(message: Buffer, type: BinaryType, starts: readonly number[] | undefined): Buffer | ArrayBuffer | Buffer[] | Blob {
  switch (type) {
    case 'nodebuffer':
      return message
    case 'arraybuffer':
      return toArrayBuffer(message)
    case 'blob':
      return new Blob([message])
    case 'fragments':
      return fragmentsOf(message, starts)
  }
}

function toArrayBuffer({ buffer, byteOffset, byteLength }: Buffer): ArrayBuffer {
  const memory = buffer as ArrayBuffer
  return byteLength === memory.byteLength ? memory : memory.slice(byteOffset, byteOffset + byteLength)
}

/** Frames without bytes are left out. */
function fragmentsOf(message: Buffer, starts: readonly number[] | undefined): Buffer[] {
  const fragments: Buffer[] = []
  const count = starts?.length ?? 1
  for (let i = 0; i < count; i++) {
    const fragment = message.subarray(starts?.[i] ?? 0, starts?.[i + 1] ?? message.length)
    if (fragment.length > 0) fragments.push(fragment)
  }
  return fragments
}
