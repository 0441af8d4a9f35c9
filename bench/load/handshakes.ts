/** Opening handshakes, each followed by the end of the connection or stream. */
import * as net from 'node:net'
import * as tls from 'node:tls'
import { Awake } from './awake.ts'
import { measured } from './echo.ts'
import type { LoadResult } from './echo.ts'
import { openingRequest } from './link.ts'
import type { Target } from './link.ts'
import { Sessions } from './sessions.ts'

const inbox = Buffer.allocUnsafe(4096)

/** One handshake: settles when the server's answer was right and the connection is gone. */
type Handshake = () => Promise<void>

export async function handshakes(target: Target, count: number, atOnce: number): Promise<LoadResult> {
  const sessions = target.http2 ? await Sessions.to(target, 1) : undefined
  const one: Handshake = sessions === undefined ? connection(target) : () => sessions.handshake(target)
  const awake = new Awake()
  const start = performance.now()
  let left = count
  const some = async (): Promise<void> => {
    while (left-- > 0) await one()
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, some))
    return measured(start, awake, count)
  } finally {
    awake.stop()
    sessions?.close()
  }
}

function connection(target: Target): Handshake {
  const request = openingRequest(target)
  const where = { host: '127.0.0.1', port: target.port, noDelay: true }
  return () =>
    new Promise((resolve, reject) => {
      let answered = false
      const take = (size: number, buffer: Uint8Array): boolean => {
        Awake.worked = true
        const complete = size >= 4 && (buffer as Buffer).readUInt32BE(size - 4) === 0x0d0a0d0a
        if (!answered && complete && (buffer as Buffer).toString('latin1', 9, 12) === '101') {
          answered = true
          socket.destroy()
        }
        return true
      }
      const socket = target.tls
        ? tls.connect({ ...where, rejectUnauthorized: false })
        : net.connect({ ...where, onread: { buffer: inbox, callback: take } })
      if (target.tls) socket.on('data', (chunk) => take(chunk.length, chunk))
      socket.on('error', reject)
      socket.on('close', () => (answered ? resolve() : reject(new Error('closed without a 101'))))
      socket.write(request)
    })
}
