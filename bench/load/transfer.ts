/** One large message on one connection. */
import { Awake } from './awake.ts'
import { measured } from './echo.ts'
import type { LoadResult } from './echo.ts'
import { clientFrame, serverFrame } from './frames.ts'
import type { Link, LinkOwner } from './link.ts'

export type Direction = 'up' | 'down'

/** The answer of a server to a message of `mode: 'transfer'` that is not a number. */
export const received = 'all of it'

export class TransferLoad implements LinkOwner {
  readonly #link: Link
  readonly #request: Buffer
  readonly #owed: number
  #settle: { resolve(): void; reject(error: Error): void } | undefined

  constructor([link]: readonly Link[], direction: Direction, size: number) {
    if (link === undefined) throw new Error('no connection')
    this.#link = link
    this.#request = direction === 'up' ? clientFrame(Buffer.alloc(size), 2, false, 0) : clientFrame(Buffer.from(String(size)), 1, false, 0)
    this.#owed = direction === 'up' ? serverFrame(Buffer.from(received), 1, false).length : serverFrame(Buffer.alloc(size), 2, false).length
  }

  async run(): Promise<LoadResult> {
    const awake = new Awake()
    const start = performance.now()
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#link.own(this)
    this.#link.owed += this.#owed
    this.#link.socket.write(this.#request)
    await done
    return measured(start, awake, 1)
  }

  complete(): void {
    this.#settle?.resolve()
  }

  broken(_: Link, why: string): void {
    this.#settle?.reject(new Error(why))
  }
}
