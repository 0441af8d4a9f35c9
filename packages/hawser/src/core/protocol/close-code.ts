/** Close codes: RFC 6455 section 7.4 and the IANA registry (1012 to 1014). */

/** An empty Close frame; never on the wire (section 7.4.1). */
export const NO_STATUS_RECEIVED = 1005
/** No Close frame; never on the wire (section 7.4.1). */
export const ABNORMAL_CLOSURE = 1006

export const GOING_AWAY = 1001
export const PROTOCOL_ERROR = 1002
export const INVALID_PAYLOAD = 1007
export const POLICY_VIOLATION = 1008
export const MESSAGE_TOO_BIG = 1009
export const INTERNAL_ERROR = 1011
export const TRY_AGAIN_LATER = 1013

/** The application data of a control frame is at most this (section 5.5). */
export const MAX_CONTROL_PAYLOAD = 125
/** Bytes of a control frame's payload left beside the close code. */
export const MAX_REASON_BYTES = 123

/**
 * Whether a Close frame may carry `code`, sent or received: 1000 to 1003, 1007 to 1014, 3000 to 4999. 1004 has no meaning, 1005, 1006
 * and 1015 never go on the wire (section 7.4.1), 1016 to 2999 are unassigned and belong to the protocol (section 7.4.2).
 */
export function isCloseCodeOnWire(code: number): boolean {
  if (!Number.isInteger(code)) return false
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999)
}

/** Why `code` may not be on the wire, for a person; undefined when it may. */
export function explainCloseCode(code: number): string | undefined {
  if (isCloseCodeOnWire(code)) return undefined
  if (!Number.isInteger(code)) return 'a close code is an integer'
  if (code === NO_STATUS_RECEIVED || code === ABNORMAL_CLOSURE || code === 1015) return `${code} is for reports and never sent`
  if (code === 1004) return '1004 is reserved and has no meaning'
  if (code < 1000) return `${code} is below 1000`
  return code > 4999 ? `${code} is above 4999` : `${code} is not assigned`
}
