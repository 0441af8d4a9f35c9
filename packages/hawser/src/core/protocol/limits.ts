/** Limits of what a peer may make one connection hold or do. Exceeding one ends that connection only. */
export interface ConnectionLimits {
  /**
   * Largest message after reassembly and decompression, in bytes. At most 536870888, the longest string, unless `text` is `bytes`.
   * @defaultValue 1048576
   * @why hawser holds a message in memory until it is complete
   * @beyond close code 1009
   */
  readonly message: number
  /**
   * Largest message on a connection that takes messages as streams, after decompression, in bytes. There `message` limits what `text()`, `bytes()`
   * and `json()` collect.
   * @defaultValue none
   * @why a message that is taken while it arrives holds no more than `receiveBuffer`; set it where the application stores what it takes
   * @beyond close code 1009
   */
  readonly streamedMessage?: number
  /**
   * Largest payload of one frame, in bytes.
   * @defaultValue `message`, or `streamedMessage` with streams
   * @why checked at the header, before any payload is read
   * @beyond close code 1009
   */
  readonly frame: number
  /**
   * Most frames in one message.
   * @defaultValue 16384, or one for each 64 bytes of `message`; none with streams
   * @why empty fragments cost work and no bytes
   * @beyond close code 1009
   */
  readonly fragments: number
  /**
   * Memory of an incomplete message, in bytes.
   * @defaultValue twice `message` and 65536
   * @why the memory of an incomplete message, with its overhead
   * @beyond close code 1009
   */
  readonly incompleteBytes: number
  /**
   * How long a message or a frame may take from its first byte to its last, in milliseconds.
   * @defaultValue 120000
   * @why a message, a frame header or a control frame that is never completed holds memory; each KiB received adds a second, and time in which
   * nothing is read does not count. With streams it is the time from one byte of a message to the next
   * @beyond close code 1008
   */
  readonly incompleteMs: number
  /**
   * Ping and Pong frames received in one second.
   * @defaultValue 1000
   * @why hawser answers each Ping
   * @beyond close code 1008
   */
  readonly controlFramesPerSecond: number
}
