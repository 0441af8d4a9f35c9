import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises'
import type { Split } from './specs.ts'
import type { Exchange } from './exchange.ts'

/** How many bytes wait unread before the suite stops reading: four times the longest message of the standard tier. Sixteen cases may run at once. */
const leastUnread = 4 * 1024 * 1024

/** The same for the volume tier and the preflight, which run one case at a time: twice their longest message. */
export const unreadOfLong: number = 32 * 1024 * 1024

/**
 * One TCP or TLS connection of the suite, or one stream of an HTTP/2 connection: every byte is recorded,
 * reading is by looking at what is there until it suffices.
 */
export class Link {
  exchange: Exchange
  state: 'open' | 'ended' | 'reset' = 'open'
  /** While more bytes than this wait unread, nothing more is read: a peer that never stops takes no more memory. */
  mostUnread: number = leastUnread
  #isFull = false
  #isPaused = false
  #socket: Duplex
  #records: boolean
  #storage: Buffer = Buffer.alloc(4096)
  #start = 0
  #end = 0
  #wake: (() => void) | undefined
  #arrival: (() => void) | undefined

  /** @param records false where the bytes are recorded below, by the connection of a stream */
  constructor(socket: Duplex, exchange: Exchange, records: boolean = true) {
    this.exchange = exchange
    this.#socket = socket
    this.#records = records
    if (socket instanceof Socket) socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('end', () => this.#finish('ended'))
    socket.on('error', () => this.#finish('reset'))
    socket.on('close', () => this.#finish('ended'))
  }

  /** What was received and not consumed. */
  get unread(): Buffer {
    return this.#storage.subarray(this.#start, this.#end)
  }

  /** Neither half is left. */
  get destroyed(): boolean {
    return this.#socket.destroyed
  }

  /** Calls `arrival` at once when bytes or the end arrive. */
  onArrival(arrival: () => void): void {
    this.#arrival = arrival
  }

  consume(length: number): void {
    this.#start += length
    if (!this.#isFull || this.unread.length > this.mostUnread) return
    this.#isFull = false
    if (!this.#isPaused) this.#socket.resume()
  }

  /** Goes on recording in a case's exchange, which gets what was recorded so far. */
  recordIn(exchange: Exchange): void {
    exchange.entries.push(...this.exchange.entries)
    this.exchange = exchange
  }

  /**
   * Resolves with what `look` finds, at once or when bytes or the end arrive; undefined when the time is up.
   * The time is counted in slices, so that a stall of this process uses up one of them and not the peer's time.
   */
  async until<T>(look: () => T | undefined, ms: number): Promise<T | undefined> {
    const slices = 8
    let spent = 0
    const interval = setInterval(() => {
      spent++
      this.#wake?.()
    }, ms / slices)
    try {
      for (;;) {
        const found = look()
        if (found !== undefined) return found
        if (spent >= slices) return undefined
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = undefined
      }
    } finally {
      clearInterval(interval)
    }
  }

  /** Between two pieces the peer gets the time to read the first by itself. */
  async write(bytes: Uint8Array, split?: Split): Promise<void> {
    if (split === undefined) {
      this.#writePiece(bytes)
      return
    }
    const cuts: number[] = []
    if ('at' in split) cuts.push(split.at < 0 ? bytes.length + split.at : split.at)
    else for (let at = split.every; at < bytes.length; at += split.every) cuts.push(at)
    let from = 0
    for (const cut of [...cuts.filter((at) => at > 0 && at < bytes.length), bytes.length]) {
      if (from > 0) {
        if (cuts.length <= 64) await delay(1)
        // A peer in this process reads before an immediate runs, whatever the timer was late for.
        await immediate()
      }
      this.#writePiece(bytes.subarray(from, cut))
      from = cut
    }
  }

  endSending(): void {
    if (this.#socket.writableEnded || this.#socket.destroyed) return
    this.exchange.add('suite', 'ended')
    this.#socket.end()
  }

  reset(): void {
    this.exchange.add('suite', 'reset')
    // resetAndDestroy() ends the sending half first, and the peer sees an orderly end: the flag it sets, without that end.
    if (!('encrypted' in this.#socket)) Object.assign(this.#socket, { resetAndClosing: true })
    this.#socket.destroy()
  }

  pause(): void {
    this.#isPaused = true
    this.#socket.pause()
  }

  resume(): void {
    this.#isPaused = false
    if (!this.#isFull) this.#socket.resume()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #writePiece(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#socket.destroyed || this.#socket.writableEnded) return
    if (this.#records) this.exchange.bytes('suite', bytes)
    this.#socket.write(bytes)
  }

  #receive(chunk: Buffer): void {
    if (this.#records) this.exchange.bytes('peer', chunk)
    if (this.#end + chunk.length > this.#storage.length) {
      const unread = this.unread
      const storage = Buffer.alloc(Math.max(4096, 2 * (unread.length + chunk.length)))
      unread.copy(storage)
      this.#storage = storage
      this.#start = 0
      this.#end = unread.length
    }
    this.#end += chunk.copy(this.#storage, this.#end)
    if (this.unread.length > this.mostUnread) {
      this.#isFull = true
      this.#socket.pause()
    }
    this.#arrival?.()
    this.#wake?.()
  }

  #finish(state: 'ended' | 'reset'): void {
    if (this.state !== 'open') return
    this.state = state
    this.exchange.add('peer', state)
    this.#arrival?.()
    this.#wake?.()
  }
}
