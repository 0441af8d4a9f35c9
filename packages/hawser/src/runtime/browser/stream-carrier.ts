import { asError } from '../../core/errors.ts'
import type { CloseFrame } from '../../core/protocol/events.ts'
import type { AgreedExtension, SendResult } from '../../connection/socket.ts'
import type { EstablishRequest } from '../../web/runtime.ts'
import type { WebSocketOpenInfo, WebSocketStreamConstructor, WebSocketStreamInstance } from '../../web/stream-interface.ts'
import { closeInfo } from './carrier.ts'
import type { Carrier, CarrierHandler, PlatformEnd } from './carrier.ts'
import { readExtensions } from './websocket-carrier.ts'

/**
 * Opens a connection with the platform's `WebSocketStream`.
 * @throws DOMException SyntaxError for a URL that the platform does not take
 */
export function openWebSocketStream(
  WebSocketStream: WebSocketStreamConstructor,
  { url, subprotocols, signal }: EstablishRequest,
  handler: CarrierHandler,
): void {
  const stream = new WebSocketStream(url, { protocols: subprotocols, signal })
  // It rejects for every unclean end, which `run` handles where there was a connection.
  stream.closed.catch(() => undefined)
  stream.opened.then(
    (info) => {
      const carrier = new StreamCarrier(stream, info)
      handler.open(carrier)
      void carrier.run(handler)
    },
    (error: unknown) => handler.failed(asError(error)),
  )
}

/** The platform's `WebSocketStream` once it is open: reading stops, and the peer waits. */
class StreamCarrier implements Carrier {
  readonly canPause = true
  readonly subprotocol: string
  readonly extensions: readonly AgreedExtension[]
  bufferedAmount = 0
  readonly #stream: WebSocketStreamInstance
  readonly #reader: ReadableStreamDefaultReader<string | Uint8Array | ArrayBuffer>
  readonly #writer: WritableStreamDefaultWriter<string | ArrayBuffer | ArrayBufferView>
  readonly #waiting: (() => void)[] = []
  #sent: CloseFrame | undefined
  #closed = false
  #resume: (() => void) | undefined
  #resumed: Promise<void> | undefined

  constructor(stream: WebSocketStreamInstance, { readable, writable, protocol, extensions }: WebSocketOpenInfo) {
    this.#stream = stream
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
    this.#writer.closed.catch(() => undefined)
    this.subprotocol = protocol
    this.extensions = readExtensions(extensions)
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    return this.#closed ? 'CLOSED' : this.#sent === undefined ? 'OPEN' : 'CLOSING'
  }

  get drained(): Promise<void> {
    return this.bufferedAmount === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  send(message: string | Uint8Array): SendResult {
    if (this.readyState !== 'OPEN') return 'closed'
    const size = message.length
    this.bufferedAmount += size
    const left = (): void => {
      this.bufferedAmount -= size
      if (this.bufferedAmount === 0) this.#drain()
    }
    // A chunk that waits in the stream would be the caller's memory.
    this.#writer.write(typeof message === 'string' ? message : message.slice()).then(left, () => undefined)
    return 'sent'
  }

  #drain(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  startClosing(code: number | undefined, reason: string): void {
    if (this.#sent !== undefined) return
    this.#sent = { code: code ?? 1005, reason }
    this.resume()
    // close() of the stream would overtake what waits in it.
    void this.drained.then(() => this.#stream.close({ ...(code === undefined ? {} : { closeCode: code }), reason }))
  }

  terminate(): void {
    this.#stream.close()
  }

  pause(): void {
    this.#resumed ??= new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  resume(): void {
    this.#resume?.()
    this.#resume = undefined
    this.#resumed = undefined
  }

  /** Reads until the end. */
  async run(handler: CarrierHandler): Promise<void> {
    try {
      for (;;) {
        await this.#resumed
        const { done, value } = await this.#reader.read()
        if (done) break
        // Chromium's stream gives an ArrayBuffer for binary messages; the standard says Uint8Array.
        handler.message(typeof value === 'string' || value instanceof Uint8Array ? value : new Uint8Array(value))
      }
    } catch {
      // `closed` tells how the connection ended.
    }
    const end = await this.#stream.closed.then(
      ({ closeCode, reason }): PlatformEnd => ({ code: closeCode, reason, wasClean: true }),
      (error: { readonly closeCode?: number | null; readonly reason?: string }): PlatformEnd => {
        return { code: error.closeCode ?? 1006, reason: error.reason ?? '', wasClean: false }
      },
    )
    this.#closed = true
    this.#drain()
    handler.closed(closeInfo(end, this.#sent))
  }
}
