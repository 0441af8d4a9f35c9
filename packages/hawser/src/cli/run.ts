import { readFileSync } from 'node:fs'
import { OptionError } from '../core/errors.ts'
import { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'
import type { Command } from './command.ts'
import { conformanceCommand } from './conformance.ts'
import { connectCommand } from './connect.ts'
import { doctorCommand } from './doctor.ts'
import { exitCodes } from './exit-codes.ts'
import { commandHelp, generalHelp } from './help.ts'
import type { CliIo } from './io.ts'
import { nearest } from '../core/nearest.ts'
import { replayCommand } from './replay.ts'
import { serveCommand } from './serve.ts'
import { errorText, printable } from './terminal.ts'

const commands: readonly Command[] = [serveCommand, connectCommand, replayCommand, doctorCommand, conformanceCommand]

/** Runs the command line `args`. @returns the exit code; never throws */
export async function run(args: readonly string[], io: CliIo): Promise<number> {
  let commandName: string | undefined
  try {
    const [first, ...rest] = args
    if (first === undefined) {
      io.stderr.write(generalHelp(commands, version()))
      return exitCodes.usage
    }
    if (first === '--help' || first === '-h') return print(io, generalHelp(commands, version()))
    if (first === '--version' || first === '-V') return print(io, `${version()}\n`)
    if (first === 'help' && rest[0] === undefined) return print(io, generalHelp(commands, version()))
    const [command, commandArgs] = first === 'help' ? [find(rest[0] ?? ''), ['--help']] : [find(first), rest]
    commandName = command.name
    if (asksForHelp(command, commandArgs)) return print(io, commandHelp(command))
    return await command.run(commandArgs, io)
  } catch (error) {
    return explainFailure(io, error, commandName)
  }
}

function asksForHelp(command: Command, args: readonly string[]): boolean {
  return command.ownHelp !== true && (args.includes('--help') || args.includes('-h')) && new Arguments(command, args).help
}

function find(name: string): Command {
  const command = commands.find((candidate) => candidate.name === name)
  if (command !== undefined) return command
  if (name.startsWith('-')) throw new UsageError(`unknown option ${name}`, 'options come after the command')
  if (/^(wss?|https?):\/\//i.test(name)) throw new UsageError('a URL is not a command', `did you mean hawser connect ${name}?`)
  const names = commands.map((candidate) => candidate.name)
  const close = nearest(name, names)
  throw new UsageError(
    `unknown command ${JSON.stringify(name)}`,
    close === undefined ? `known: ${names.join(', ')}` : `did you mean hawser ${close}?`,
  )
}

function print(io: CliIo, text: string): Promise<number> {
  return new Promise((resolve) => {
    io.stdout.once('error', () => resolve(exitCodes.brokenPipe))
    io.stdout.write(text, () => resolve(exitCodes.clean))
  })
}

function explainFailure(io: CliIo, error: unknown, commandName: string | undefined): number {
  if (error instanceof UsageError || error instanceof OptionError) {
    const message = error instanceof OptionError ? optionMessage(error) : error.message
    const hint = error instanceof UsageError && error.suggestion !== undefined ? ` (${error.suggestion})` : ''
    io.stderr.write(`hawser: ${printable(message + hint)}\nhawser${commandName === undefined ? '' : ` ${commandName}`} --help lists the options\n`)
    return exitCodes.usage
  }
  io.stderr.write(`hawser: this is a defect in hawser, please report it\n${errorText(error)}\n`)
  return exitCodes.internal
}

const optionNames: ReadonlyMap<string, string> = new Map([
  ['origins', '--origin'],
  ['origin', '--origin'],
  ['hosts', '--allow-host'],
  ['paths', '--path'],
  ['subprotocols', '--subprotocol'],
  ['headers', '--header'],
  ['host', '--header Host'],
  ['proxy', '--proxy'],
  ['limits', '--max-message'],
  ['socketPath', '--unix'],
  ['keepalive', '--ping-interval'],
  ['tls', '--tls-cert and --tls-key'],
])

/** The library's errors name its own options; the person typed those of the command line. */
function optionMessage(error: OptionError): string {
  const [library = ''] = error.option.split(/[.[]/, 1)
  const typed = optionNames.get(library)
  return typed === undefined ? error.message : error.message.replace(`option ${error.option}`, `option ${typed}`)
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version)
  throw new Error('package.json has no version')
}
