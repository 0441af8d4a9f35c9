import { HandshakeError } from '../core/errors.ts'
import type { Command } from './command.ts'
import { UsageError } from './command.ts'
import { doctorSpec, readDoctorSettings } from './doctor-options.ts'
import type { DoctorSettings } from './doctor-options.ts'
import { diagnose } from './doctor/diagnose.ts'
import { examine } from './doctor/examine.ts'
import type { Target } from './doctor/observation.ts'
import { reportJson } from './doctor/report-json.ts'
import { reportText } from './doctor/report-text.ts'
import { readTarget, withUserinfo } from './doctor/target.ts'
import { exitCodes } from './exit-codes.ts'
import type { CliIo } from './io.ts'
import { hasColor, jsonLine, painter } from './terminal.ts'

export const doctorCommand: Command = {
  ...doctorSpec,
  run(args, io) {
    const settings = readDoctorSettings(args)
    const about = target(settings)
    return consult({ ...settings, headers: withUserinfo(settings.headers, settings.url) }, about, io)
  },
}

/** @throws UsageError for a URL that is none of a WebSocket; OptionError for a wrong socket */
function target(settings: DoctorSettings): Target {
  try {
    if (settings.direct !== undefined) readTarget(settings.direct)
    return readTarget(settings.url, settings.origin, settings.unix)
  } catch (error) {
    throw error instanceof HandshakeError ? new UsageError(error.message, error.hint) : error
  }
}

async function consult(settings: DoctorSettings, target: Target, io: CliIo): Promise<number> {
  const aborted = new AbortController()
  let interruptedBy: number | undefined
  const restore = io.onInterrupt((signal) => {
    interruptedBy = signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated
    aborted.abort()
  })
  try {
    if (io.stderr.isTTY === true && settings.idleMs !== undefined) {
      io.stderr.write(
        `trying; the idle connections take ${Math.ceil(settings.idleMs / 1000)} s (--no-idle leaves them out, Ctrl-C reports what was seen)\n`,
      )
    }
    const seen = await examine(target, settings, aborted.signal)
    const findings = diagnose(seen)
    const interrupted = interruptedBy !== undefined
    const report = settings.json
      ? jsonLine(reportJson(seen, findings, interrupted))
      : reportText(seen, findings, { all: settings.all, interrupted, paint: painter(hasColor(io.stdout, io.env)) })
    await write(io, report)
    return interruptedBy ?? findings[0]?.exit ?? exitCodes.clean
  } finally {
    restore()
  }
}

function write(io: CliIo, text: string): Promise<void> {
  return new Promise((resolve) => {
    io.stdout.once('error', () => resolve())
    io.stdout.write(text, () => resolve())
  })
}
