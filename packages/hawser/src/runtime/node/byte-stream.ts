import type { Duplex } from 'node:stream'

/** Those that a transport calls. */
const methods = ['on', 'off', 'write', 'end', 'pause', 'resume', 'destroy'] as const

/** Whether a value of the application can be read and written as a socket can. */
export function isByteStream(value: unknown): value is Duplex {
  return typeof value === 'object' && value !== null && methods.every((name) => typeof (value as Partial<Duplex>)[name] === 'function')
}

/** Its chunks are strings then, from which the bytes cannot be had again. */
export function hasEncoding(stream: Duplex): boolean {
  return typeof stream.readableEncoding === 'string'
}

/** Destroys what the application gave too late, or in vain. */
export function discard(stream: unknown): void {
  if (!isByteStream(stream)) return
  stream.on('error', () => {})
  stream.destroy()
}
