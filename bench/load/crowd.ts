/** Many connections that come and go, a separate process: it counts every message until its echo has arrived. */
import * as net from 'node:net'
import { answer } from '../channel.ts'

export interface CrowdResult {
  readonly sent: number
  readonly delivered: number
  /** Sent on a connection that we did not end, and not delivered. */
  readonly lost: number
  /** With other bytes than those that were sent. */
  readonly wrong: number
  /** Replacements that were opened. */
  readonly opened: number
  /** Replacements that were not answered with 101. */
  readonly refused: number
  /** Connections that ended without our doing. */
  readonly endedByServer: number
  /** Peers that vanished in the middle of a handshake, or sent garbage. */
  readonly faults: number
  /** Why replacements were not answered with 101: the error, or the first line of the response. */
  readonly reasons: Readonly<Record<string, number>>
  readonly latencyMs: { readonly median: number; readonly p99: number; readonly max: number }
}

export interface CrowdWork {
  readonly ms: number
  readonly replacedPerSecond: number
  readonly messagesPerSecond: number
}

const tickMs = 20
const payloadBytes = 64
const request = (port: number): string =>
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

let port = 0
let random = 1
const members: Member[] = []
let counts = { sent: 0, delivered: 0, lost: 0, wrong: 0, opened: 0, refused: 0, endedByServer: 0, faults: 0 }
let latencies: number[] = []
let reasons: Record<string, number> = {}
let outstanding = 0
let counting = false

function below(limit: number): number {
  random ^= random << 13
  random ^= random >>> 17
  random ^= random << 5
  return (random >>> 0) % limit
}

/** A masked text frame whose payload begins with `id`; its masking key is 0, which leaves the payload readable. */
function frameOf(id: number): Buffer {
  const frame = Buffer.alloc(6 + payloadBytes, 'x')
  frame.set([0x81, 0x80 | payloadBytes, 0, 0, 0, 0])
  frame.write(String(id).padStart(10, '0'), 6, 'latin1')
  return frame
}

/** Several source addresses, so that the ports of closed connections do not run out. */
const sourceOf = (index: number): string => `127.0.0.${2 + (index % 16)}`
let sources = 0
/** Shared: a chunk is handled before the next one is read. */
const empty = Buffer.alloc(0)
const inbox = Buffer.allocUnsafe(64 * 1024)

class Member {
  readonly socket: net.Socket
  index = -1
  /** Messages, whoever sent them. */
  received = 0
  /** Ids in the order they were sent, and when. */
  readonly #expected: { readonly id: number; readonly at: number }[] = []
  #rest = empty
  #left = false

  constructor(socket: net.Socket) {
    this.socket = socket
  }

  /** Resolves with undefined where no 101 came. */
  static open(): Promise<Member | undefined> {
    return new Promise((resolve) => {
      let head = ''
      let member: Member | undefined
      let reason = 'no response'
      const callback = (size: number, buffer: Uint8Array): boolean => {
        const bytes = (buffer as Buffer).subarray(0, size)
        if (member !== undefined) member.receive(bytes)
        else {
          head += bytes.toString('latin1')
          if (!head.endsWith('\r\n\r\n')) return true
          if (head.startsWith('HTTP/1.1 101')) member = new Member(socket)
          else reason = head.slice(0, head.indexOf('\r\n'))
          resolve(member)
        }
        return true
      }
      const socket = net.connect({
        port,
        host: '127.0.0.1',
        localAddress: sourceOf(sources++),
        noDelay: true,
        onread: { buffer: inbox, callback },
      } as net.NetConnectOpts)
      socket.on('error', (error: NodeJS.ErrnoException) => {
        reason = `${error.syscall ?? ''} ${error.code ?? error.message}`
      })
      socket.on('close', () => {
        if (member === undefined) reasons[reason] = (reasons[reason] ?? 0) + 1
        else member.closed()
        resolve(undefined)
      })
      socket.on('connect', () => socket.write(request(port)))
    })
  }

  /** The first message whose echo has not arrived; Infinity where there is none. */
  get oldest(): number {
    return this.#expected[0]?.id ?? Number.POSITIVE_INFINITY
  }

  join(): void {
    this.index = members.length
    members.push(this)
  }

