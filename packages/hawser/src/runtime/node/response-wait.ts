import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { EarlyData } from '../../server/early-data.ts'
import { LingeringClose } from '../../server/lingering-close.ts'
import type { ServerCore } from '../../server/server-core.ts'
import type { TransportHandler } from '../../connection/transport.ts'
import { SocketTransport } from './socket-transport.ts'

/** node:http keeps the response in progress on its socket; runtimes that imitate Node may not. */
interface AnsweringSocket extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/** Upgrade requests of one listener that wait behind a response; its shutdown drops them. */
export type ResponseWaits = Set<ResponseWait>

type Proceed = (transport: SocketTransport, early: Uint8Array | undefined) => void

/**
 * Calls `proceed` when node:http has written every response to the requests before this one. Responses leave in the order of their requests
 * (RFC 9112 section 9.3.2), and node:http emits `upgrade` for a pipelined request before it has answered earlier ones.
 */
export function afterPendingResponses(core: ServerCore, socket: Socket, head: Uint8Array, waits: ResponseWaits | undefined, proceed: Proceed): void {
  const transport = new SocketTransport(socket)
  const response = pendingResponse(socket)
  if (response === undefined) proceed(transport, head.byteLength === 0 ? undefined : head)
  else new ResponseWait(core, transport, response, head, waits, proceed)
}

export function pendingResponse(socket: AnsweringSocket): ServerResponse | undefined {
  const { _httpMessage: response } = socket
  return response ?? undefined
}

/** Waits without a deadline, because the application's response to the earlier request has none either. */
class ResponseWait implements TransportHandler {
  readonly #core: ServerCore
  readonly #transport: SocketTransport
  readonly #early: EarlyData
  readonly #waits: ResponseWaits | undefined
  readonly #proceed: Proceed
  #ended = false
  #over = false

  constructor(
    core: ServerCore,
    transport: SocketTransport,
    response: ServerResponse,
    head: Uint8Array,
    waits: ResponseWaits | undefined,
    proceed: Proceed,
  ) {
    this.#core = core
    this.#transport = transport
    this.#early = new EarlyData(core.settings.handshake.earlyData, head)
    this.#waits = waits
    this.#proceed = proceed
    waits?.add(this)
    transport.socket.on('drain', this.#relayDrain)
    transport.attach(this)
    if (this.#early.mayRead) transport.resume()
    this.#waitFor(response)
  }

  #waitFor(response: ServerResponse): void {
    response.once('close', () => this.#answered())
  }

  #answered(): void {
    if (this.#over) return
    const { socket } = this.#transport
    const next = pendingResponse(socket)
    if (next !== undefined) {
      this.#waitFor(next)
      return
    }
    // The response said `Connection: close`: node:http ends the socket, and this request is not answered (RFC 9112 section 9.6).
    if (socket.writableEnded || socket.destroyed) return
    this.#leave()
    this.#transport.pause()
    if (this.#ended) new LingeringClose(this.#transport, this.#core)
    else this.#proceed(this.#transport, concatenate(this.#early.chunks))
  }

  #leave(): void {
    this.#over = true
    this.#waits?.delete(this)
    this.#transport.socket.off('drain', this.#relayDrain)
  }

  /** node:http removes its own listener before it emits `upgrade`, and a response that waits for `drain` would never end. */
  readonly #relayDrain = (): void => {
    const response = pendingResponse(this.#transport.socket)
    if (response?.writableNeedDrain === true) response.emit('drain')
  }

  data(chunk: Uint8Array): void {
    this.#early.keep(chunk)
    if (!this.#early.mayRead) this.#transport.pause()
  }

  /** A client that has ended its side can use no WebSocket, but may read the response. */
  end(): void {
    this.#ended = true
  }

  drained(): void {}

  closed(): void {
    this.#leave()
  }

  /** Ends the connection after the response to the earlier request. */
  drop(): void {
    this.#transport.abort()
  }
}

function concatenate(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  return chunks.length < 2 ? chunks[0] : Buffer.concat(chunks)
}
