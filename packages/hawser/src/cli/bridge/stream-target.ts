import * as net from 'node:net'
import type { CloseInfo } from '../../core/protocol/events.ts'
import { addressText } from './address.ts'
import type { StreamAddress } from './address.ts'
import { StreamBridge } from './stream-bridge.ts'
import type { BridgedSocket } from './stream-bridge.ts'
import { TargetError } from './target.ts'
import type { BridgeRequest, BridgeTarget, BridgeTargets } from './target.ts'

/** How long a target may take to accept, and to end after the connection has closed. */
const targetMs = 5000

/** `hawser serve --to`: each connection is joined with a connection of its own over TCP or a Unix domain socket. */
export class StreamTargets implements BridgeTargets {
  readonly #address: StreamAddress
  readonly #sockets = new Set<net.Socket>()

  constructor(address: StreamAddress) {
    this.#address = address
  }

  open(_request: BridgeRequest, signal: AbortSignal): Promise<BridgeTarget> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ ...this.#address, allowHalfOpen: true })
      this.#sockets.add(socket)
      const late = setTimeout(() => fail(new TargetError(`${addressText(this.#address)} did not accept within ${targetMs} ms`, 504)), targetMs)
      const fail = (error: Error): void => {
        clearTimeout(late)
        socket.destroy()
        reject(error)
      }
      const refused = (error: NodeJS.ErrnoException): void =>
        fail(new TargetError(`${addressText(this.#address)} cannot be reached: ${error.code ?? error.message}`, 502, { cause: error }))
      const abandoned = (): void => fail(new TargetError('the client gave up', 504))
      socket.once('error', refused)
      socket.once('close', () => this.#sockets.delete(socket))
      signal.addEventListener('abort', abandoned, { once: true })
      socket.once('connect', () => {
        clearTimeout(late)
        socket.off('error', refused)
        resolve(new StreamTarget(socket, () => signal.removeEventListener('abort', abandoned)))
      })
    })
  }

  async endAll(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Also the end of `hawser connect --listen`. */
export class StreamTarget implements BridgeTarget {
  readonly #stream: net.Socket
  readonly #started: () => void
  readonly #bridge: StreamBridge
  #broken: Error | undefined

  /** @param started called when a connection has taken the stream */
  constructor(stream: net.Socket, started: () => void = () => {}) {
    this.#stream = stream
    this.#started = started
    this.#bridge = new StreamBridge(stream, 'bytes')
    stream.on('error', (error) => {
      this.#broken = error
    })
  }

  start(socket: BridgedSocket): void {
    this.#started()
    void this.#send(socket)
  }

  async #send(socket: BridgedSocket): Promise<void> {
    try {
      await this.#bridge.send(this.#stream, socket, 0)
    } catch (error) {
      this.#broken ??= error as Error
    }
    if (this.#broken === undefined) void socket.close(1000)
    else void socket.close(1011, 'the stream broke')
  }

  message(message: string | Uint8Array): Promise<void> | undefined {
    return this.#bridge.message(message)
  }

  /** A stream that was cut off ends in a reset, so that its other end does not take it for whole. */
  end({ wasClean }: CloseInfo): void {
    if (!wasClean) {
      this.#stream.resetAndDestroy()
      return
    }
    this.#stream.end()
    // What it still sends has no receiver, and unread it would keep the stream open
    this.#stream.resume()
    const late = setTimeout(() => this.#stream.destroy(), targetMs)
    this.#stream.once('close', () => clearTimeout(late))
  }
}
