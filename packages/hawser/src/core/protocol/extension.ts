/**
 * An extension (RFC 6455 section 9) is an object that offers, accepts or declines, and owns its RSV bits.
 * Several are stacked in the order of the response (section 9.1): the first listed is the first applied when sending.
 */

/** Bits of the first octet of a frame (RFC 6455 section 5.2). */
export const RSV1 = 0x40
/** The second reserved bit of the first octet of a frame (RFC 6455 section 5.2). */
export const RSV2 = 0x20
/** The third reserved bit of the first octet of a frame (RFC 6455 section 5.2). */
export const RSV3 = 0x10

/** A parameter as parsed: a quoted-string is already unquoted; `true` means a parameter without a value. */
export type ExtensionParameter = readonly [name: string, value: string | true]

/** One element of Sec-WebSocket-Extensions: `name *(";" parameter)`. */
export interface ExtensionElement {
  /** The token of the extension. */
  readonly name: string
  /** In the order of the field. */
  readonly parameters: readonly ExtensionParameter[]
}

/** An extension's input and output: one unmasked data frame. */
export interface ExtensionFrame {
  /** The opcode of the message's first frame, 1 text or 2 binary, also for its continuation frames. */
  readonly opcode: 1 | 2
  /** Whether it is the message's first frame. */
  readonly first: boolean
  /** Whether it is the message's last frame. */
  readonly fin: boolean
  /** The RSV bits at their place in the first octet: a mask of RSV1, RSV2, RSV3. */
  readonly rsv: number
  /** The application data of the frame, unmasked. */
  readonly payload: Uint8Array
}

/** Per-message options of the application, passed to every extension. */
export interface EncodeOptions {
  /** Undefined leaves the choice to the extension. */
  readonly compress?: boolean
}

/**
 * Returned by `encode`, `encodeShared` and `decode` when the result comes later, through `done`. The payload does not change until then.
 */
export const PENDING: unique symbol = Symbol('pending')

/** Receives the result of an asynchronous step: once, and never before the call that was given it has returned. */
export type ExtensionCallback = (result: ExtensionFrame | Error) => void

/** Counters of one direction. Sizes in bytes of payload, without frame headers. */
export interface ExtensionTraffic {
  /** Whole messages, compressed or not. */
  readonly messages: number
  readonly compressedMessages: number
  /** As the application sees them. */
  readonly rawBytes: number
  readonly wireBytes: number
  /** `rawBytes / wireBytes`; 1 before the first byte. */
  readonly ratio: number
}

/** Live counters. */
export interface ExtensionStatistics {
  readonly sent: ExtensionTraffic
  readonly received: ExtensionTraffic
}

/**
 * Decodes messages piece by piece, for a connection that takes them as streams: what one call of `read` gives is bounded, whatever the input becomes.
 * One message at a time: `begin` for each data frame and `write` for each piece of its payload, and before the next of either `read` until it
 * returns undefined.
 */
export interface PieceDecoder {
  /**
   * The header of the next data frame.
   * @returns its RSV bits without those that the extension defines for it
   * @throws ConnectionError for a frame that the extension does not allow
   */
  begin(frame: Omit<ExtensionFrame, 'payload'>): number
  /**
   * The next bytes of that frame's payload, unmasked; they belong to the decoder.
   * @param end the message ends with them
   */
  write(bytes: Uint8Array, end: boolean): void
  /**
   * The next decoded bytes, at least one and at most 64 KiB, valid until the next call of any decoder; undefined where everything written is decoded.
   * After PENDING, `ready` is called later, once, unless the session is disposed; then `read` continues.
   * @throws as `decode`
   */
  read(ready: (error?: Error) => void): Uint8Array | typeof PENDING | undefined
  /** Bytes that it holds for the message in progress. */
  readonly heldBytes: number
}

/** An agreed extension on one connection. */
export interface ExtensionSession {
  /** The token in Sec-WebSocket-Extensions. */
  readonly name: string
  /** As they stand in the response. */
  readonly parameters: readonly ExtensionParameter[]
  /** The RSV bits this extension owns while it is in use. */
  readonly rsv: number
  /**
   * Sessions whose keys are the same (`===`) share the result of `encodeShared` of any of them, so that a message for many
   * connections is encoded once. Undefined where `encodeShared` and `adoptShared` are missing.
   */
  readonly shareKey?: unknown
  /** Frames are handed over one at a time and in order; after PENDING the next comes only once `done` was called. */
  encode(frame: ExtensionFrame, options: EncodeOptions, done: ExtensionCallback): ExtensionFrame | typeof PENDING
  /** Encodes a whole message as if it were the first of a connection, and leaves the session as it is: see `adoptShared`. */
  encodeShared?(frame: ExtensionFrame, options: EncodeOptions, done: ExtensionCallback): ExtensionFrame | typeof PENDING
  /** `encoded`, made of `frame` by `encodeShared`, is sent next on this connection, between two messages. */
  adoptShared?(frame: ExtensionFrame, encoded: ExtensionFrame): void
  /**
   * The reverse of `encode`, under the same terms.
   * @param budget how many bytes the message may still grow by; past it the extension throws a `ConnectionError` with 1009
   * before it holds more than the budget.
   */
  decode(frame: ExtensionFrame, budget: number, done: ExtensionCallback): ExtensionFrame | typeof PENDING
  /**
   * The alternative to `decode` for a connection that takes messages as streams. Without it, or beside another extension, such a connection assembles
   * each message whole.
   */
  readonly pieces?: PieceDecoder | undefined
  /** Counters to display. Default: none. */
  readonly statistics?: ExtensionStatistics
  /** Bytes this session holds now. */
  readonly heldBytes?: number
  /** How many of them belong to a received message whose end has not arrived: they count against `limits.incompleteBytes`. */
  readonly incompleteBytes?: number
  /** Releases all memory and cancels asynchronous work; called once, when the connection is CLOSED. A later `done` is ignored. */
  dispose(): void
}

/** The answer to one offer. `open` is called only when the 101 is certain, and once. */
export type ExtensionDecision =
  | {
      readonly accepted: true
      readonly parameters: readonly ExtensionParameter[]
      /** Makes the session of this connection. */
      open(): ExtensionSession
    }
  | { readonly accepted: false; readonly reason: string }

/** What takes the results of extensions that answered PENDING. */
export interface ExtensionOwner {
  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error): void
}

/** A function of its own: closures made inside another function cost each of its calls a context, 56 bytes, even where none is made. */
export function extensionDone(owner: ExtensionOwner, direction: 'encode' | 'decode'): ExtensionCallback {
  return (result) => owner.extensionDone(direction, result)
}

/** An entry of `extensions: []`: configuration only; the state of a connection is in its session. */
export interface Extension {
  /** The token in Sec-WebSocket-Extensions. */
  readonly name: string
  /** The RSV bits it would own. Two agreed extensions never share one. */
  readonly rsv: number
  /**
   * Server: `accept` depends on nothing but the offer and is without effect, and its decision can be opened many times, so the server may give the answer
   * to an equal offer again without asking. Default false.
   */
  readonly answersEqually?: boolean
  /** Client: the offers, in order of preference. */
  offers(): readonly (readonly ExtensionParameter[])[]
  /** Server: one offer of the client. Declining leads to the next offer, never to a refusal of the handshake. */
  accept(offer: readonly ExtensionParameter[]): ExtensionDecision
  /** Client: the server's response to what `offers()` gave. `accepted: false` fails the connection. */
  confirm(response: readonly ExtensionParameter[], offers: readonly (readonly ExtensionParameter[])[]): ExtensionDecision
}
