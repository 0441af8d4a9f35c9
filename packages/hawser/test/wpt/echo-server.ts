import type { TestContext } from 'node:test'
import { WebSocket } from '../../src/index.ts'
import type { CloseEvent, ErrorEvent, WebSocketOptions } from '../../src/index.ts'
import { rawServer } from '../runtime/node/raw-server.ts'
import type { RawConnection } from '../runtime/node/raw-server.ts'
import { serveFor } from '../peers/test-server.ts'

/** What the `echo` handler of web-platform-tests does: it sends each message back. It knows a few subprotocols. */
export async function echoUrl(t: TestContext): Promise<string> {
  const server = await serveFor(t, { port: 0, subprotocols: ['echo', 'chat'], message: (socket, message) => void socket.send(message as string) })
  return server.url
}

/** A server whose bytes the test writes. */
export async function rawUrl(t: TestContext, serve: (connection: RawConnection) => void | Promise<void>): Promise<string> {
  const server = await rawServer(serve)
  t.after(() => server.close())
  return server.url
}

/** A socket that ends with the test. */
export function openFor(t: TestContext, url: string, second?: string | readonly string[] | WebSocketOptions): WebSocket {
  const socket = new WebSocket(url, second)
  t.after(() => socket.close())
  return socket
}

interface Events {
  open: Event
  message: MessageEvent
  error: ErrorEvent
  close: CloseEvent
}

export const next = <Type extends keyof Events>(socket: WebSocket, type: Type): Promise<Events[Type]> =>
  new Promise((resolve) => socket.addEventListener(type, (event: Event) => resolve(event as Events[Type]), { once: true }))
