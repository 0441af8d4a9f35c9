/**
 * The client's floor with the work that text asks for: each answer is collected, a string is made of it, and the text to send is encoded each time. Nothing is
 * masked and no frame is read.
 */
import * as net from 'node:net'
import { clientFrame, serverFrame } from '../load/frames.ts'
import { openingRequest } from '../load/link.ts'
import { drive } from './drive.ts'

const free: Buffer[] = []

drive((url, received) => {
  const port = Number(new URL(url).port)
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true })
    let answer: Buffer = Buffer.alloc(0)
    let request = 0
    let header = 0
    let size = 0
    let length = 0
    const link = {
      send(text: string): void {
        if (text.length !== size) {
          size = text.length
          request = clientFrame(Buffer.alloc(size), 1, false, 0).length
          answer = Buffer.alloc(serverFrame(Buffer.alloc(size), 1, false).length)
          header = answer.length - size
        }
        const out = free.pop() ?? Buffer.alloc(request)
        // Where the payload of a masked frame is; the header before it is constant.
        out.write(text, request - size, 'latin1')
        socket.write(out)
        if (socket.writableLength === 0) free.push(out)
        else socket.write('', () => free.push(out))
      },
    }
    socket.on('error', reject)
    socket.once('data', () => {
      socket.on('data', (chunk) => {
        if (length === 0 && chunk.length === answer.length) return received(chunk.toString('latin1', header))
        answer.set(chunk, length)
        length += chunk.length
        if (length < answer.length) return
        length = 0
        received(answer.toString('latin1', header))
      })
      resolve(link)
    })
    socket.write(openingRequest({ port, tls: false, deflate: false, browser: false, http2: false, socketIo: false }))
  })
})
