/** The client's floor: prepared bytes out, bytes counted in, through the same loop as the others. */
import * as net from 'node:net'
import { clientFrame, payload, serverFrame } from '../load/frames.ts'
import { openingRequest } from '../load/link.ts'
import { drive } from './drive.ts'

drive((url, received) => {
  const port = Number(new URL(url).port)
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true })
    let text = ''
    let prepared: Buffer = Buffer.alloc(0)
    let owed = 0
    let reply = 0
    const link = {
      send(message: string): void {
        if (message !== text) {
          text = message
          prepared = clientFrame(payload('text', message.length, 0), 1, false, 0)
          reply = serverFrame(Buffer.alloc(message.length), 1, false).length
        }
        owed += reply
        socket.write(prepared)
      },
      terminate(): void {
        socket.resetAndDestroy()
      },
    }
    socket.on('error', reject)
    socket.once('data', () => {
      socket.on('data', (chunk) => {
        owed -= chunk.length
        if (owed === 0) received(text)
      })
      resolve(link)
    })
    socket.write(openingRequest({ port, tls: false, deflate: false, browser: false, http2: false, socketIo: false }))
  })
})
