import { inspect } from 'node:util'

/**
 * Writes errors of the application to stderr if it has no `error` handler. Never throws. It uses the console, because a stderr without a reader would
 * end the process with an unhandled `error` event.
 */
export function reportToStderr(role: 'server' | 'client' | 'inspect'): (error: unknown, where: string) => void {
  return (error, where) => {
    let shown: string
    try {
      shown = inspect(error)
    } catch {
      shown = 'the value thrown cannot be shown'
    }
    console.error(`hawser ${role}: ${where}: ${shown}`)
  }
}
