/** WebSocket Extension Name Registry and Framing Header Bits Registry (IANA, RFC 6455 sections 11.4 and 11.6 to 11.9), as of 2026-06-10. */

export type RegisteredExtension = 'permessage-deflate' | 'bbf-usp-protocol'

/** Any token is an extension name; an editor completes the registered ones. */
export type ExtensionName = RegisteredExtension | (string & {})

/** One extension of the registry. */
export interface ExtensionRecord {
  /** The token in Sec-WebSocket-Extensions. */
  readonly name: RegisteredExtension
  /** The common name of the extension. */
  readonly description: string
  /** The document that defines it. */
  readonly reference: string
}

/** One reserved bit of the registry. */
export interface HeaderBitRecord {
  /** The bit (RFC 6455 section 5.2). */
  readonly bit: 'RSV1' | 'RSV2' | 'RSV3'
  /** Its common name and its meaning. */
  readonly description: string
  /** The document that defines it. */
  readonly reference: string
}

/** Every extension of the registry. */
export const EXTENSIONS: readonly ExtensionRecord[] = Object.freeze([
  { name: 'permessage-deflate', description: 'WebSocket Per-Message Deflate', reference: 'RFC 7692' },
  { name: 'bbf-usp-protocol', description: 'BBF USP Protocol', reference: 'https://usp.technology' },
] satisfies ExtensionRecord[])

/** The reserved bits of the registry. */
export const HEADER_BITS: readonly HeaderBitRecord[] = Object.freeze([
  { bit: 'RSV1', description: 'Per-Message Compressed: set on the first frame of a compressed message', reference: 'RFC 7692' },
] satisfies HeaderBitRecord[])

const BY_NAME: ReadonlyMap<string, ExtensionRecord> = new Map(EXTENSIONS.map((record) => [record.name, record]))

/** The registry's entry for a name; undefined if it is not registered. */
export function findExtension(name: string): ExtensionRecord | undefined {
  return BY_NAME.get(name)
}