  #leaveList(): void {
    if (this.index === -1) return
    const last = members.pop() as Member
    if (last !== this) {
      members[this.index] = last
      last.index = this.index
    }
    this.index = -1
  }

  send(): void {
    const id = ++counts.sent
    outstanding++
    this.#expected.push({ id, at: performance.now() })
    this.socket.write(frameOf(id))
  }

  receive(chunk: Buffer): void {
    if (this.#left) return
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = empty
    while (bytes.length >= 2) {
      const size = 2 + ((bytes[1] as number) & 0x7f)
      if (bytes.length < size) break
      if (bytes[0] === 0x81) this.#delivered(bytes.subarray(2, size))
      else if (bytes[0] === 0x89) this.socket.write(Buffer.concat([Buffer.from([0x8a, 0x80 | (size - 2), 0, 0, 0, 0]), bytes.subarray(2, size)]))
      bytes = bytes.subarray(size)
    }
    if (bytes.length > 0) this.#rest = Buffer.from(bytes)
  }

  #delivered(payload: Buffer): void {
    this.received++
    if (counting) return
    const expected = this.#expected.shift()
    if (expected === undefined || Number(payload.toString('latin1', 0, 10)) !== expected.id || payload.length !== payloadBytes) counts.wrong++
    else {
      counts.delivered++
      latencies.push(performance.now() - expected.at)
    }
    settle(1)
  }

  /** Ends the connection in one of three ways; what is on its way is not counted. */
  leave(): void {
    this.#left = true
    this.#leaveList()
    counts.sent -= this.#expected.length
    settle(this.#expected.length)
    this.#expected.length = 0
    const way = below(3)
    if (way === 0) this.socket.resetAndDestroy()
    else if (way === 1) this.socket.write(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]))
    else this.socket.end()
  }

  closed(): void {
    if (this.#left) return
    this.#leaveList()
    counts.endedByServer++
    counts.lost += this.#expected.length
    settle(this.#expected.length)
  }
}

function settle(messages: number): void {
  outstanding -= messages
}

/** A peer that vanishes in the middle of its handshake, or sends something else. */
function fault(): void {
  counts.faults++
  const socket = net.connect({ port, host: '127.0.0.1', localAddress: sourceOf(sources++) })
  socket.on('error', () => undefined)
  socket.on('connect', () => {
    const bytes = below(2) === 0 ? request(port).slice(0, below(100)) : 'garbage\r\n\r\n'
    socket.write(bytes, () => void (below(2) === 0 ? socket.resetAndDestroy() : socket.end()))
  })
  socket.on('end', () => socket.end())
  socket.resume()
}

function replace(): void {
  members[below(Math.max(1, members.length))]?.leave()
  if (below(20) === 0) fault()
  void Member.open().then((member) => {
    if (member === undefined) counts.refused++
    else {
      counts.opened++
      member.join()
    }
  })
}

/** The same amount of work for every server, at a rate that a busy machine may lower: no more than twice the rate makes up for lost time. */
class Pace {
  readonly #total: number
  readonly #perSecond: number
  readonly #act: () => void
  #done = 0

  constructor(total: number, perSecond: number, act: () => void) {
    this.#total = Math.floor(total)
    this.#perSecond = perSecond
    this.#act = act
  }

  /** @returns whether all is done */
  advance(elapsedMs: number): boolean {
    const due = Math.min(this.#total, (elapsedMs * this.#perSecond) / 1_000, this.#done + (2 * tickMs * this.#perSecond) / 1_000 + 1)
    for (; this.#done < due; this.#done++) this.#act()
    return this.#done >= this.#total
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

answer('ready', {
  async open(target: { port: number; count: number; seed: number }): Promise<number> {
    port = target.port
    random = target.seed | 1
    while (members.length < target.count) {
      const some = Math.min(256, target.count - members.length)
      const opened = await Promise.all(Array.from({ length: some }, () => Member.open()))
      for (const member of opened) member?.join()
      if (!opened.some((member) => member !== undefined)) throw new Error(`only ${members.length} connections opened`)
    }
    return members.length
  },
  async run({ ms, replacedPerSecond, messagesPerSecond }: CrowdWork): Promise<CrowdResult> {
    counts = { sent: 0, delivered: 0, lost: 0, wrong: 0, opened: 0, refused: 0, endedByServer: 0, faults: 0 }
    latencies = []
    reasons = {}
    const started = performance.now()
    const sending = new Pace((ms * messagesPerSecond) / 1_000, messagesPerSecond, () => members[below(Math.max(1, members.length))]?.send())
    const replacing = new Pace((ms * replacedPerSecond) / 1_000, replacedPerSecond, replace)
    for (let isOver = false; !isOver; await pause(tickMs)) {
      const elapsed = performance.now() - started
      const sent = sending.advance(elapsed)
      isOver = replacing.advance(elapsed) && sent
    }
    for (let waited = 0; outstanding > 0 && waited < 10_000; waited += tickMs) await pause(tickMs)
    counts.lost += outstanding
    latencies.sort((a, b) => a - b)
    const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
    return { ...counts, reasons, latencyMs: { median: at(0.5), p99: at(0.99), max: at(1) } }
  },
  /** How many messages were sent so far, without those of connections that were replaced. */
  sent: () => counts.sent,
  /** Resolves when the messages that are on their way now have been delivered. */
  async settled(): Promise<void> {
    const until = counts.sent
    while (members.some((member) => member.oldest <= until)) await pause(1)
  },
  /** From now on messages of others are expected, and only counted. */
  count(): void {
    counting = true
  },
  /** Resolves when every connection has received that many. */
  async reached(messages: number): Promise<void> {
    while (members.some((member) => member.received < messages)) await pause(1)
  },
  /** How many messages each connection has received: the fewest and the most. */
  received: () => ({
    fewest: members.reduce((fewest, { received }) => Math.min(fewest, received), Number.POSITIVE_INFINITY),
    most: members.reduce((most, { received }) => Math.max(most, received), 0),
    connections: members.length,
  }),
  async close(): Promise<void> {
    const sockets = members.map(({ socket }) => socket)
    for (const member of [...members]) member.leave()
    await pause(500)
    for (const socket of sockets) socket.destroy()
    members.length = 0
  },
})
