/**
 * The errors of hawser: whose fault it is, the broken rule with its section, and the resulting close code or status code.
 * Each is a {@link HawserError}; `code` is stable and listed in docs/errors.md.
 */

import { linkOf } from './conditions.ts'
import type { ConnectionCondition, HandshakeCondition } from './conditions.ts'

/** The level of a requirement, in the words of RFC 2119, or `policy` for a choice that hawser makes and documents. */
export type RuleLevel = 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT' | 'MAY' | 'policy'

/** One rule of one standard: what a refusal or a failure cites. */
export interface Rule {
  /** The id of the requirement, for example `RS7`; absent for rules outside the opening handshake. */
  readonly id?: string
  /** For example `RFC 6455`. */
  readonly document: string
  /** For example `4.2.2`. */
  readonly section: string
  /** How strongly the standard puts it. */
  readonly level: RuleLevel
  /** The rule in one sentence. */
  readonly text: string
}

/** `RFC 6455 section 4.2.2`. */
export function citeRule(rule: Rule): string {
  return `${rule.document} section ${rule.section}`
}

/** Kept, because the most common end of a connection, a peer that disconnects, makes an error. */
const citations = new WeakMap<Rule, string>()

function citationOf(rule: Rule): string {
  const known = citations.get(rule)
  if (known !== undefined) return known
  const citation = ` (${citeRule(rule)})`
  citations.set(rule, citation)
  return citation
}

/** Where the problem lies, and so who can fix it. */
export type Fault = 'peer' | 'application' | 'network' | 'timeout'

/** The base class of all errors of hawser; docs/errors.md lists them. */
export abstract class HawserError extends Error {
  /** Stable and machine-readable, for example `HAWSER_HANDSHAKE`. */
  abstract readonly code: string
  /** Where the problem lies: `peer`, `application`, `network` or `timeout`. */
  abstract readonly fault: Fault
}

/** Stands for what was received where that may be a credential. */
export const WITHHELD: unique symbol = Symbol('withheld')

/** An invalid option, thrown at once by the call that got it. */
export class OptionError extends HawserError {
  override readonly name = 'OptionError'
  readonly code = 'HAWSER_OPTION'
  readonly fault = 'application'
  /** The option as the user wrote it, for example `limits.message`. */
  readonly option: string
  /** For example `a whole number from 1 to 2147483647`. */
  readonly expected: string
  /** Builds the message from `expected` and `received`, unless `message` is given; `cause` is the platform's error that shows the option to be wrong. */
  constructor(option: string, expected: string, received: unknown, message?: string, cause?: unknown) {
    super(message ?? `option ${option}: expected ${expected}, received ${describe(received)}`, cause === undefined ? {} : { cause })
    this.option = option
    this.expected = expected
  }
}

/** Two listeners answered one Upgrade request, or were about to; the first one keeps the connection. */
export class UpgradeConflictError extends HawserError {
  override readonly name = 'UpgradeConflictError'
  readonly code = 'HAWSER_UPGRADE_CONFLICT'
  readonly fault = 'application'
}

/** Why a connection was failed: RFC 6455 section 7.1.7, _Fail the WebSocket Connection_. */
export class ConnectionError extends HawserError {
  override readonly name = 'ConnectionError'
  readonly code = 'HAWSER_CONNECTION'
  /** `peer` broke a rule, `network` ended the transport, `timeout`: no answer in time, `application`: a handler or codec failed. */
  readonly fault: Fault
  /** The close code of the Close frame, if one can still be sent. */
  readonly closeCode: number
  /** The rule that the peer broke; undefined where the reason is another one. */
  readonly rule: Rule | undefined
  /** The name in `limits` of the limit that a frame or message exceeded, for example `fragments`; undefined where the reason is another one. */
  readonly limit: string | undefined
  /** What happened, finer than `closeCode`; stable, and the name of the section at `url`. */
  readonly condition: ConnectionCondition
  /** Appends the section of `rule` to the message. `condition` is that of the close code by default. */
  constructor(
    message: string,
    options: { fault: Fault; closeCode: number; rule?: Rule; limit?: string; condition?: ConnectionCondition; cause?: unknown },
  ) {
    super(options.rule === undefined ? message : message + citationOf(options.rule), 'cause' in options ? { cause: options.cause } : undefined)
    this.fault = options.fault
    this.closeCode = options.closeCode
    this.rule = options.rule
    this.limit = options.limit
    this.condition = options.condition ?? conditionOfCode(options.closeCode)
  }
  /** The address of the section that explains the condition: likely causes, what to do, and what browsers say. */
  get url(): string {
    return linkOf('errors-connection', this.condition)
  }
}

function conditionOfCode(closeCode: number): ConnectionCondition {
  switch (closeCode) {
    case 1002:
      return 'protocol-error'
    case 1006:
      return 'connection-lost'
    case 1007:
      return 'invalid-payload'
    case 1009:
      return 'message-too-big'
    case 1011:
      return 'internal-error'
    default:
      return 'policy-violation'
  }
}

/** The step at which an opening handshake failed. */
export type HandshakeStage =
  | 'url'
  | 'dns'
  | 'tcp'
  | 'proxy'
  | 'tls'
  | 'settings'
  | 'request'
  | 'response'
  | 'redirect'
  | 'accept'
  | 'subprotocol'
  | 'extensions'
  | 'timeout'
  | 'aborted'

