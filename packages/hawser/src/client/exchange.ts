import { HandshakeError } from '../core/errors.ts'
import type { HandshakeCondition } from '../core/conditions.ts'
import type { HandshakeStage, ReceivedResponse, Rule } from '../core/errors.ts'
import { failForStatus } from '../core/handshake/client-handshake.ts'
import type { OpeningFailure } from '../core/handshake/client-handshake.ts'
import { RULES } from '../core/handshake/rules.ts'
import { HTTP2_RULES } from '../core/http2/rules.ts'
import type { ResponseHead } from '../core/http1/response-head.ts'
import type { CancelSignal } from './cancellation.ts'
import type { ResponseBody } from './response-body.ts'

/** What the error of an established transport shows. */
export interface Explanation {
  readonly stage: HandshakeStage
  readonly condition: HandshakeCondition
  readonly rule: Rule
  /** The likely cause; the usual one where it is undefined. */
  readonly hint: string | undefined
}

/** How long to wait for the content of a refusal, and then for the end of its connection. */
export const refusalMs = 1_000

/** The outcome of one request of an opening handshake, in any HTTP version. */
export type ExchangeResult<T> =
  | { readonly kind: 'switched'; readonly value: T }
  /** A final response that opens nothing, with its bounded content. The transport has been ended. */
  | { readonly kind: 'answered'; readonly response: ReceivedResponse; readonly head: ResponseHead }

/** The words of an error of the network. OpenSSL's message has a file, a line and a line break, and its reason between them. */
export function wordsOf(error: Error): string {
  const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown }
  return typeof code === 'string' && code.startsWith('ERR_SSL_') && typeof reason === 'string' ? reason : error.message
}

/** Whether an exchange is cancelled because its time is up: then a response that has begun is still the better answer. */
export function isTimeUp({ reason }: CancelSignal): boolean {
  return reason instanceof HandshakeError && reason.fault === 'timeout'
}

/** @param body undefined for a response that switched, which has no content */
export function receivedHead(head: ResponseHead, body?: ResponseBody): ReceivedResponse {
  return {
    httpVersion: head.httpVersion,
    status: head.status,
    statusText: head.statusText,
    fields: [...head.fields],
    body: body?.take() ?? new Uint8Array(),
    bodyTruncated: body?.truncated ?? false,
  }
}

export function handshakeError(failure: OpeningFailure, response?: ReceivedResponse): HandshakeError {
  return new HandshakeError(failure.message, {
    stage: failure.stage,
    fault: 'peer',
    rule: failure.rule,
    ...(failure.condition === undefined ? {} : { condition: failure.condition }),
    supportedVersions: failure.supportedVersions,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(response === undefined ? {} : { response }),
  })
}

/** The error for a final response that opens nothing. */
export function refusalOf({ httpVersion, status, fields }: ResponseHead, response: ReceivedResponse): HandshakeError {
  return handshakeError(failForStatus(status, fields, httpVersion === '2' ? HTTP2_RULES.success : RULES.RC17), response)
}
