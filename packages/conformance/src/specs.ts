/** What a row of a table sends, in the form of the row: bytes, frames and heads. */

/** Bytes as a row writes them: a string is UTF-8 text; `random` is drawn from the run's seed. */
export type Bytes =
  | string
  /** Two digits a byte; spaces are ignored. */
  | { readonly hex: string }
  /** One byte a character, U+0000 to U+00FF. */
  | { readonly latin1: string }
  /** `fill` again and again, cut off at `length` bytes. */
  | { readonly fill: string; readonly length: number }
  /** So many bytes. */
  | { readonly random: number }
  | { readonly concat: readonly Bytes[] }
  /** `fill` again and again, so many bytes longer than the largest message that the endpoint accepts. */
  | { readonly overLimit: number; readonly fill: string }
  /**
   * Compressed as permessage-deflate was agreed. `fresh`: without the context of earlier messages; `keepTail`: with the four bytes that RFC 7692
   * section 7.2.1 takes off; `level`: of zlib, 0 to 9, default 6; `windowBits`: 8 to 15, default what was agreed.
   */
  | { readonly deflate: Bytes; readonly fresh?: boolean; readonly keepTail?: boolean; readonly level?: number; readonly windowBits?: number }
  /** From the byte `from` up to, and without, the byte `to`; to the end without `to`. */
  | { readonly slice: Bytes; readonly from: number; readonly to?: number }

/** A frame to send; what is left out is as a correct endpoint would send it. */
export interface FrameSpec {
  /** 0 to 15; see RFC 6455 section 5.2. */
  readonly opcode: number
  /** The payload before masking. Default: none. */
  readonly payload?: Bytes
  /** Default true. */
  readonly fin?: boolean
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. Default 0. */
  readonly rsv?: number
  /** Default: what the sending end has to do. A hexadecimal masking key fixes the key. */
  readonly mask?: boolean | string
  /** The form of the length field, in bits. Default: the shortest. */
  readonly lengthForm?: 7 | 16 | 64
  /** The value of the length field in hexadecimal, where it is not that of the payload. */
  readonly lengthHex?: string
}

/** How the bytes of one step are cut into writes: each so many bytes long, or once at one place, counted from the end when negative. */
export type Split = { readonly every: number } | { readonly at: number }

/** A request to send: a valid opening handshake, but for what is set here. */
export interface RequestSpec {
  /** Default `GET`. */
  readonly method?: string
  /** Default: the target's own path. `{path}`, `{host}`, `{key}`, `{refused-origin}`, `{subprotocol}` are filled in everywhere. */
  readonly target?: string
  /** Default `HTTP/1.1`. */
  readonly version?: string
  /** Replaces the field lines of that name (each value of an array makes one); null takes them out. */
  readonly set?: Readonly<Record<string, string | readonly string[] | null>>
  /** Further field lines, after the others, byte for byte (Latin-1), without the line end. */
  readonly lines?: readonly string[]
  /** Field lines before all others. */
  readonly linesFirst?: readonly string[]
  /** The whole head, byte for byte. */
  readonly raw?: string
  /** What ends each line. Default CRLF. */
  readonly eol?: string
  /** Sent behind the head. Default: none. */
  readonly content?: Bytes
}

/** A response to send: a valid 101, but for what is set here. */
export interface ResponseSpec {
  /** Default `HTTP/1.1 101 Switching Protocols`. */
  readonly statusLine?: string
  /** Replaces the field lines of that name (each value of an array makes one); null takes them out. */
  readonly set?: Readonly<Record<string, string | readonly string[] | null>>
  /** Further field lines, after the others, byte for byte (Latin-1), without the line end. */
  readonly lines?: readonly string[]
  /** Field lines before all others. */
  readonly linesFirst?: readonly string[]
  /** Sent before the response: interim responses. */
  readonly before?: string
  /** The whole head, byte for byte. */
  readonly raw?: string
  /** What ends each line. Default CRLF. */
  readonly eol?: string
  /** Sent behind the head. Default: none. */
  readonly content?: Bytes
}