/** The response to an opening handshake, valid or not. */
export interface ReceivedResponse {
  /** As in the status line: `1.1` or `2`. */
  readonly httpVersion: string
  /** The status code (RFC 9110 section 15). */
  readonly status: number
  /** The reason phrase; empty where there is none, and over HTTP/2. */
  readonly statusText: string
  /** Field lines as received, in order. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** At most `limits.responseBody` bytes of the content. */
  readonly body: Uint8Array
  /** Whether `body` may lack some of the content: it was longer than the limit, took too long, or broke off. */
  readonly bodyTruncated: boolean
}

/** A client's opening handshake that did not lead to a connection. */
export class HandshakeError extends HawserError {
  override readonly name = 'HandshakeError'
  readonly code = 'HAWSER_HANDSHAKE'
  /** Where the problem lies; `peer` for a refusal by the server. */
  readonly fault: Fault
  /** The step at which the attempt failed. */
  readonly stage: HandshakeStage
  /** Undefined where the attempt ended before a response. */
  readonly response: ReceivedResponse | undefined
  /**
   * The rule that was broken, or that the server applied with its status code; undefined for a time limit, an abort and an error of the application's
   * own code.
   */
  readonly rule: Rule | undefined
  /** The versions a server named in Sec-WebSocket-Version (RFC 6455 section 4.4); empty where it named none. */
  readonly supportedVersions: readonly string[]
  /** One line of likely cause for a person. */
  readonly hint: string | undefined
  /** What happened, finer than `stage`; stable, and the name of the section at `url`. */
  readonly condition: HandshakeCondition
  /** Appends the section of `rule` to the message. `supportedVersions` is empty by default, `condition` is that of the stage. */
  constructor(
    message: string,
    options: {
      stage: HandshakeStage
      fault: Fault
      response?: ReceivedResponse
      rule?: Rule
      supportedVersions?: readonly string[]
      hint?: string
      condition?: HandshakeCondition
      cause?: unknown
    },
  ) {
    super(options.rule === undefined ? message : `${message} (${citeRule(options.rule)})`, 'cause' in options ? { cause: options.cause } : {})
    this.stage = options.stage
    this.fault = options.fault
    this.response = options.response
    this.rule = options.rule
    this.supportedVersions = options.supportedVersions ?? []
    this.hint = options.hint
    this.condition = options.condition ?? conditionOfStage[options.stage]
  }
  /** The address of the section that explains the condition: likely causes, what to do, and what browsers say. */
  get url(): string {
    return linkOf('errors-handshake', this.condition)
  }
  /** The status code of the response; undefined where none came. */
  get status(): number | undefined {
    return this.response?.status
  }
}

const conditionOfStage: Readonly<Record<HandshakeStage, HandshakeCondition>> = {
  url: 'url-invalid',
  dns: 'dns-failed',
  tcp: 'tcp-failed',
  proxy: 'proxy-invalid',
  tls: 'tls-failed',
  settings: 'http2-unavailable',
  request: 'http2-stream-refused',
  response: 'response-invalid',
  redirect: 'redirect-failed',
  accept: 'accept-invalid',
  subprotocol: 'subprotocol-invalid',
  extensions: 'extensions-invalid',
  timeout: 'handshake-timeout',
  aborted: 'handshake-aborted',
}

/** One place in a message that its schema refuses. */
export interface MessageIssue {
  /** The schema's description of the error. */
  readonly message: string
  /** Property names and indices from the root of the message; empty for the root itself. */
  readonly path: readonly (string | number)[]
}

/** A message that its subprotocol's codec could not decode or encode. */
export class MessageError extends HawserError {
  override readonly name = 'MessageError'
  readonly code = 'HAWSER_MESSAGE'
  /** `peer` for a message that was received, `application` for one to be sent. */
  readonly fault: Fault
  /** The name of the agreed subprotocol. */
  readonly subprotocol: string
  /** The issues that the schema found, in its order; a single one if the codec failed. */
  readonly issues: readonly MessageIssue[]
  /** The message as it arrived; undefined for one that was to be sent. */
  readonly received: string | Uint8Array | undefined
  /** `fault`, `subprotocol`, `issues` and `received` become the properties of these names. */
  constructor(
    message: string,
    options: { fault: Fault; subprotocol: string; issues: readonly MessageIssue[]; received?: string | Uint8Array; cause?: unknown },
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.fault = options.fault
    this.subprotocol = options.subprotocol
    this.issues = options.issues
    this.received = options.received
  }
}

/**
 * What a callback threw, or a stream was destroyed with, as an error with a message; any value is possible. Errors of another realm are no instances of
 * this realm's `Error`, but pass as they are.
 */
export function asError(thrown: unknown): Error {
  try {
    if (typeof (thrown as Error | null | undefined)?.message === 'string') return thrown as Error
    return new Error(String(thrown), { cause: thrown })
  } catch {
    return new Error('a value that cannot be shown as text', { cause: thrown })
  }
}

function describe(value: unknown): string {
  if (value === WITHHELD) return 'a value that is not shown here'
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || value === undefined) return String(value)
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return typeof value === 'function' ? 'a function' : typeof value === 'symbol' ? 'a symbol' : 'an object'
}
