import { ConnectionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'

/** The error of an operation on a connection that has ended, with the cause of the end; `info` is undefined if that is not known yet. */
export function endError(message: string, info: CloseInfo | undefined): ConnectionError {
  return new ConnectionError(message, {
    fault: info?.error?.fault ?? 'peer',
    closeCode: info?.code ?? 1006,
    condition: 'connection-closed',
    cause: info?.error,
  })
}

/** The error of taking a message that will never come: the connection is CLOSED, and all messages were taken. */
export function closedError(info: CloseInfo | undefined): ConnectionError {
  const how = info === undefined ? '' : `: close code ${info.code}${info.reason === '' ? '' : ` ${info.reason}`}`
  return endError(`the connection is CLOSED${how}`, info)
}
