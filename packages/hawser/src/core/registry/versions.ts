/** WebSocket Version Number Registry (IANA, RFC 6455 section 11.6), as of 2026-06-10. */

/** One version of the registry. */
export interface VersionRecord {
  /** The value of Sec-WebSocket-Version. */
  readonly version: number
  /** `interim` for versions of drafts; only `standard` is spoken. */
  readonly status: 'standard' | 'interim' | 'reserved'
  /** The document that defines it. */
  readonly reference: string
}

const draft = (version: number): VersionRecord => ({
  version,
  status: 'interim',
  reference: `draft-ietf-hybi-thewebsocketprotocol-0${version}`,
})
const reserved = (version: number): VersionRecord => ({ version, status: 'reserved', reference: 'reserved' })

/** Every version of the registry. */
export const VERSIONS: readonly VersionRecord[] = Object.freeze([
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(draft),
  ...[9, 10, 11, 12].map(reserved),
  { version: 13, status: 'standard', reference: 'RFC 6455' } satisfies VersionRecord,
])

const BY_NUMBER: ReadonlyMap<string, VersionRecord> = new Map(VERSIONS.map((record) => [String(record.version), record]))

/** The registry's entry for a value of Sec-WebSocket-Version, compared as text: `013` is not 13. */
export function findVersion(value: string): VersionRecord | undefined {
  return BY_NUMBER.get(value)
}
