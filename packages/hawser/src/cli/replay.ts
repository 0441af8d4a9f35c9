import type { Command } from './command.ts'
import { runSession } from './client-session.ts'
import { ConnectOutput } from './connect-output.ts'
import { readReplaySettings, replaySpec } from './replay-options.ts'
import { ReplaySession } from './replay-session.ts'

export const replayCommand: Command = {
  ...replaySpec,
  async run(args, io) {
    const settings = readReplaySettings(args)
    const output = new ConnectOutput(io, settings)
    return runSession(settings, io, output, new ReplaySession(settings, io, output))
  },
}
