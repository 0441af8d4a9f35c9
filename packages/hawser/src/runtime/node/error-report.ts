import { inspect } from 'node:util'

/**
 * Writes errors of the application to stderr where it has no `error` handler. Never throws, whatever was thrown; through the console, since a
 * stderr whose reader is gone would end the process with an unhandled `error` event.
 */
export function reportToStderr(role: 'server' | 'client'): (error: unknown, where: string) => void {
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
