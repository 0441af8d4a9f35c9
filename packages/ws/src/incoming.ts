import { Buffer } from 'node:buffer'
import type { CloseInfo, ConnectionError } from 'hawser'
import type { MessageSink } from 'hawser/protocol'
import { inForm } from './data.ts'
import { emit, throwLater } from './emit.ts'
import { toWsError } from './errors.ts'
import { CLOSING, OPEN } from './ready-state.ts'
import type { WebSocket } from './websocket.ts'

/** Makes events of what one connection receives. */
export class Incoming implements MessageSink {
  readonly #socket: WebSocket
  /** `allowSynchronousEvents` is off: one event in a turn of the event loop. */
  readonly #deferred: boolean
  #failed = false

  constructor(socket: WebSocket, deferred: boolean) {
    this.#socket = socket
    this.#deferred = deferred
  }

  /** Every Close frame is answered at once: an event has no end that could be awaited. */
  get isWorking(): boolean {
    return false
  }

  message(data: string | Uint8Array, isText: boolean, starts?: readonly number[]): void {
    const socket = this.#socket
    const message = data as Buffer
    if (this.#deferred) {
      defer(socket, () => emit(socket, 'message', isText ? message : inForm(message, socket._binaryType, starts), !isText))
    } else if (isText || socket._binaryType === 'nodebuffer') emit(socket, 'message', message, !isText)
    else emit(socket, 'message', inForm(message, socket._binaryType, starts), true)
  }

  ping(payload: Uint8Array): void {
    control(this.#socket, this.#deferred, 'ping', payload)
  }

  pong(payload: Uint8Array): void {
    control(this.#socket, this.#deferred, 'pong', payload)
  }

  closing(): void {
    if (this.#socket._readyState === OPEN) this.#socket._readyState = CLOSING
  }

  failed(error: ConnectionError): void {
    // 1006 stands for `terminate`, which is no error.
    if (this.#failed || error.closeCode === 1006) return
    this.#failed = true
    emit(this.#socket, 'error', toWsError(error))
  }

  closed(info: CloseInfo): void {
    const socket = this.#socket
    socket._wasClean = info.sent !== undefined && info.received !== undefined
    try {
      socket.emitClose(info.code, info.reason === '' ? undefined : Buffer.from(info.reason))
    } catch (error) {
      throwLater(error)
    }
  }
}

/** Functions, because a private method takes 8 bytes of each object. */
function control(socket: WebSocket, deferred: boolean, event: 'ping' | 'pong', payload: Uint8Array): void {
  const data = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (deferred) defer(socket, () => emit(socket, event, data))
  else emit(socket, event, data)
}

function defer(socket: WebSocket, call: () => void): void {
  socket._hold()
  setImmediate(() => {
    call()
    socket._release()
  })
}
