import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import { printable } from './terminal.ts'

/** The interface that the package of the suite has for this command. */
interface SuiteCommand {
  runCommand(args: readonly string[], io: CliIo, command: string): Promise<number>
}

const suitePackage = '@hawser/conformance'

/** Runs the command of {@link suitePackage} where it is installed beside this package. */
export const conformanceCommand: Command = {
  name: 'conformance',
  summary: `Test a server or a client against the standards (needs ${suitePackage})`,
  usage: 'hawser conformance server URL | hawser conformance client [--port N | --each COMMAND]',
  ownHelp: true,
  positionals: [],
  options: [],
  examples: [['hawser conformance server ws://localhost:8080/', 'test a server']],
  async run(args, io) {
    const location = findSuite()
    if (location === undefined) {
      io.stderr.write(
        `hawser: hawser conformance needs the package ${suitePackage}, which is not installed here\n` +
          `install it:         npm install --save-dev ${suitePackage}\n` +
          `or run it directly: npx ${suitePackage} ${args.length === 0 ? '--help' : printable(args.map(quoted).join(' '))}\n`,
      )
      return exitCodes.usage
    }
    const suite = (await import(location)) as SuiteCommand
    return suite.runCommand(args, io, 'hawser conformance')
  },
}

function findSuite(): string | undefined {
  try {
    return import.meta.resolve(`${suitePackage}/command`)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** An argument as a shell reads it back. */
function quoted(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}
