import type { EncodeOptions } from './extension.ts'

/** Options of one message, or of one fragment. */
export interface MessageOptions extends EncodeOptions {
  /** The caller promises that the bytes of the payload never change: it is referenced instead of copied where that is cheaper. */
  readonly immutable?: boolean
}

/** The place of a fragment in its message (RFC 6455 section 5.4). */
export interface FragmentPosition {
  /** The first fragment, which carries the opcode. */
  readonly first: boolean
  /** The last fragment. */
  readonly fin: boolean
  /** Whether the message is text. Default: whether the piece is a string. Bytes of a text must be UTF-8 together. */
  readonly isText?: boolean
}
