import { asError, ConnectionError } from '../core/errors.ts'
import { ABNORMAL_CLOSURE } from '../core/protocol/close-code.ts'
import { closeInfo } from '../core/protocol/close-info.ts'
import type { CloseFrame, CloseInfo } from '../core/protocol/events.ts'

/** The end of a connection as a platform tells it. */
export interface PlatformEnd {
  /** 1006 without a Close frame. */
  readonly code: number
  readonly reason: string
  /** The Close frame of this end, where it was the first. */
  readonly sent: CloseFrame | undefined
  /** Why this end failed the connection. */
  readonly error: ConnectionError | undefined
  /** The platform's error. */
  readonly cause: unknown
}

/**
 * What a platform tells about the end of a connection, as RFC 6455 sections 7.1.4 to 7.1.6 have it.
 * @param peerClose the platform reports the peer's Close frame after one of this end; otherwise such an end counts as clean, with `received` undefined
 */
export function readPlatformEnd({ code, reason, sent, error, cause }: PlatformEnd, peerClose: boolean): CloseInfo {
  const isAbnormal = code === ABNORMAL_CLOSURE
  if (sent !== undefined && !peerClose && !isAbnormal) {
    return { code: sent.code, reason: sent.reason, wasClean: error === undefined, initiator: 'local', sent, received: undefined, error }
  }
  const received = isAbnormal ? undefined : { code, reason }
  const initiator = sent !== undefined || error !== undefined ? 'local' : isAbnormal ? 'network' : 'remote'
  // A platform answers a Close frame by itself, with the same code and reason.
  const info = { initiator, sent: sent ?? (error === undefined ? received : undefined), received, error, cause: undefined } as const
  if (!isAbnormal || error !== undefined) return closeInfo(info)
  return closeInfo({ ...info, error: explain(reason, cause) })
}

function explain(reason: string, cause: unknown): ConnectionError | undefined {
  const told = reason !== '' ? reason : cause === undefined ? '' : asError(cause).message
  if (told === '') return undefined
  const message = `the platform ended the connection: ${told}`
  return new ConnectionError(message, {
    fault: reason === '' ? 'network' : 'peer',
    closeCode: ABNORMAL_CLOSURE,
    ...(cause === undefined ? {} : { cause }),
  })
}
