/** One builder for each refusal of an opening handshake. */
import { RULES } from './rules.ts'
import type { RefusalCondition } from '../conditions.ts'
import type { Rule } from '../errors.ts'
import type { RuleId } from './rules.ts'
import type { FieldLine } from './fields.ts'

/** A refusal with everything its HTTP response needs: the violation, its rule, and the fields that the response must carry. */
export interface Refusal {
  /** The status code of the response. */
  readonly status: number
  /** The rule that the request broke; undefined where no standard has one. */
  readonly rule: Rule | undefined
  /** The violation, in one sentence. */
  readonly message: string
  /** What happened, finer than `status`; stable, and the name of the section that the response links to. */
  readonly condition: RefusalCondition
  /** For example Sec-WebSocket-Version, Allow, Retry-After. Framing fields are not here. */
  readonly fields: readonly FieldLine[]
  /** The connection must not be used for another request. */
  readonly close: boolean
}

/** A value, or the refusal that takes its place. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }

export function refused(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal }
}

/** The protocol version that is both accepted and advertised (RFC 6455 section 4.4). */
export const SUPPORTED_VERSION = '13'

/** Fields of a 426: Upgrade is a MUST of RFC 9110 section 15.5.22, the Connection option a MUST of section 7.8. */
export const UPGRADE_REQUIRED_FIELDS: readonly FieldLine[] = Object.freeze([
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Version', SUPPORTED_VERSION],
] satisfies FieldLine[])

/** The condition of each rule that a request can break. A refusal for another reason names its own. */
const conditionOfRule: { readonly [Id in RuleId]?: RefusalCondition } = {
  RS1: 'request-grammar',
  'RS2.method': 'request-method',
  'RS2.version': 'request-http-version',
  'RS2.target': 'request-target',
  'RS2.host': 'request-host',
  'RS2.upgrade': 'request-upgrade',
  'RS2.connection': 'request-connection',
  'RS2.key': 'request-key',
  'RS2.key-once': 'request-key',
  RS6: 'request-origin',
  RS7: 'request-version',
  'RS7.once': 'request-version',
  RS8: 'request-path',
  misdirected: 'request-misdirected',
  'RS9.policy': 'request-subprotocol',
  H1: 'request-http-version',
  H7: 'request-host',
  'H8.colon': 'request-fields',
  'H8.fold': 'request-fields',
  'H8.cr': 'request-fields',
  'H8.lf': 'request-fields',
  'H8.first': 'request-fields',
  'H8.name': 'request-fields',
  'H8.value': 'request-fields',
  'H9.both': 'request-content',
  'H9.length': 'request-content',
  'H9.encoding': 'request-content',
  H12: 'request-content',
  H14: 'request-too-large',
  'fields-too-large': 'request-too-large',
  'start-line': 'request-line',
  'upgrade-required': 'request-upgrade',
  'http-version': 'request-http-version',
}

/** Builds a refusal. Without options it adds no fields and keeps the connection open; `condition` is that of the rule. */
export function refuse(
  status: number,
  rule: RuleId | Rule,
  message: string,
  options?: { fields?: readonly FieldLine[]; close?: boolean; condition?: RefusalCondition },
): Refusal
/** Builds a refusal that no standard's rule explains. */
export function refuse(
  status: number,
  rule: undefined,
  message: string,
  options: { fields?: readonly FieldLine[]; close?: boolean; condition: RefusalCondition },
): Refusal
export function refuse(
  status: number,
  rule: RuleId | Rule | undefined,
  message: string,
  options?: { fields?: readonly FieldLine[]; close?: boolean; condition?: RefusalCondition },
): Refusal {
  return {
    status,
    rule: typeof rule === 'string' ? RULES[rule] : rule,
    message,
    condition: options?.condition ?? (typeof rule === 'string' ? conditionOfRule[rule] : undefined) ?? 'request-http2',
    fields: options?.fields ?? [],
    close: options?.close ?? false,
  }
}

/** A 400 after which the connection's bytes cannot be trusted to be another request. */
export function refuseAndClose(rule: RuleId, message: string, status: number = 400): Refusal {
  return refuse(status, rule, message, { close: true })
}

/** Over HTTP/2 and HTTP/3 a 426 cannot carry its Upgrade field, so it is a 400 (RFC 9113 section 8.2.2). */
export function refuseVersion(message: string, httpVersion: '1.1' | '2' | '3', rule: RuleId = 'RS7'): Refusal {
  if (httpVersion === '1.1') return refuse(426, rule, message, { fields: UPGRADE_REQUIRED_FIELDS })
  return refuse(400, rule, message, { fields: [['sec-websocket-version', SUPPORTED_VERSION]] })
}

/** A request without (usable) Upgrade where only WebSocket is served. */
export function refusePlainRequest(message: string): Refusal {
  return refuse(426, 'RS2.upgrade', message, { fields: UPGRADE_REQUIRED_FIELDS })
}

/** 405 with Allow: the opening handshake is a GET (RFC 6455 section 4.1). */
export function refuseMethod(message: string): Refusal {
  return refuse(405, 'RS2.method', message, { fields: [['Allow', 'GET']] })
}

/** 403: the origin is not allowed (RFC 6455 sections 4.2.2 and 10.2). */
export function refuseOrigin(message: string): Refusal {
  return refuse(403, 'RS6', message)
}

/** RFC 9110 section 15.5.20. */
export function refuseHost(authority: string, loopback: boolean): Refusal {
  const names = loopback ? 'localhost, loopback addresses and the names in its option hosts' : 'the names in its option hosts'
  const message = `${JSON.stringify(authority)} is not a name of this server, which takes ${names}; if a proxy in front forwards a site's name, list that name`
  return refuse(421, 'misdirected', message, { close: true })
}

/** 404: no WebSocket at this path (RFC 6455 section 4.2.2). */
export function refusePath(path: string): Refusal {
  return refuse(404, 'RS8', `no WebSocket resource at ${path}`)
}

/** The limit on connections (503) or the drain of a server; `retryAfter` in whole seconds. */
export function refuseForNow(message: string, retryAfter: number, condition: RefusalCondition): Refusal {
  return refuse(503, undefined, message, { fields: [['Retry-After', String(retryAfter)]], close: true, condition })
}

/** The limit for one client (RFC 6585 section 4); `retryAfter` in whole seconds. */
export function refuseTooMany(message: string, retryAfter: number): Refusal {
  const fields: readonly FieldLine[] = [['Retry-After', String(retryAfter)]]
  return refuse(429, undefined, message, { fields, close: true, condition: 'server-address-connections' })
}

/** The request did not arrive in time. */
export function refuseLate(message: string): Refusal {
  return refuse(408, undefined, message, { close: true, condition: 'request-timeout' })
}

/** The application's hook failed; its error is for the application, not for the client. */
export function refuseForFailure(): Refusal {
  return refuse(500, undefined, 'the server could not decide about this request', { close: true, condition: 'server-hook-failed' })
}
