/** Compiled, never run. */
import { WebSocket } from '../../src/index.ts'
import type { CloseEvent, ErrorEvent } from '../../src/index.ts'

export function use(): void {
  const webSocket = new WebSocket('ws://h/', ['a'])
  const options = new WebSocket(new URL('ws://h/'), { protocols: 'a', headers: { cookie: 'a=b' }, tls: { ca: 'x' }, limits: { message: 1 } })
  options.binaryType = 'arraybuffer'
  webSocket.onclose = (event: CloseEvent) => void event.wasClean
  webSocket.onerror = (event: ErrorEvent) => void event.error
  webSocket.onmessage = ({ data }) => void data
  webSocket.onopen = null
  webSocket.send('a')
  webSocket.send(new Blob([]))
  webSocket.send(new DataView(new ArrayBuffer(1)))
  webSocket.close(3000, 'x')
  const state: 0 | 1 | 2 | 3 = webSocket.readyState
  const open: 1 = WebSocket.OPEN
  const same: 1 = webSocket.OPEN
  void [state, open, same]
  // @ts-expect-error not a binary type of the standard
  webSocket.binaryType = 'nodebuffer'
  // @ts-expect-error read-only
  webSocket.readyState = 1
  // @ts-expect-error an object is no message
  webSocket.send({})
  // @ts-expect-error the class has events, not handlers in its options
  void new WebSocket('ws://h/', { message() {} })
}
