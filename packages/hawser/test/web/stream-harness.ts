import assert from 'node:assert/strict'
import { createWebSocketStreamClass } from '../../src/web/index.ts'
import type { EstablishHandler, EstablishRequest, WebSocketStreamConstructor, WebSocketStreamInstance } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'

export interface MadeStream {
  readonly WebSocketStream: WebSocketStreamConstructor
  readonly stream: WebSocketStreamInstance
  /** Undefined where no connection was to be established. */
  readonly request: EstablishRequest | undefined
  readonly handler: EstablishHandler
  /** Establishes. */
  open(): FakeSocket
}

/** A stream over a connection that the test plays. */
export function makeStream(options?: unknown): MadeStream {
  let request: EstablishRequest | undefined
  let handler: EstablishHandler | undefined
  const WebSocketStream = createWebSocketStreamClass({
    baseUrl: undefined,
    establish: (given, to) => {
      request = given
      handler = to
      given.signal.addEventListener('abort', () => queueMicrotask(() => to.failed(given.signal.reason as Error)))
    },
  })
  const stream = new WebSocketStream('ws://user:pass@h/', options as object)
  const established = (): EstablishHandler => {
    assert.ok(handler !== undefined)
    return handler
  }
  return {
    WebSocketStream,
    stream,
    request,
    get handler() {
      return established()
    },
    open: () => {
      const socket = new FakeSocket(established())
      established().open(socket)
      return socket
    },
  }
}
