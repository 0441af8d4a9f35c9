import type { Readable, Writable } from 'node:stream'

/** The parts of the process that a command uses. Only `main.ts` names `process`. */
export interface CliIo {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: CliOutput
  readonly stderr: CliOutput
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back on SIGINT and SIGTERM, which then no longer end the process. @returns a function that undoes this */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}

export type CliOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number }
