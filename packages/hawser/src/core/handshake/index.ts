/**
 * The opening handshake (RFC 6455 section 4) as pure functions over fields, for both ends and every HTTP version.
 * @module
 */
export { citeRule } from '../errors.ts'
export { acceptKey, generateKey, isValidKey } from './accept-key.ts'
export { parseAuthority, serializeAuthority } from './authority.ts'
export { readCallerFields } from './caller-fields.ts'
export { agreeOnOpening, failForStatus, failOpening, readSupportedVersions } from './client-handshake.ts'
export { buildExtensionOffers, confirmExtensions, negotiateExtensions } from './extension-negotiation.ts'
export { isFieldValue, isToken, parseExtensions, parseTokenList, parseUpgrade, serializeExtensions } from './field-values.ts'
export { Fields } from './fields.ts'
export { createHostPolicy, isAllowedHost, isLoopbackHost, readHostNames } from './hosts.ts'
export { readForwarded } from './forwarded.ts'
export type { Forwarded } from './forwarded.ts'
export { checkOrigin, createOriginPolicy, normalizeOrigin } from './origin.ts'
export {
  refuse,
  refuseForFailure,
  refuseForNow,
  refuseTooMany,
  refuseHost,
  refuseLate,
  refuseMethod,
  refuseOrigin,
  refusePath,
  refusePlainRequest,
  refuseVersion,
  SUPPORTED_VERSION,
} from './refusals.ts'
export { OfferCache } from './offer-cache.ts'
export { parseRequestTarget } from './request-target.ts'
export { RULES } from './rules.ts'
export { readOpening } from './server-handshake.ts'
export { agreeOnSubprotocol, checkChosenSubprotocol, checkSubprotocolNames, parseSubprotocols, selectSubprotocol } from './subprotocol.ts'
export { readServerAddress } from './url.ts'
export type { Authority } from './authority.ts'
export type { CallerFields } from './caller-fields.ts'
export type { OpeningAgreement, OpeningFailure, OpeningResult, SentOpening } from './client-handshake.ts'
export type { AgreedExtension, DeclinedOffer, ExtensionNegotiation } from './extension-negotiation.ts'
export type { HostNames, HostPolicy } from './hosts.ts'
export type { Parsed, UpgradeProtocol } from './field-values.ts'
export type { FieldLine } from './fields.ts'
export type { OriginOption, OriginPolicy, OriginRequest } from './origin.ts'
export type { RequestTarget } from './request-target.ts'
export type { NoSubprotocol } from './subprotocol.ts'
export type { RuleId } from './rules.ts'
export type { Bootstrap, OpeningRequest, Outcome, Refusal, ServerHandshakePolicy } from './server-handshake.ts'
export type { ParsedUrl, ServerAddress } from './url.ts'
