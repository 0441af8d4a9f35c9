/**
 * HTTP/1.1 for the opening handshake: request and response heads, and the Upgrade bootstrap, for both ends (RFC 9112, RFC 9110 section 7.8).
 * @module
 */
export { CONTINUE_RESPONSE, serializeAcceptance } from './acceptance.ts'
export { DEFAULT_HEAD_LIMITS } from './head-limits.ts'
export { isUpgradeToWebSocket, readOpeningRequest } from './opening-request.ts'
export { describeRefusal, reasonPhrase, serializeRefusal, serializeResponseHead } from './refusal.ts'
export { expectsContinue, refuseContent } from './request-framing.ts'
export { RequestHeadParser } from './request-head.ts'
export { ResponseHeadParser } from './response-head.ts'
export { buildUpgradeRequest } from './upgrade-request.ts'
export { asksForWebSocket, readUpgradeField } from './upgrade-field.ts'
export { validateUpgradeResponse } from './upgrade-response.ts'
export type { AcceptanceResponse } from './acceptance.ts'
export type { HeadLimits } from './head-limits.ts'
export type { UpgradeCandidate } from './opening-request.ts'
export type { PlainResponse } from './refusal.ts'
export type { RequestHead, RequestHeadResult } from './request-head.ts'
export type { ResponseHead, ResponseHeadResult } from './response-head.ts'
export type { UpgradeField } from './upgrade-field.ts'
export type { UpgradeRequestOptions } from './upgrade-request.ts'
export type { SentUpgrade } from './upgrade-response.ts'
