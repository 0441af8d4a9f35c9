import { ConnectionError } from '../core/errors.ts'
import type { CloseInfo } from '../core/protocol/events.ts'

/** The error for what a connection can no longer do, with the cause of its end; `info` is undefined where that is not known yet. */
export function endError(message: string, info: CloseInfo | undefined): ConnectionError {
  return new ConnectionError(message, { fault: info?.error?.fault ?? 'peer', closeCode: info?.code ?? 1006, cause: info?.error })
}
