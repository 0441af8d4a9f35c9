import type { ConnectionWatch } from './connection-watch.ts'
import type { Transport, TransportHandler, TransportInfo } from './transport.ts'

/**
 * Passes bytes on unchanged and shows them to a {@link ConnectionWatch}. It stands between the driver and the transport of an observed connection only, so
 * that the others pay nothing.
 */
export class ObservedTransport implements Transport {
  readonly #inner: Transport
  readonly #watch: ConnectionWatch
  #isBlocked = false

  constructor(inner: Transport, watch: ConnectionWatch) {
    this.#inner = inner
    this.#watch = watch
  }

  write(segments: readonly Uint8Array[]): boolean {
    const inner = this.#inner
    this.#watch.sent(segments)
    const mayReuse = inner.write(segments)
    if (!mayReuse && !this.#isBlocked && inner.bufferedBytes > 0) {
      this.#isBlocked = true
      this.#watch.backpressure(true, inner.bufferedBytes)
    }
    return mayReuse
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  get info(): TransportInfo {
    return this.#inner.info
  }

  end(): void {
    this.#inner.end()
  }

  abort(): void {
    this.#inner.abort()
  }

  pause(): void {
    this.#inner.pause()
  }

  resume(): void {
    this.#inner.resume()
  }

  attach(handler: TransportHandler): void {
    const watch = this.#watch
    this.#inner.attach({
      data(chunk) {
        // First: the handler unmasks in place.
        watch.received(chunk)
        handler.data(chunk)
      },
      end: () => handler.end(),
      drained: () => {
        if (this.#isBlocked) {
          this.#isBlocked = false
          watch.backpressure(false, this.#inner.bufferedBytes)
        }
        handler.drained()
      },
      closed(error) {
        watch.transportClosed()
        handler.closed(error)
      },
    })
  }
}
