/** Limits of one head, named as in `HandshakeLimits`. Sizes in bytes. */
export interface HeadLimits {
  /** Request line or status line. RFC 9112 section 3 asks for 8000. */
  readonly startLine: number
  /** The whole field section with its line terminators. */
  readonly fieldSection: number
  /** Field lines. */
  readonly fields: number
}

/** The defaults of `HandshakeLimits`. */
export const DEFAULT_HEAD_LIMITS: HeadLimits = Object.freeze({ startLine: 8192, fieldSection: 16384, fields: 100 })
