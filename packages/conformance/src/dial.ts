import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** How `dial` connects. */
export interface DialOptions {
  /** Take any certificate. */
  readonly insecure: boolean
  /** How long the connection may take, in milliseconds. */
  readonly ms: number
  /** Offered by ALPN. Default `http/1.1`. */
  readonly alpn?: 'http/1.1' | 'h2'
}

/**
 * A TCP connection to the host of a `ws:` URL, or a TLS connection to that of a `wss:` URL.
 * @throws Error of the socket, or one with the code `ETIMEDOUT`
 */
export async function dial(target: URL, { insecure, ms, alpn = 'http/1.1' }: DialOptions): Promise<Socket> {
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = target.protocol === 'wss:'
  const port = target.port === '' ? (secure ? 443 : 80) : Number(target.port)
  const socket: Socket = secure
    ? connectTls({ host, port, servername: /^[\d.]+$|:/.test(host) ? '' : host, rejectUnauthorized: !insecure, ALPNProtocols: [alpn] })
    : connectTcp({ host, port, allowHalfOpen: alpn === 'http/1.1' })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy()
      reject(Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' }))
    }, ms)
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
  return socket
}
