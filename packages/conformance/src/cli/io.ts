import type { Writable } from 'node:stream'

/** What the command uses of the process. `main.ts` is the only file that names `process`. */
export interface CliIo {
  readonly stdout: CliOutput
  readonly stderr: CliOutput
  /** Environment variables. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Calls `listener` at SIGINT and SIGTERM, which then no longer end the process. @returns a function that undoes this */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}

export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number }
