/** WebSocket Close Code Number Registry (IANA, RFC 6455 section 11.7), as of 2026-06-10. */

/** Codes with a meaning in the registry. */
export type RegisteredCloseCode =
  | 1000
  | 1001
  | 1002
  | 1003
  | 1004
  | 1005
  | 1006
  | 1007
  | 1008
  | 1009
  | 1010
  | 1011
  | 1012
  | 1013
  | 1014
  | 1015
  | 3000
  | 3003
  | 3008

/**
 * A code for a Close frame. An editor completes the registered codes that may be sent. The compiler takes any number, since TypeScript has no type for
 * the range 3000 to 4999, and a union of its 2 000 literals would refuse every variable that is a `number`: a wrong code is an `OptionError`.
 */
export type CloseCode = Exclude<RegisteredCloseCode, 1004 | 1005 | 1006 | 1015> | (number & {})

/** One close code of the registry. */
export interface CloseCodeRecord {
  /** The close code. */
  readonly code: RegisteredCloseCode
  /** Its meaning, as the registry names it. */
  readonly description: string
  /** The document that defines it, or who registered it. */
  readonly reference: string
}

/** A range of close codes, and who may assign them. */
export interface CloseCodeRange {
  /** The first code of the range. */
  readonly first: number
  /** The last code of the range, included. */
  readonly last: number
  /** Who may assign codes of the range. */
  readonly use: string
}

/** Every close code of the registry, in order. */
export const CLOSE_CODES: readonly CloseCodeRecord[] = Object.freeze([
  { code: 1000, description: 'Normal Closure', reference: 'RFC 6455' },
  { code: 1001, description: 'Going Away', reference: 'RFC 6455' },
  { code: 1002, description: 'Protocol error', reference: 'RFC 6455' },
  { code: 1003, description: 'Unsupported Data', reference: 'RFC 6455' },
  { code: 1004, description: 'Reserved', reference: 'RFC 6455' },
  { code: 1005, description: 'No Status Rcvd', reference: 'RFC 6455' },
  { code: 1006, description: 'Abnormal Closure', reference: 'RFC 6455' },
  { code: 1007, description: 'Invalid frame payload data', reference: 'RFC 6455' },
  { code: 1008, description: 'Policy Violation', reference: 'RFC 6455' },
  { code: 1009, description: 'Message Too Big', reference: 'RFC 6455' },
  { code: 1010, description: 'Mandatory Ext.', reference: 'RFC 6455' },
  { code: 1011, description: 'Internal Error', reference: 'RFC 6455' },
  { code: 1012, description: 'Service Restart', reference: 'IANA, hybi mailing list' },
  { code: 1013, description: 'Try Again Later', reference: 'IANA, hybi mailing list' },
  { code: 1014, description: 'Bad Gateway: the upstream server gave an invalid response', reference: 'IANA, hybi mailing list' },
  { code: 1015, description: 'TLS handshake', reference: 'RFC 6455' },
  { code: 3000, description: 'Unauthorized', reference: 'IANA' },
  { code: 3003, description: 'Forbidden', reference: 'IANA' },
  { code: 3008, description: 'Timeout', reference: 'IANA' },
] satisfies CloseCodeRecord[])

/** RFC 6455 section 7.4.2 and the registration rules of the registry. */
export const CLOSE_CODE_RANGES: readonly CloseCodeRange[] = Object.freeze([
  { first: 0, last: 999, use: 'not used' },
  { first: 1000, last: 2999, use: 'the protocol, its revisions and its extensions' },
  { first: 3000, last: 3999, use: 'libraries, frameworks and applications, registered first come first served' },
  { first: 4000, last: 4999, use: 'private use, by agreement between applications' },
] satisfies CloseCodeRange[])

const BY_CODE: ReadonlyMap<number, CloseCodeRecord> = new Map(CLOSE_CODES.map((record) => [record.code, record]))

/** The registry's entry for a code; undefined if it is unassigned or private. */
export function findCloseCode(code: number): CloseCodeRecord | undefined {
  return BY_CODE.get(code)
}

/** The range of a code; undefined above 4999 and for values that are not whole numbers. */
export function findCloseCodeRange(code: number): CloseCodeRange | undefined {
  return Number.isInteger(code) ? CLOSE_CODE_RANGES.find(({ first, last }) => code >= first && code <= last) : undefined
}
