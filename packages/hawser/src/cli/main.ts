#!/usr/bin/env node
import { run } from './run.ts'
import type { CliIo, CliOutput } from './io.ts'

/** How long output may take to leave after a signal; its reader may have stalled. */
const flushAfterSignalMs = 1000

let signals = 0

const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(listener) {
    const count = (signal: 'SIGINT' | 'SIGTERM'): void => {
      signals += 1
      listener(signal)
    }
    process.on('SIGINT', count)
    process.on('SIGTERM', count)
    return () => {
      process.off('SIGINT', count)
      process.off('SIGTERM', count)
    }
  },
}

// EPIPE: a reader that goes away is no reason to crash; commands that care listen themselves
for (const output of [io.stdout, io.stderr]) output.on('error', () => {})

const code = await run(process.argv.slice(2), io)
if (signals < 2) await Promise.race([Promise.all([flushed(io.stdout), flushed(io.stderr)]), afterSignal()])
// An open pipe on standard input would keep the process alive
process.exit(code)

function flushed(output: CliOutput): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableEnded) resolve()
    else output.write('', () => resolve())
  })
}

/** Never without a signal: what was received must reach a slow reader. */
function afterSignal(): Promise<void> {
  return new Promise((resolve) => {
    if (signals > 0) setTimeout(resolve, flushAfterSignalMs)
  })
}
