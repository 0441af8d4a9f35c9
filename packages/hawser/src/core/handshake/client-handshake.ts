/** The client's part of the opening handshake (RFC 6455 section 4.1), independent of the HTTP version. */
import { confirmExtensions } from './extension-negotiation.ts'
import { isToken, quote } from './field-values.ts'
import { hintForStatus } from './hints.ts'
import { RULES } from './rules.ts'
import { ruleForStatus } from './status-rules.ts'
import type { NoSubprotocol } from './subprotocol.ts'
import type { HandshakeCondition } from '../conditions.ts'
import type { HandshakeStage, Rule } from '../errors.ts'
import type { Extension } from '../protocol/extension.ts'
import type { AgreedExtension } from './extension-negotiation.ts'
import type { Fields } from './fields.ts'

/** The parts of the request that the response is checked against. */
export interface SentOpening {
  /** Offered, in order of preference. */
  readonly subprotocols: readonly string[]
  /** The extensions whose offers were sent, in their order. */
  readonly extensions: readonly Extension[]
  /** If subprotocols were offered and the server selected none: RFC 6455 establishes the connection, browsers fail it. */
  readonly noSubprotocol: NoSubprotocol
}

/** The agreement of both endpoints. */
export interface OpeningAgreement {
  readonly ok: true
  /** Undefined where the server selected none. */
  readonly subprotocol: string | undefined
  /** In the order of the response; open each once, in this order. */
  readonly extensions: readonly AgreedExtension[]
}

/** The content of a `HandshakeError`. */
export interface OpeningFailure {
  readonly ok: false
  /** The step of the handshake that failed. */
  readonly stage: HandshakeStage
  /** The error in the response, in one sentence. */
  readonly message: string
  /** The rule that the response breaks. */
  readonly rule: Rule
  /** What happened, finer than the stage; undefined for that of the stage. */
  readonly condition: HandshakeCondition | undefined
  /** One line of likely cause, where the status code or the fields suggest one. */
  readonly hint: string | undefined
  /** From Sec-WebSocket-Version of the response (RFC 6455 section 4.4); empty where it named none. */
  readonly supportedVersions: readonly string[]
}

/** Whether the response opens a WebSocket: what was agreed, or why it fails. */
export type OpeningResult = OpeningAgreement | OpeningFailure

/** Builds a failure of the opening handshake; `hint` is one line of likely cause, `condition` that of the stage by default. */
export function failOpening(
  stage: HandshakeStage,
  rule: Rule,
  message: string,
  hint?: string,
  condition?: HandshakeCondition,
  supportedVersions?: readonly string[],
): OpeningFailure {
  return { ok: false, stage, message, rule, hint, condition, supportedVersions: supportedVersions ?? [] }
}

/**
 * A final response that is not the success of its bootstrap: for HTTP to handle (section 4.1, response step 1).
 * @param success the bootstrap's rule of what opens a WebSocket. Default: that of HTTP/1.1
 */
export function failForStatus(status: number, fields: Fields, success: Rule = RULES.RC17): OpeningFailure {
  const supportedVersions = readSupportedVersions(fields)
  return failOpening(
    'response',
    ruleForStatus(status, supportedVersions, success),
    `the server answered ${status} instead of opening a WebSocket`,
    hintForStatus(status, fields, supportedVersions),
    conditionOfStatus(status),
    supportedVersions,
  )
}

const statusConditions: ReadonlyMap<number, HandshakeCondition> = new Map<number, HandshakeCondition>([
  [400, 'status-400'],
  [401, 'status-401'],
  [403, 'status-403'],
  [404, 'status-404'],
  [405, 'status-405'],
  [407, 'status-407'],
  [408, 'status-408'],
  [410, 'status-404'],
  [421, 'status-421'],
  [426, 'status-426'],
  [429, 'status-429'],
  [431, 'status-431'],
  [500, 'status-500'],
  [502, 'status-502'],
  [503, 'status-503'],
  [504, 'status-504'],
])

function conditionOfStatus(status: number): HandshakeCondition {
  if (status >= 200 && status < 300) return 'status-2xx'
  if (status >= 300 && status < 400) return 'status-3xx'
  return statusConditions.get(status) ?? 'status-other'
}

/** A response may have several Sec-WebSocket-Version lines (section 11.3.5). Values that are not numbers are left out. */
export function readSupportedVersions(fields: Fields): readonly string[] {
  const listed = fields.values('sec-websocket-version').flatMap((line) => line.split(','))
  return [...new Set(listed.map((version) => version.trim()).filter((version) => /^[0-9]{1,3}$/.test(version)))]
}

/** Steps 5 and 6 of validating the response, in any HTTP version: subprotocol and extensions. */
export function agreeOnOpening(fields: Fields, sent: SentOpening): OpeningResult {
  const lines = fields.values('sec-websocket-protocol')
  const subprotocol = lines[0]
  if (lines.length > 1) return failOpening('subprotocol', RULES.RS12, 'Sec-WebSocket-Protocol appears more than once')
  if (subprotocol !== undefined && !isToken(subprotocol)) {
    return failOpening('subprotocol', RULES.RC23, `Sec-WebSocket-Protocol ${quote(subprotocol)} is not one token`)
  }
  if (subprotocol !== undefined && !sent.subprotocols.includes(subprotocol)) {
    const hint = sent.subprotocols.length === 0 ? 'this client offered no subprotocol; offer one that the server speaks' : undefined
    return failOpening('subprotocol', RULES.RC22, `the server selected the subprotocol ${quote(subprotocol)}, which was not offered`, hint)
  }
  if (subprotocol === undefined && sent.subprotocols.length > 0 && sent.noSubprotocol === 'refuse') {
    return failOpening(
      'subprotocol',
      RULES['browser-subprotocol'],
      'the server selected none of the offered subprotocols',
      'the server does not speak them, or omits Sec-WebSocket-Protocol; set noSubprotocol to accept to connect without one',
      'subprotocol-none',
    )
  }
  const confirmed = confirmExtensions(fields.values('sec-websocket-extensions'), sent.extensions)
  if (!confirmed.ok) return failOpening('extensions', confirmed.rule, confirmed.message)
  return { ok: true, subprotocol, extensions: confirmed.agreed }
}
