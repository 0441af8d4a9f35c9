import type { Command } from './command.ts'
import { openPage } from './connect-page.ts'
import { connectSpec, readConnectSettings } from './connect-options.ts'
import { ConnectOutput } from './connect-output.ts'
import { ConnectSession } from './connect-session.ts'
import { runSession } from './client-session.ts'
import { exitCodes } from './exit-codes.ts'
import { listenForStreams } from './listen.ts'
import { verboseObserver } from './verbose.ts'
import { Recorder } from './recording.ts'

export const connectCommand: Command = {
  ...connectSpec,
  async run(args, io) {
    const settings = readConnectSettings(args)
    const output = new ConnectOutput(io, settings)
    if (settings.listen !== undefined) return listenForStreams(settings, settings.listen, io, output)
    const recorder = settings.record === undefined ? undefined : new Recorder(settings.record)
    const page = settings.inspect ? await openPage(io) : undefined
    try {
      const code = await runSession(
        settings,
        io,
        output,
        new ConnectSession(settings, io, output, recorder),
        page?.observer ?? (settings.verbose ? verboseObserver(output) : undefined),
      )
      if (code !== exitCodes.interrupted && code !== exitCodes.terminated) await page?.untilInterrupted()
      return code
    } finally {
      page?.close()
      recorder?.close()
    }
  },
}
