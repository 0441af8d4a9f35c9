/** A request target (RFC 9112 section 3.2) or `:path`, in origin-form or absolute-form. */
export interface RequestTarget {
  /** As received. */
  readonly raw: string
  /** Percent-encoded as received, begins with `/`. */
  readonly path: string
  /** Without the `?`; undefined where there is none. */
  readonly query: string | undefined
  /** From absolute-form only. */
  readonly scheme: 'http' | 'https' | undefined
  readonly authority: string | undefined
}
