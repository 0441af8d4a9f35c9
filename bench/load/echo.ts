/** Closed-loop load: every connection keeps its batch in flight until the time is over; then every expected byte must arrive. */
import { Awake } from './awake.ts'
import { FrameScanner } from './frames.ts'
import type { PayloadKind } from './frames.ts'
import { Latencies } from './latencies.ts'
import type { Percentiles } from './latencies.ts'
import type { Link, LinkOwner } from './link.ts'
import { batches, replyBytes } from './work.ts'
import type { Batch, Work } from './work.ts'

export interface LoadResult {
  readonly messages: number
  readonly wallMs: number
  /** The generator had nothing to do. */
  readonly idleMs: number
  readonly latencyMs: Percentiles
}

const latencies = new Latencies()

export function measured(start: number, awake: Awake, messages: number): LoadResult {
  return { messages, wallMs: performance.now() - start, idleMs: awake.stop(), latencyMs: latencies.take() }
}

export class EchoLoad implements LinkOwner {
  readonly #links: readonly Link[]
  readonly #batches: readonly Batch[]
  readonly #work: Work
  readonly #owed: number
  #messages = 0
  #busy = 0
  #stopping = false
  #settle: { resolve(): void; reject(error: Error): void } | undefined

  constructor(links: readonly Link[], work: Work, floor: boolean) {
    this.#links = links
    this.#work = work
    this.#batches = batches(work)
    this.#owed = work.deflate ? work.inFlight : replyBytes(work, floor)
    for (const link of links) link.scanner = work.deflate && !floor ? new FrameScanner() : undefined
  }

  async run(durationMs: number): Promise<LoadResult> {
    const awake = new Awake()
    const start = performance.now()
    this.#messages = 0
    this.#stopping = durationMs <= 0
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    const timer = setTimeout(() => {
      this.#stopping = true
    }, durationMs)
    this.#busy = this.#links.length
    for (const link of this.#links) {
      link.own(this)
      this.#send(link)
    }
    await done.finally(() => clearTimeout(timer))
    return measured(start, awake, this.#messages)
  }

  #send(link: Link): void {
    const batch = this.#batches[(link.index + link.turn++) % this.#batches.length] as Batch
    link.owed += link.scanner === undefined && this.#work.deflate ? batch.bytes.length : this.#owed
    link.sentAt = performance.now()
    link.socket.write(batch.bytes)
  }

  complete(link: Link): void {
    latencies.add(performance.now() - link.sentAt)
    this.#messages += this.#work.inFlight
    if (!this.#stopping) this.#send(link)
    else if (--this.#busy === 0) this.#settle?.resolve()
  }

  broken(link: Link, why: string): void {
    this.#settle?.reject(new Error(`connection ${link.index}: ${why}`))
  }
}

/** A small message from one connection makes the server write to all; the next is sent when all have received everything. */
export class BroadcastLoad implements LinkOwner {
  readonly #links: readonly Link[]
  readonly #trigger: Buffer
  readonly #owed: number
  readonly #burst: number
  #waiting = 0
  #deliveries = 0
  #until = 0
  #sentAt = 0
  #settle: { resolve(): void; reject(error: Error): void } | undefined

  constructor(links: readonly Link[], kind: PayloadKind, size: number, burst: number) {
    const work: Work = { kind, size, inFlight: 1, deflate: false }
    this.#links = links
    this.#trigger = (batches(work)[0] as Batch).bytes
    this.#owed = replyBytes(work, false) * burst
    this.#burst = burst
  }

  async run(durationMs: number): Promise<LoadResult> {
    const awake = new Awake()
    const start = performance.now()
    this.#deliveries = 0
    this.#until = start + durationMs
    const done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    for (const link of this.#links) link.own(this)
    this.#round()
    await done
    return measured(start, awake, this.#deliveries)
  }

  #round(): void {
    this.#waiting = this.#links.length
    for (const link of this.#links) link.owed += this.#owed
    this.#sentAt = performance.now()
    this.#links[0]?.socket.write(this.#trigger)
  }

  complete(): void {
    latencies.add(performance.now() - this.#sentAt)
    this.#deliveries += this.#burst
    if (--this.#waiting > 0) return
    if (performance.now() < this.#until) this.#round()
    else this.#settle?.resolve()
  }

  broken(link: Link, why: string): void {
    this.#settle?.reject(new Error(`connection ${link.index}: ${why}`))
  }
}
