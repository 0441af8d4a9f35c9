/** A buffer never grows beyond this many times what has arrived: a length that is only claimed costs nothing. */
const TRUST = 16

/** One growing buffer for pieces that arrive one by one; it holds nothing before the first. */
export class PieceBuffer {
  length = 0
  private bytes: Uint8Array | undefined

  get capacity(): number {
    return this.bytes === undefined ? 0 : this.bytes.length
  }

  /**
   * @param expected the length that is known to come, this piece included; what follows it is unknown when `open`
   * @returns false when more than `ceiling` bytes would be held
   */
  append(source: Uint8Array, start: number, end: number, expected: number, open: boolean, ceiling: number): boolean {
    if (start === end) return true
    const needed = this.length + end - start
    let bytes = this.bytes
    if (bytes === undefined || bytes.length < needed) {
      if (needed > ceiling) return false
      const doubled = this.capacity * 2
      const wanted = open ? Math.max(doubled, Math.min(expected, needed * TRUST)) : Math.min(expected, Math.max(doubled, needed * TRUST))
      const grown = new Uint8Array(Math.min(ceiling, Math.max(needed, wanted)))
      if (bytes !== undefined) grown.set(bytes.length === this.length ? bytes : bytes.subarray(0, this.length))
      bytes = this.bytes = grown
    }
    bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.length)
    this.length = needed
    return true
  }

  /** What was appended; the buffer is empty afterwards. */
  take(): Uint8Array {
    const bytes = this.bytes ?? new Uint8Array(0)
    const whole = bytes.length === this.length ? bytes : bytes.subarray(0, this.length)
    this.bytes = undefined
    this.length = 0
    return whole
  }
}
