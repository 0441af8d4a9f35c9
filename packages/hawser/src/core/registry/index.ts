/**
 * The IANA registries of the WebSocket protocol as typed tables.
 * @module
 */
export { CLOSE_CODE_RANGES, CLOSE_CODES, findCloseCode, findCloseCodeRange } from './close-codes.ts'
export { EXTENSIONS, findExtension, HEADER_BITS } from './extension-names.ts'
export { findOpcode, OPCODES } from './opcodes.ts'
export { findSubprotocol, SUBPROTOCOLS } from './subprotocol-names.ts'
export { findVersion, VERSIONS } from './versions.ts'
export type { CloseCode, CloseCodeRange, CloseCodeRecord, RegisteredCloseCode } from './close-codes.ts'
export type { ExtensionName, ExtensionRecord, HeaderBitRecord, RegisteredExtension } from './extension-names.ts'
export type { OpcodeRecord } from './opcodes.ts'
export type { RegisteredSubprotocol, SubprotocolName, SubprotocolRecord } from './subprotocol-names.ts'
export type { VersionRecord } from './versions.ts'
