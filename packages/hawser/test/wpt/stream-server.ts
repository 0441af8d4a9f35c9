import type { TestContext } from 'node:test'
import { WebSocketStream } from '../../src/index.ts'
import type { WebSocketOpenInfo, WebSocketStreamOptions } from '../../src/index.ts'
import { frame, switchingProtocols } from '../runtime/node/raw-server.ts'
import type { RawConnection } from '../runtime/node/raw-server.ts'
import { rawUrl } from './echo-server.ts'

export interface OpenStream extends WebSocketOpenInfo {
  readonly stream: WebSocketStream
}

/** An established stream that ends with the test. */
export async function openStream(t: TestContext, url: string, options?: WebSocketStreamOptions): Promise<OpenStream> {
  const stream = new WebSocketStream(url, options)
  t.after(() => stream.close())
  return { stream, ...(await stream.opened) }
}

export const failureOf = <Failure extends Error>(promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => Promise.reject(new Error('it resolved')),
    (error: Failure) => error,
  )

/** The Close frame of the `remote-close` handler of web-platform-tests. */
export function closeFrame(code?: number, reason: string = ''): Buffer {
  if (code === undefined) return frame(8)
  return frame(8, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]))
}

/** A server that answers the opening handshake and leaves the rest to `then`. */
export const handshakenUrl = (t: TestContext, then: (connection: RawConnection) => unknown): Promise<string> =>
  rawUrl(t, async (connection) => {
    connection.socket.write(switchingProtocols(await connection.head()))
    await then(connection)
  })

/** Sends a Close frame and reads, from where the client waits, until that many bytes have come; then it ends the connection. */
export function closeThenRead({ socket }: RawConnection, close: Buffer, bytes: number): void {
  let read = 0
  socket.pause()
  socket.on('data', (chunk) => {
    read += chunk.length
    if (read >= bytes) socket.end()
  })
  socket.write(close, () => void socket.resume())
}

/** Many turns of the event loop, in which everything that loopback transports without waiting for somebody has happened. */
export async function idle(count: () => number): Promise<void> {
  let before = -1
  for (let quiet = 0; quiet < 200; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (count() !== before) quiet = 0
    before = count()
  }
}
