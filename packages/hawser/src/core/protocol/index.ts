/**
 * RFC 6455 sections 5 to 8 without I/O: frames, messages, the closing handshake and keepalive.
 * @module
 */
export {
  explainCloseCode,
  isCloseCodeOnWire,
  MAX_CONTROL_PAYLOAD,
  MAX_REASON_BYTES,
} from './close-code.ts'
export { Connection } from './connection.ts'
export type { ConnectionOptions } from './connection-options.ts'
export type { CloseFrame, CloseInfo, CloseInitiator, ConnectionTransport, MessageSink, PieceSink } from './events.ts'
export {
  type EncodeOptions,
  type Extension,
  type ExtensionCallback,
  type ExtensionDecision,
  type ExtensionElement,
  type ExtensionFrame,
  type ExtensionParameter,
  type ExtensionSession,
  PENDING,
  type PieceDecoder,
  RSV1,
  RSV2,
  RSV3,
} from './extension.ts'
export type { FragmentPosition, MessageOptions } from './message-options.ts'
export { type FrameHeader, parseFrameHeader } from './frame.ts'
export { type FrameFields, serializeFrame, serializeMessage } from './frame-serializer.ts'
export type { ConnectionLimits } from './limits.ts'
export { applyMask, rotateKey } from './masking.ts'
export { BINARY, CLOSE, CONTINUATION, describeOpcode, isControlOpcode, isReservedOpcode, PING, PONG, TEXT } from './opcode.ts'
export type { SendOutcome } from './sending.ts'
export { Output } from './output.ts'
export { Utf8Validator } from './utf8-validator.ts'
export type { BufferPool, ByteMasker, RandomSource, TextCodec } from '../platform.ts'
