/** How a `WebSocket` delivers binary messages (WHATWG WebSockets section 3.1). */
export type BinaryType = 'blob' | 'arraybuffer'

/** The `data` of a MessageEvent; bytes are not copied where they fill their buffer. */
export function toEventData(data: string | Uint8Array, binaryType: BinaryType): string | Blob | ArrayBuffer {
  if (typeof data === 'string') return data
  return binaryType === 'blob' ? new Blob([data as Uint8Array<ArrayBuffer>]) : toArrayBuffer(data)
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes
  return byteLength === buffer.byteLength ? (buffer as ArrayBuffer) : (buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer)
}
