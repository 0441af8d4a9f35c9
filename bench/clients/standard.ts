/** The WHATWG interface, whoever implements it. */
import type { ClientLink, Open } from './drive.ts'

interface StandardWebSocket extends ClientLink {
  onopen: unknown
  onerror: unknown
  onmessage: unknown
}

export function openStandard(WebSocket: new (url: string) => StandardWebSocket): Open {
  return (url, received) => {
    const socket = new WebSocket(url)
    socket.onmessage = (event: { data: string }) => received(event.data)
    return new Promise((resolve, reject) => {
      socket.onerror = (event: { message?: string }) => reject(new Error(event.message ?? 'failed'))
      socket.onopen = () => resolve(socket)
    })
  }
}
