import { OptionError } from '../core/errors.ts'
import { notify } from '../connection/application-code.ts'
import type { ResponseLike } from './options.ts'

/** The content of a refusal is for a person or a script, not a download. */
const maxBytes = 1_048_576
/** Bytes charged for each chunk in addition to its own. */
const chunkOverhead = 64

/**
 * The content of the application's Response. Reads at most up to the limit.
 * @param reading receives a function that ends the reading, for an opening handshake that is over before the stream ends
 * @throws OptionError for content that cannot be sent
 */
export async function readResponseBody(response: ResponseLike, reading: (cancel: () => void) => void): Promise<Uint8Array> {
  const { body } = response
  if (response.bodyUsed === true) throw new OptionError('upgrade', 'a new Response for each opening handshake', 'one whose content was read already')
  if (body === null) return new Uint8Array(0)
  if (typeof body?.getReader !== 'function') {
    const content: unknown = await response.arrayBuffer()
    if (!(content instanceof ArrayBuffer)) throw new OptionError('upgrade', 'a Response whose arrayBuffer() gives an ArrayBuffer', content)
    checkSize(content.byteLength)
    return new Uint8Array(content)
  }
  const reader = body.getReader()
  const cancel = (): void =>
    notify(
      () => reader.cancel(),
      () => undefined,
    )
  reading(cancel)
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (!(value instanceof Uint8Array)) throw new OptionError('upgrade', 'a Response whose body is a stream of bytes', value)
      chunks.push(value)
      size += value.byteLength
      // A stream of small or empty chunks would hold the event loop: its promises are fulfilled already.
      checkSize(size + chunks.length * chunkOverhead)
    }
  } catch (error) {
    cancel()
    throw error
  }
  const content = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    content.set(chunk, offset)
    offset += chunk.byteLength
  }
  return content
}

function checkSize(size: number): void {
  if (size > maxBytes) throw new OptionError('upgrade', `a Response of at most ${maxBytes} bytes`, size)
}
