/** One connection of the load generator: a raw socket that writes prepared bytes and counts the bytes it receives. */
import * as net from 'node:net'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { Awake } from './awake.ts'
import { clientFrame, FrameScanner } from './frames.ts'

export interface Target {
  readonly port: number
  readonly tls: boolean
  readonly deflate: boolean
  /** The request has the fields that Chromium sends, with two subprotocols. */
  readonly browser: boolean
  /** A stream of HTTP/2 over TLS; several share a connection. */
  readonly http2: boolean
  /** engine.io over WebSocket alone; the namespace is connected before the load begins. */
  readonly socketIo: boolean
}

export interface LinkOwner {
  /** All expected bytes have arrived. */
  complete(link: Link): void
  /** More bytes than expected arrived, or the connection ended. */
  broken(link: Link, why: string): void
}

/** Shared by all links: a chunk is counted before the next one is read. */
const inbox = Buffer.allocUnsafe(256 * 1024)

export function openingRequest(target: Target): string {
  if (target.browser) return browserRequest(target.port)
  const extensions = target.deflate ? 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n' : ''
  return (
    `GET ${target.socketIo ? '/socket.io/?EIO=4&transport=websocket' : '/'} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${extensions}\r\n`
  )
}

function browserRequest(port: number): string {
  return (
    `GET /chat?room=7 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n` +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n' +
    `Upgrade: websocket\r\nOrigin: http://127.0.0.1:${port}\r\nSec-WebSocket-Version: 13\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n` +
    'Accept-Language: en-US,en;q=0.9\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nSec-WebSocket-Protocol: chat.v2, chat.v1\r\n\r\n'
  )
}

export class Link {
  readonly socket: Duplex
  readonly index: number
  /** Bytes, or frames where `scanner` is set, that are still to come. */
  owed = 0
  sentAt = 0
  turn = 0
  scanner: FrameScanner | undefined
  /** Receives every chunk in addition to counting it; for verification only. */
  tap: ((bytes: Buffer) => void) | undefined
  #owner: LinkOwner | undefined
  #head: ((bytes: Buffer) => void) | undefined

  private constructor(target: Target, index: number, stream?: Duplex) {
    this.index = index
    const where = { host: '127.0.0.1', port: target.port, noDelay: true }
    if (stream !== undefined) {
      this.socket = stream
      stream.on('data', (chunk) => this.#receive(chunk))
    } else if (target.tls) {
      this.socket = tls.connect({ ...where, rejectUnauthorized: false })
      this.socket.on('data', (chunk) => this.#receive(chunk))
    } else {
      const callback = (size: number, buffer: Uint8Array): boolean => {
        this.#receive(buffer.subarray(0, size) as Buffer)
        return true
      }
      this.socket = net.connect({ ...where, onread: { buffer: inbox, callback } })
    }
  }

  /** Resolves with the connection and the fields of its 101. */
  static open(target: Target, index: number): Promise<{ link: Link; head: string }> {
    return new Promise((resolve, reject) => {
      const link = new Link(target, index)
      let head = ''
      link.#head = (bytes) => {
        head += bytes.toString('latin1')
        if (!head.includes('\r\n\r\n')) return
        link.#head = undefined
        if (target.socketIo) void link.#connectNamespace(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)).then(() => resolve({ link, head }))
        else if (head.startsWith('HTTP/1.1 101') && head.endsWith('\r\n\r\n')) resolve({ link, head })
        else reject(new Error(`not a 101: ${head.slice(0, 200)}`))
      }
      link.socket.on('error', reject)
      link.socket.on('close', () => {
        reject(new Error('closed during the opening handshake'))
        link.#owner?.broken(link, 'closed by the server')
      })
      link.socket.write(openingRequest(target))
    })
  }

  /** @param stream of an Extended CONNECT that was answered 200 */
  static over(stream: Duplex, target: Target, index: number): Link {
    const link = new Link(target, index, stream)
    stream.on('error', () => {})
    stream.on('close', () => link.#owner?.broken(link, 'closed by the server'))
    return link
  }

  own(owner: LinkOwner | undefined): void {
    this.#owner = owner
  }

  /** Awaits the packet `open`, then connects the namespace, which is one packet each way. */
  #connectNamespace(rest: Buffer): Promise<void> {
    const scanner = new FrameScanner()
    return new Promise((resolve) => {
      this.#head = (bytes) => {
        const before = scanner.frames
        scanner.take(bytes)
        if (before === 0 && scanner.frames > 0) this.socket.write(clientFrame(Buffer.from('40'), 1, false, 0))
        if (scanner.frames < 2) return
        this.#head = undefined
        resolve()
      }
      this.#head(rest)
    })
  }

  #receive(bytes: Buffer): void {
    Awake.worked = true
    if (this.#head !== undefined) return this.#head(bytes)
    this.tap?.(bytes)
    if (this.scanner === undefined) this.owed -= bytes.length
    else {
      const before = this.scanner.frames
      this.scanner.take(bytes)
      this.owed -= this.scanner.frames - before
      if (this.owed === 0 && this.scanner.frames === before) return
    }
    if (this.owed === 0) this.#owner?.complete(this)
    else if (this.owed < 0) this.#owner?.broken(this, `${-this.owed} ${this.scanner === undefined ? 'bytes' : 'frames'} too many`)
  }
}
