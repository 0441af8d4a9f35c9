/** A client of the WHATWG interface, for any implementation. */
import type { ClientLink, Open } from './drive.ts'

interface StandardWebSocket extends ClientLink {
  addEventListener(type: string, listener: (event: any) => void): void
}

export function openStandard(WebSocket: new (url: string) => StandardWebSocket): Open {
  return (url, received) => {
    const socket = new WebSocket(url)
    socket.addEventListener('message', (event: { data: string }) => received(event.data))
    return new Promise((resolve, reject) => {
      socket.addEventListener('error', (event: { message?: string }) => reject(new Error(event.message ?? 'failed')))
      socket.addEventListener('open', () => resolve(socket))
    })
  }
}
