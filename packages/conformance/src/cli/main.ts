#!/usr/bin/env node
import type { CliIo, CliOutput } from './io.ts'
import { runCommand } from './run.ts'

const io: CliIo = {
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

// A reader that has gone away (`| head`) changes nothing about the results or the exit code.
for (const output of [io.stdout, io.stderr]) output.on('error', () => {})
const code = await runCommand(process.argv.slice(2), io)
await Promise.all([flushed(io.stdout), flushed(io.stderr)])
process.exit(code)

function flushed(output: CliOutput): Promise<void> {
  return new Promise((resolve) => {
    if (output.destroyed || output.writableEnded) resolve()
    else output.write('', () => resolve())
  })
}
