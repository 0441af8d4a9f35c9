#!/usr/bin/env node
import { run } from './run.ts'
import type { CliIo, CliOutput } from './io.ts'

const io: CliIo = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    process.on('SIGTERM', listener)
    return () => {
      process.off('SIGINT', listener)
      process.off('SIGTERM', listener)
    }
  },
}

const code = await run(process.argv.slice(2), io)
await Promise.all([flushed(io.stdout), flushed(io.stderr)])
// An open pipe on standard input would keep the process alive
process.exit(code)

function flushed(output: CliOutput): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableEnded) resolve()
    else output.write('', () => resolve())
  })
}
