/** How the process of a client ended. */
export interface ClientExit {
  /** Undefined where a signal, or the suite, ended it. */
  readonly code: number | undefined
  /** For example `SIGSEGV`; undefined where the suite sent it. */
  readonly signal: string | undefined
  /** The end of what it wrote on its standard error. */
  readonly stderr: string
}
