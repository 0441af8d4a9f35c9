/**
 * When to send a Ping and when to take the peer for gone. A pure policy: time is an argument, any received byte is a sign of life, and
 * `received` costs two stores.
 */
export class Keepalive {
  /** The last sign of life. */
  lastReceived: number
  private awaiting = false
  private readonly intervalMs: number
  private readonly timeoutMs: number
  private pingedAt = 0

  constructor(intervalMs: number, timeoutMs: number, now: number) {
    this.intervalMs = intervalMs
    this.timeoutMs = timeoutMs
    this.lastReceived = now
  }

  received(now: number): void {
    this.lastReceived = now
    this.awaiting = false
  }

  nextTimeout(): number {
    if (this.intervalMs === 0) return Infinity
    return this.awaiting ? this.pingedAt + this.timeoutMs : this.lastReceived + this.intervalMs
  }

  /** `deaf` tells that nothing is read now, so that silence proves nothing. */
  handleTimeout(now: number, deaf: boolean): 'none' | 'ping' | 'gone' {
    if (now < this.nextTimeout()) return 'none'
    if (deaf) {
      this.received(now)
      return 'none'
    }
    if (this.awaiting) return 'gone'
    this.awaiting = true
    this.pingedAt = now
    return 'ping'
  }
}
