/**
 * The interface of an extension (RFC 6455 section 9), and permessage-deflate (RFC 7692) for other runtimes.
 * @module
 */
export { createPermessageDeflate } from './permessage-deflate/extension.ts'
export { RSV1, RSV2, RSV3 } from '../protocol/extension.ts'
export type { DeflateCodec, PieceInflater } from './permessage-deflate/deflate-codec.ts'
export type {
  EncodeOptions,
  Extension,
  ExtensionDecision,
  ExtensionElement,
  ExtensionFrame,
  ExtensionParameter,
  ExtensionSession,
} from '../protocol/extension.ts'
