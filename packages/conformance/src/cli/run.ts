/**
 * The command `hawser-conformance` as a function, for programs that bring it under a name of their own.
 * @module
 */
import { suiteVersion } from '../version.ts'
import { Arguments } from './arguments.ts'
import { UsageError } from './usage-error.ts'
import type { ModeSpec } from './mode-spec.ts'
import { testClient } from './client.ts'
import { exitCodes } from './exit-codes.ts'
import { generalHelp, modeHelp } from './help.ts'
import type { CliIo } from './io.ts'
import { clientMode, reportMode, requirementsMode, serverMode } from './modes.ts'
import { nearest } from './nearest.ts'
import { mergeReports } from './report.ts'
import { listRequirements } from './requirements.ts'
import { testServer } from './server.ts'
import { escapeUnsafe } from '../unsafe-text.ts'

type Run = (args: Arguments, io: CliIo) => Promise<number>

const modes: readonly (readonly [spec: ModeSpec, run: Run])[] = [
  [serverMode, testServer],
  [clientMode, testClient],
  [reportMode, mergeReports],
  [requirementsMode, listRequirements],
]

/**
 * Runs the command line `args`.
 * @param command how the command was called, for help and errors
 * @returns the exit code; never throws
 */
export async function runCommand(args: readonly string[], io: CliIo, command: string = 'hawser-conformance'): Promise<number> {
  const [first, ...rest] = args
  const specs = modes.map(([spec]) => spec)
  const print = (text: string): number => {
    io.stdout.write(text)
    return exitCodes.clean
  }
  let place = command
  try {
    if (first === undefined) {
      io.stderr.write(generalHelp(specs, command, suiteVersion))
      return exitCodes.usage
    }
    if (first === '--help' || first === '-h' || (first === 'help' && rest[0] === undefined)) return print(generalHelp(specs, command, suiteVersion))
    if (first === '--version' || first === '-V') return print(`${suiteVersion}\n`)
    const [spec, run] = findMode(first === 'help' ? (rest[0] ?? '') : first)
    place = `${command} ${spec.name}`
    if (first === 'help') return print(modeHelp(spec, command))
    const parsed = new Arguments(spec, rest)
    return parsed.help ? print(modeHelp(spec, command)) : await run(parsed, io)
  } catch (error) {
    if (error instanceof UsageError) {
      const hint = error.suggestion === undefined ? '' : ` (${error.suggestion})`
      io.stderr.write(`${escapeUnsafe(`${place}: ${error.message}${hint}`)}\nsee ${place} --help\n`)
      return exitCodes.usage
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    io.stderr.write(`${place}: this is a defect of the suite; please report it\n${trace}\n`)
    return exitCodes.internal
  }
}

function findMode(name: string): (typeof modes)[number] {
  const found = modes.find(([spec]) => spec.name === name)
  if (found !== undefined) return found
  const known = modes.map(([spec]) => spec.name)
  if (/^wss?:/i.test(name)) throw new UsageError('a URL is not a mode', `did you mean server ${name}?`)
  const close = nearest(name, known)
  throw new UsageError(`unknown mode ${JSON.stringify(name)}`, close === undefined ? `known: ${known.join(', ')}` : `did you mean ${close}?`)
}
