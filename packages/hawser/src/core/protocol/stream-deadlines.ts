import type { ConnectionOptions } from './connection-options.ts'
import { Deadlines } from './deadlines.ts'
import { IncompleteMessage } from './incomplete-message.ts'

/** The position in the messages of a connection. */
export interface StreamProgress {
  /** Bytes of payload of data frames received so far. */
  readonly received: number
}

/** As `Deadlines`, for a connection that takes messages as streams: a message may take any time, but not stall for `limits.incompleteMs`. */
export class StreamDeadlines extends Deadlines {
  readonly #progress: StreamProgress

  constructor(options: ConnectionOptions, progress: StreamProgress, now: number) {
    super(options, now)
    this.#progress = progress
  }

  protected override begin(limitMs: number): IncompleteMessage {
    return new StalledMessage(limitMs, this.#progress)
  }

  /** The peer could not send while nothing was read. */
  override resumed(now: number): void {
    this.incomplete?.restart(now)
  }
}

/** Its time starts again with each byte of payload; a frame header and a control frame have it once. */
class StalledMessage extends IncompleteMessage {
  readonly #progress: StreamProgress

  constructor(limitMs: number, progress: StreamProgress) {
    super(limitMs)
    this.#progress = progress
  }

  override note(messages: number, _bytes: number, now: number): void {
    super.note(messages + this.#progress.received, 0, now)
  }

  protected override get start(): string {
    return 'its latest byte'
  }
}
