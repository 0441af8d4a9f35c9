import assert from 'node:assert/strict'
import { createWebSocketClass } from '../../src/web/index.ts'
import type { EstablishHandler, EstablishRequest, WebSocketInstance } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'

export interface Made {
  readonly webSocket: WebSocketInstance
  readonly request: EstablishRequest
  readonly handler: EstablishHandler
  readonly log: string[]
  /** Timers that are set. */
  readonly timers: Set<() => void>
  /** Establishes, and runs the task of `open`. */
  open(socket?: FakeSocket): FakeSocket
  /** Runs all queued tasks, and those they queue. */
  runTasks(): void
  /** Runs one. */
  nextTask(): void
}

export function make(url = 'ws://h/', second?: unknown, baseUrl?: string): Made {
  let request: EstablishRequest | undefined
  let handler: EstablishHandler | undefined
  const tasks: (() => void)[] = []
  const timers = new Set<() => void>()
  const runTasks = (): void => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) task()
  }
  const WebSocket = createWebSocketClass({
    baseUrl,
    queueTask: (callback) => tasks.push(callback),
    schedule: (callback) => {
      timers.add(callback)
      return { cancel: () => timers.delete(callback) }
    },
    establish: (given, to) => {
      request = given
      handler = to
      given.signal.addEventListener('abort', () => queueMicrotask(() => to.failed(given.signal.reason as Error)))
    },
  })
  const webSocket = new WebSocket(url, second as string)
  assert.ok(request !== undefined && handler !== undefined)
  const log: string[] = []
  for (const type of ['open', 'message', 'error', 'close']) webSocket.addEventListener(type, () => log.push(type))
  const established = handler
  return {
    webSocket,
    request,
    handler: established,
    log,
    timers,
    open: (socket = new FakeSocket(established)) => {
      established.open(socket)
      runTasks()
      return socket
    },
    runTasks,
    nextTask: () => tasks.shift()?.(),
  }
}

export const thrown =
  (name: string) =>
  (error: unknown): boolean =>
    error instanceof DOMException && error.name === name
