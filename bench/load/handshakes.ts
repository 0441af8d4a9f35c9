/** Opening handshakes, each followed by the end of the TCP connection. */
import * as net from 'node:net'
import { Awake } from './awake.ts'
import { measured } from './echo.ts'
import type { LoadResult } from './echo.ts'
import { openingRequest } from './link.ts'
import type { Target } from './link.ts'

const inbox = Buffer.allocUnsafe(4096)

export function handshakes(target: Target, count: number, atOnce: number): Promise<LoadResult> {
  const request = openingRequest(target)
  const awake = new Awake()
  const start = performance.now()
  let started = 0
  let finished = 0
  return new Promise((resolve, reject) => {
    const one = (): void => {
      started++
      let answered = false
      const callback = (size: number, buffer: Uint8Array): boolean => {
        Awake.worked = true
        const complete = size >= 4 && (buffer as Buffer).readUInt32BE(size - 4) === 0x0d0a0d0a
        if (!answered && complete && (buffer as Buffer).toString('latin1', 9, 12) === '101') {
          answered = true
          socket.destroy()
        }
        return true
      }
      const socket = net.connect({ host: '127.0.0.1', port: target.port, noDelay: true, onread: { buffer: inbox, callback } })
      socket.on('error', reject)
      socket.on('close', () => {
        if (!answered) return reject(new Error('closed without a 101'))
        finished++
        if (started < count) one()
        else if (finished === count) resolve(measured(start, awake, count))
      })
      socket.write(request)
    }
    for (let i = 0; i < Math.min(atOnce, count); i++) one()
  })
}
