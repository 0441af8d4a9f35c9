import type { Command } from './command.ts'

/** The command's entry in the list; its code, which brings the whole suite with it, is loaded when it runs. */
export const conformanceCommand: Command = {
  name: 'conformance',
  summary: 'Test a server or a client against the standards, each verdict with its section',
  usage: 'hawser conformance server URL | hawser conformance client [--port N] (hawser conformance --help)',
  ownHelp: true,
  positionals: [],
  options: [],
  examples: [['hawser conformance server ws://localhost:8080/', 'test a server']],
  async run(args, io) {
    const { conformance } = await import('./conformance.ts')
    return conformance(args, io)
  },
}
