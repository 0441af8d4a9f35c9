import type { ObservedFrame } from '../connection/observer.ts'
import type { Counters, SecondReport, TrafficReport } from './report.ts'

/** Two minutes. */
const maxSeconds = 120
const maxRoundTrips = 120
/** Pings that wait for their Pong. A peer may answer none. */
const maxPending = 16

const ping = 9
const pong = 10

interface Second {
  time: number
  sentFrames: number
  sentBytes: number
  receivedFrames: number
  receivedBytes: number
  buffered: number
}

/** Counts what passes on one connection, for the charts. */
export class TrafficLog {
  readonly #bufferedNow: () => number
  readonly #seconds: Second[] = []
  readonly #roundTrips: { readonly time: number; readonly ms: number }[] = []
  /** Payload of each unanswered Ping of this end, as hexadecimal, and when it was sent. */
  readonly #pending: [payload: string, time: number][] = []
  readonly #totals = { sent: { frames: 0, bytes: 0 }, received: { frames: 0, bytes: 0 } }

  constructor(bufferedNow: () => number) {
    this.#bufferedNow = bufferedNow
  }

  frame(frame: ObservedFrame, time: number): void {
    const { direction, opcode } = frame
    const second = this.#second(time)
    const total = this.#totals[direction]
    total.frames++
    total.bytes += frame.payloadLength
    if (direction === 'sent') {
      second.sentFrames++
      second.sentBytes += frame.payloadLength
      if (opcode === ping) this.#ping(frame.payload, time)
      return
    }
    second.receivedFrames++
    second.receivedBytes += frame.payloadLength
    if (opcode === pong) this.#pong(frame.payload, time)
  }

  buffered(bytes: number, time: number): void {
    const second = this.#second(time)
    second.buffered = Math.max(second.buffered, bytes)
  }

  totals(direction: ObservedFrame['direction'], messages: number): Counters {
    return { ...this.#totals[direction], messages }
  }

  report(): TrafficReport {
    const seconds: SecondReport[] = this.#seconds.map((second) => ({ ...second }))
    return { seconds, roundTrips: [...this.#roundTrips], buffered: this.#bufferedNow() }
  }

  /** The current second. What is buffered is read once for each: it costs a call. */
  #second(time: number): Second {
    const start = Math.floor(time / 1000) * 1000
    const last = this.#seconds.at(-1)
    if (last !== undefined && last.time >= start) return last
    const second = { time: start, sentFrames: 0, sentBytes: 0, receivedFrames: 0, receivedBytes: 0, buffered: this.#bufferedNow() }
    if (this.#seconds.push(second) > maxSeconds) this.#seconds.shift()
    return second
  }

  #ping(payload: Uint8Array, time: number): void {
    if (this.#pending.push([hex(payload), time]) > maxPending) this.#pending.shift()
  }

  /** RFC 6455 section 5.5.3: a Pong may answer only the most recent of several Pings. */
  #pong(payload: Uint8Array, time: number): void {
    const content = hex(payload)
    const index = this.#pending.findLastIndex(([sent]) => sent === content)
    if (index === -1) return
    const [[, sentAt]] = this.#pending.splice(0, index + 1).slice(-1) as [[string, number]]
    if (this.#roundTrips.push({ time, ms: time - sentAt }) > maxRoundTrips) this.#roundTrips.shift()
  }
}

function hex(payload: Uint8Array): string {
  return Buffer.from(payload).toString('hex')
}
