/** WebSocket Opcode Registry (IANA, RFC 6455 section 11.8), as of 2026-06-10. 3 to 7 and 11 to 15 are unassigned. */

/** One opcode of the registry. */
export interface OpcodeRecord {
  /** 0 to 15. */
  readonly opcode: number
  /** The kind of frame. */
  readonly description: string
  /** The document that defines it. */
  readonly reference: string
}

/** Every opcode of the registry, in order. */
export const OPCODES: readonly OpcodeRecord[] = Object.freeze([
  { opcode: 0, description: 'Continuation Frame', reference: 'RFC 6455' },
  { opcode: 1, description: 'Text Frame', reference: 'RFC 6455' },
  { opcode: 2, description: 'Binary Frame', reference: 'RFC 6455' },
  { opcode: 8, description: 'Connection Close Frame', reference: 'RFC 6455' },
  { opcode: 9, description: 'Ping Frame', reference: 'RFC 6455' },
  { opcode: 10, description: 'Pong Frame', reference: 'RFC 6455' },
] satisfies OpcodeRecord[])

const BY_NUMBER: ReadonlyMap<number, OpcodeRecord> = new Map(OPCODES.map((record) => [record.opcode, record]))

/** The registry's entry for an opcode; undefined if it is unassigned. */
export function findOpcode(opcode: number): OpcodeRecord | undefined {
  return BY_NUMBER.get(opcode)
}
