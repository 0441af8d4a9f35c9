import { ABNORMAL_CLOSURE } from '../core/protocol/close-code.ts'
import type { PlatformEvents, PlatformSocket } from './platform-socket.ts'

/** The part of a WebSocket of the web's shape that is used. */
export interface WebSocketLike {
  readonly readyState: number
  readonly bufferedAmount?: number
  binaryType?: any
  send(data: any): void
  close(code?: number, reason?: string): void
  addEventListener(type: any, listener: (event: any) => void): void
}

const OPEN = 1

/** A socket of the web's shape at the server: Deno's and that of Workers. */
export class PlatformWebSocket implements PlatformSocket {
  readonly reportsDrain = false
  readonly #socket: WebSocketLike
  readonly #showsBuffered: boolean

  /** @param showsBuffered `bufferedAmount` tells what the peer has not taken */
  constructor(socket: WebSocketLike, showsBuffered: boolean) {
    this.#socket = socket
    this.#showsBuffered = showsBuffered
  }

  get bufferedAmount(): number | undefined {
    return this.#showsBuffered ? this.#socket.bufferedAmount : undefined
  }

  send(data: string | Uint8Array): void {
    this.#socket.send(data)
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }
}

/** Brings the events of a socket of the web's shape to its connection; where it is open already, at once. */
export function listenTo(socket: WebSocketLike, events: PlatformEvents, showsBuffered: boolean): void {
  socket.binaryType = 'arraybuffer'
  const open = (): void => events.platformOpened(new PlatformWebSocket(socket, showsBuffered))
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'string') events.platformMessage(data)
    else if (data instanceof ArrayBuffer) events.platformMessage(new Uint8Array(data))
  })
  socket.addEventListener('error', ({ error, message }: { error?: unknown; message?: string }) => events.platformFailed(error ?? new Error(message)))
  // Deno reports 0 without a Close frame, and its own code, not clean, where it gave up a peer that did not answer a Ping.
  socket.addEventListener('close', ({ code, reason, wasClean }: { code: number; reason: string; wasClean?: boolean }) =>
    events.platformClosed(code === 0 || wasClean === false ? ABNORMAL_CLOSURE : code, reason),
  )
  if (socket.readyState === OPEN) open()
  else socket.addEventListener('open', open)
}
