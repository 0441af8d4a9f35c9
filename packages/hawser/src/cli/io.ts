import type { Readable, Writable } from 'node:stream'

/** What a command touches of the process, so that `main.ts` is the only file that names `process`. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: CliOutput
  readonly stderr: CliOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back at SIGINT and SIGTERM, which then no longer end the process. @returns a function that restores that */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}

export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number }
