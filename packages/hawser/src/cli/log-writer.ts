import type { CliOutput } from './io.ts'

/** Queued characters above which further lines are dropped and counted. One line may exceed it. */
const maxQueued = 1 << 20

/**
 * Writes lines to an output whose reader may stall or go away. A stalled reader costs the server at most {@link maxQueued} characters of
 * queue and no connection is slowed down: further lines are dropped, and as soon as the queue has room, one line gives their number.
 */
export class LogWriter {
  readonly #output: CliOutput
  readonly #reportDropped: (lines: number) => string
  #dropped = 0
  #isBroken = false

  /** @param reportDropped makes the line that takes the place of the dropped ones */
  constructor(output: CliOutput, reportDropped: (lines: number) => string) {
    this.#output = output
    this.#reportDropped = reportDropped
    // EPIPE: the log has no reader any more, and the server keeps running
    output.on('error', () => {
      this.#isBroken = true
    })
    output.on('drain', () => this.#writeReport())
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  /** @param makeLine is not called when the line is dropped */
  write(makeLine: () => string): void {
    if (this.#isBroken) return
    if (this.#output.writableLength >= maxQueued) {
      this.#dropped += 1
      return
    }
    this.#writeReport()
    this.#output.write(makeLine())
  }

  #writeReport(): void {
    if (this.#dropped === 0 || this.#isBroken) return
    const line = this.#reportDropped(this.#dropped)
    this.#dropped = 0
    this.#output.write(line)
  }
}
