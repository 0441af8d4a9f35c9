/** Limits of what a peer may make one connection hold or do. Exceeding one ends that connection only. */
export interface ConnectionLimits {
  /** Largest payload of one frame, in bytes; a larger one closes with 1009 at its header. Default: `message`. */
  readonly frame: number
  /** Largest message, in bytes, after extensions (decompressed); larger closes with 1009. Default 1 MiB; at most the longest string (536870888) unless `text` is `bytes`. */
  readonly message: number
  /** Most frames in one message; more closes with 1009. Default 16384, or one for each 64 bytes of `message` where that is more. */
  readonly fragments: number
  /** Memory of an incomplete message, in bytes, with its overhead. Default: twice `message` and 64 KiB. */
  readonly incompleteBytes: number
  /**
   * How long a message may take from its first byte to its last, in milliseconds, besides one second for each KiB received; later closes with
   * 1008. Time in which nothing is read does not count. Default 120 000.
   */
  readonly incompleteMs: number
  /** Ping and Pong frames received in one second before the connection is failed with 1008. Default 1000. */
  readonly controlFramesPerSecond: number
}
