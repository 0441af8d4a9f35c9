import { ConnectionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'

/** The error of an operation on a connection that has ended, with the cause of the end; `info` is undefined if that is not known yet. */
export function endError(message: string, info: CloseInfo | undefined): ConnectionError {
  return new ConnectionError(message, { fault: info?.error?.fault ?? 'peer', closeCode: info?.code ?? 1006, cause: info?.error })
}
