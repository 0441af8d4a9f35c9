export { createPermessageDeflate } from './permessage-deflate/extension.ts'
export { RSV1, RSV2, RSV3 } from '../protocol/extension.ts'
export type { DeflateCodec } from './permessage-deflate/deflate-codec.ts'
export type {
  EncodeOptions,
  Extension,
  ExtensionDecision,
  ExtensionElement,
  ExtensionFrame,
  ExtensionParameter,
  ExtensionSession,
} from '../protocol/extension.ts'
