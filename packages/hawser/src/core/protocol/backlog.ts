/** A part of the output that the transport is given at once. It begins and ends at a frame boundary. */
export interface Batch {
  readonly segments: readonly Uint8Array[]
  /** Borrowed buffers that its segments refer to, and no other batch. */
  readonly buffers: readonly Uint8Array[]
  readonly byteLength: number
}

/**
 * Output that waits behind a full transport: control frames, which go first (RFC 6455 section 5.4 allows them between any two frames), and whole
 * batches of other frames. The transport is given one batch at a time, so that a Ping waits for one batch and not for all.
 */
export class Backlog {
  byteLength = 0
  readonly #batches: Batch[] = []
  readonly #controls: Uint8Array[] = []
  /** A frame that a newer one of its kind replaces for as long as it waits. */
  #latest: Uint8Array | undefined

  get isEmpty(): boolean {
    return this.byteLength === 0
  }

  /** Takes its place behind the batches before it. */
  push(batch: Batch): void {
    this.#batches.push(batch)
    this.byteLength += batch.byteLength
  }

  control(frame: Uint8Array): void {
    this.#controls.push(frame)
    this.byteLength += frame.length
  }

  /** @returns how many more bytes wait now */
  replaceLatest(frame: Uint8Array): number {
    const more = frame.length - (this.#latest === undefined ? 0 : this.#latest.length)
    this.#latest = frame
    this.byteLength += more
    return more
  }

  /** The control frames, in order; the replaceable one last. */
  takeControls(): readonly Uint8Array[] {
    const frames = this.#controls.splice(0)
    if (this.#latest !== undefined) frames.push(this.#latest)
    this.#latest = undefined
    for (const { length } of frames) this.byteLength -= length
    return frames
  }

  /** The oldest batch; undefined where none waits. */
  takeBatch(): Batch | undefined {
    const batch = this.#batches.shift()
    if (batch !== undefined) this.byteLength -= batch.byteLength
    return batch
  }
}
