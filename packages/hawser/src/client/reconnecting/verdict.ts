import { ConnectionError, HandshakeError, OptionError } from '../../core/errors.ts'
import type { CloseInfo } from '../../core/protocol/events.ts'

/**
 * `later`: in the window that is due. `restart`: in the largest, because all clients come at once. `credentials`: once more where `url` or `prepare`
 * may give others. `never`: it would be the same again.
 */
export type Verdict = 'later' | 'restart' | 'credentials' | 'never'

/** Status codes that time may change (RFC 9110 section 15); the other ones below 500 are final. */
const laterStatus: readonly number[] = [408, 421, 425, 429]
/** Not Implemented, HTTP Version Not Supported. */
const finalStatus: readonly number[] = [501, 505]
const credentialStatus: readonly number[] = [401, 403]

/** What the peer said of this client's own behaviour (RFC 6455 section 7.4.1), which a new connection does not change. */
const finalCodes: readonly number[] = [1002, 1003, 1007, 1008, 1009, 1010]
/** Service Restart, Try Again Later. */
const restartCodes: readonly number[] = [1012, 1013]
/** The application's own calls. */
const ownConditions: readonly string[] = ['terminated', 'closing-timeout']

/** What a failed attempt says of the next. */
export function ofAttempt(error: unknown): Verdict {
  if (error instanceof OptionError) return 'never'
  // The application's own, from `url` and `prepare`: a token that cannot be had now may be had later.
  if (!(error instanceof HandshakeError)) return 'later'
  const { stage, status, fault } = error
  if (stage === 'url' || stage === 'aborted') return 'never'
  if (stage === 'proxy') return status === 407 ? 'credentials' : 'later'
  if (status !== undefined && status !== 101) return ofStatus(status)
  // A response that breaks a rule comes from a server that is none, or that disagrees on subprotocols or extensions.
  return fault === 'peer' && status === 101 ? 'never' : 'later'
}

function ofStatus(status: number): Verdict {
  if (credentialStatus.includes(status)) return 'credentials'
  return laterStatus.includes(status) || (status >= 500 && !finalStatus.includes(status)) ? 'later' : 'never'
}

/** What the end of a connection says of the next attempt. */
export function ofClose({ code, initiator, error }: CloseInfo): Verdict {
  if (initiator === 'local') {
    if (error === undefined || ownConditions.includes(error.condition)) return 'never'
    // This end failed the connection: for what the peer sent, in the words of the code; after silence or a failing handler it is worth another.
    return error instanceof ConnectionError && error.fault === 'peer' && finalCodes.includes(error.closeCode) ? 'never' : 'later'
  }
  if (finalCodes.includes(code)) return 'never'
  return restartCodes.includes(code) ? 'restart' : 'later'
}
