import assert from 'node:assert/strict'
import { WebSocketBase } from '../../src/web/index.ts'
import type { EstablishHandler, EstablishRequest } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'

export interface Made {
  readonly webSocket: WebSocketBase
  readonly request: EstablishRequest
  readonly handler: EstablishHandler
  readonly log: string[]
  open(socket?: FakeSocket): FakeSocket
  nextTask(): void
}

export function make(url = 'ws://h/', second?: unknown, baseUrl?: string): Made {
  let request: EstablishRequest | undefined
  let handler: EstablishHandler | undefined
  const tasks: (() => void)[] = []
  const webSocket = new WebSocketBase(
    {
      baseUrl,
      afterTask: (callback) => tasks.push(callback),
      establish: (given, to) => {
        request = given
        handler = to
        given.signal.addEventListener('abort', () => queueMicrotask(() => to.failed(given.signal.reason as Error)))
      },
    },
    url,
    second,
  )
  assert.ok(request !== undefined && handler !== undefined)
  const log: string[] = []
  for (const type of ['open', 'message', 'error', 'close']) webSocket.addEventListener(type, () => log.push(type))
  const established = handler
  return {
    webSocket,
    request,
    handler: established,
    log,
    open: (socket = new FakeSocket(established)) => {
      established.open(socket)
      return socket
    },
    nextTask: () => {
      for (const task of tasks.splice(0)) task()
    },
  }
}

export const thrown =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof DOMException && error.name === name
