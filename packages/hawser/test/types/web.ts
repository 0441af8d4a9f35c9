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

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<_ extends true>(): void {}

// Every event has its type: in listeners, in objects with handleEvent, and in the on… attributes.
export function listen(webSocket: WebSocket): void {
  webSocket.addEventListener('open', (event) => same<Same<typeof event, Event>>())
  webSocket.addEventListener('message', (event) => {
    same<Same<typeof event, MessageEvent>>()
    const text: string = event.data
    void text
  })
  webSocket.addEventListener('error', (event) => same<Same<typeof event, ErrorEvent>>(), { once: true })
  webSocket.addEventListener('close', async ({ code, reason, wasClean }) => [code, reason, wasClean], true)
  webSocket.addEventListener('close', function () {
    same<Same<typeof this, WebSocket>>()
    this.close()
  })
  webSocket.addEventListener('close', { handleEvent: (event) => same<Same<typeof event, CloseEvent>>() })
  webSocket.addEventListener('close', null)
  const closed = ({ code }: CloseEvent): number => code
  webSocket.addEventListener('close', closed)
  webSocket.removeEventListener('close', closed)
  webSocket.onopen = (event) => same<Same<typeof event, Event>>()
  webSocket.onmessage = async (event) => same<Same<typeof event, MessageEvent>>()
  webSocket.onerror = (event) => same<Same<typeof event, ErrorEvent>>()
  webSocket.onclose = function (event) {
    same<Same<typeof event, CloseEvent>>()
    this.close()
  }
  // @ts-expect-error a close event has no data
  webSocket.addEventListener('close', (event) => event.data)
  // @ts-expect-error a message event is no close event
  webSocket.addEventListener('message', closed)
  // @ts-expect-error a message event is no close event
  webSocket.onmessage = closed
  // An event of another type is one of the application's own.
  webSocket.addEventListener('custom', (event) => same<Same<typeof event, Event>>())
  const target: EventTarget = webSocket
  void target
}

/** A class of the application's own can override them. */
export class Logged extends WebSocket {
  override addEventListener(...listening: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...listening)
  }
}

// The class stands where the global one is asked for, as an option of other libraries does.
export const global: globalThis.WebSocket = new WebSocket('ws://h/')
export const implementation: new (url: string | URL, protocols?: string | string[]) => globalThis.WebSocket = WebSocket
interface Minimal {
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  send(data: string): void
  close(code?: number, reason?: string): void
}
export const minimal: new (url: string, protocols?: string | string[]) => Minimal = WebSocket
