/** What a case is: a row that says what is sent and what must happen. The engine in run-case.ts plays it against one connection. */
import type { Bytes, FrameSpec, RequestSpec, ResponseSpec, Split } from './specs.ts'

/** Which end of the connection is under test. */
export type End = 'server' | 'client'

/** How binding the rule is: `must` fails, `should` warns, `info` only tells what was seen, because the text is open to reading or silent. */
export type Level = 'must' | 'should' | 'info'

/**
 * What an endpoint has to have for a case to say anything about it; without it the verdict is `unsupported`.
 * `each` is a client that is started once for each case, `timeouts` an endpoint whose time limits are within the run's bounds.
 */
export type Capability =
  | 'subprotocols'
  | 'subprotocol-offer'
  | 'no-subprotocol-offer'
  | 'origin-refused'
  | 'path-unknown'
  | 'deflate'
  | 'no-deflate'
  | 'no-extensions'
  | 'max-message'
  | 'binary'
  | 'timeouts'
  | 'each'
  | 'tls'
  | 'h2'

/** A check of one field of the head that the endpoint sent. */
export interface FieldCheck {
  /** The field's name, in any case. */
  readonly field: string
  /**
   * `once`: on one line. `equals`: on one line with `value`. `contains-token`: `value` is in the list, in any case. `matches`: `value` is a regular
   * expression for all of it. `accept`: the Sec-WebSocket-Accept of the key. `one-of`: on one line with one of `value`.
   */
  readonly is: 'absent' | 'once' | 'equals' | 'equals-ignoring-case' | 'contains-token' | 'matches' | 'accept' | 'one-of'
  /** What `is` compares with; `{subprotocol}` is filled in. */
  readonly value?: string | readonly string[]
  /** The check holds where the field is absent. */
  readonly ifPresent?: true
  /** With any other status the check holds. */
  readonly onlyIfStatus?: number
}

/** The status codes that pass: a list, any 4xx or 5xx (`error`), that or a 101 (`open-or-error`), any but 101 (`not-open`), or any. */
export type StatusSet = readonly number[] | 'error' | 'open-or-error' | 'not-open' | 'any'

/** One step of a case: something to do (`do`), or something that the endpoint has to do (`expect`). */
export type Step =
  /**
   * An opening handshake that has to work; the checks of its answer have cases of their own.
   * With `takeover` the server must leave the suite its context, or the case is unsupported.
   */
  | { readonly do: 'open'; readonly deflate?: string; readonly takeover?: true; readonly request?: RequestSpec; readonly response?: ResponseSpec }
  /** A request, then frames or bytes in the same write. */
  | {
      readonly do: 'request'
      readonly request?: RequestSpec
      readonly split?: Split
      readonly then?: readonly FrameSpec[]
      readonly thenBytes?: Bytes
    }
  /** The client's request is read, and answered; then come frames or bytes in the same write. */
  | {
      readonly do: 'response'
      readonly response?: ResponseSpec
      readonly split?: Split
      readonly then?: readonly FrameSpec[]
      readonly thenBytes?: Bytes
    }
  /** Bytes as they are. */
  | { readonly do: 'bytes'; readonly bytes: Bytes; readonly split?: Split }
  /** Frames in one write, or cut as `split` says. */
  | { readonly do: 'frames'; readonly frames: readonly FrameSpec[]; readonly split?: Split }
  /** Ends the sending half of the connection. */
  | { readonly do: 'end' }
  /** Ends the connection with a reset. */
  | { readonly do: 'reset' }
  /** Lets the time pass, in milliseconds. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Sends a line now and then until the connection ends, which it has to within the bound. */
  | { readonly do: 'trickle'; readonly line: string; readonly within: 'handshake' | 'close'; readonly level?: Level }
  /** Stops or goes on reading from the connection. */
  | { readonly do: 'pause' }
  | { readonly do: 'resume' }
  /** Closes this connection and goes on with a new one. */
  | { readonly do: 'reconnect' }
  /** The final response to a request. `status` are the status codes that pass, those that are not in `prefer` with a remark. */
  | {
      readonly expect: 'response'
      readonly status: StatusSet
      readonly prefer?: readonly number[]
      readonly checks?: readonly FieldCheck[]
      /** The end of the connection in place of a response passes, too. */
      readonly orDrop?: boolean
      /** What a 4xx or 5xx is worth, where the text is open to it. */
      readonly ifRefused?: Level
      /** What a 2xx or 3xx is worth: Upgrade may be ignored (RFC 9110 section 7.8), and what is left is an ordinary request. */
      readonly ifOrdinary?: Level
      /** What it is worth that no answer comes, where the text does not ask for one. */
      readonly ifSilent?: Level
      readonly level?: Level
      /** The content has to end: by its length, its coding, or with the connection. */
      readonly framed?: boolean
      /** The case is about a refusal: whether the request is refused has a case of its own, and a 101 makes this one unsupported. */
      readonly assumesRefusal?: true
      /** A 101 is right only where an answer before named this version in Sec-WebSocket-Version. */
      readonly versionIfOpen?: string
    }
  /** The client's request. `startLine`: its whole request line; `keyDistinct`: no request of this run had the same key. */
  | {
      readonly expect: 'request'
      readonly checks?: readonly FieldCheck[]
      readonly startLine?: string
      readonly keyDistinct?: boolean
      readonly named?: RequestCheck
      readonly level?: Level
    }
  /** Whether the response agrees to permessage-deflate, and the parameters that it has and lacks, as regular expressions. */
  | {
      readonly expect: 'deflate'
      readonly agreed: boolean
      readonly has?: readonly string[]
      readonly lacks?: readonly string[]
      /** What it is worth that every offer is declined, which a server may do. Default: unsupported. */
      readonly ifDeclined?: Level
      readonly level?: Level
    }
  /** A message with this payload; an unsolicited Pong may come before it. */
  | { readonly expect: 'message'; readonly text?: Bytes; readonly binary?: Bytes; readonly compressed?: boolean; readonly level?: Level }
  /** A Pong with this payload; an unsolicited Pong or an echo that is due may come before it. */
  | { readonly expect: 'pong'; readonly payload: Bytes; readonly level?: Level }
  /** The peer answers, or begins, the closing handshake. `codes` absent: any that may go on the wire. */
  | {
      readonly expect: 'close'
      readonly codes?: readonly (number | 'none')[]
      /** Codes that say that the peer took the Close frame for a fault. */
      readonly notCodes?: readonly number[]
      readonly orMessages?: boolean
      readonly level?: Level
    }
  /** The peer fails the connection: no data from it, a Close frame with one of the codes (else a warning), and the end. */
  | {
      readonly expect: 'fail'
      readonly codes: readonly number[]
      readonly messagesBefore?: number
      readonly level?: Level
      readonly within?: 'close'
    }
  /** The connection ends within the bound. `cleanly` excludes a reset; `linger` keeps a server that has to end first from doing so. */
  | {
      readonly expect: 'ended'
      readonly within?: 'answer' | 'handshake' | 'close'
      readonly cleanly?: boolean
      readonly linger?: boolean
      readonly level?: Level
    }
  /** The connection is given up altogether: what the suite still sends is answered with a reset. */
  | { readonly expect: 'torn-down'; readonly level?: Level }
  /** Nothing comes for so many milliseconds; default `silenceMs` of the bounds. */
  | { readonly expect: 'silence'; readonly level?: Level; readonly ms?: number }
  /** Each further frame the peer sends until its Close frame or the count has this shape. */
  | {
      readonly expect: 'frame-shape'
      readonly count: number
      readonly masked?: boolean
      readonly opcode?: number
      readonly rsv?: number
      readonly noRsvBut?: number
      readonly minimal?: boolean
      readonly distinctKeys?: boolean
      /** The connection may end without the frame: then there is nothing to see. */
      readonly orEnd?: boolean
      readonly level?: Level
    }
  /** The client gave up before the connection was open: nothing but the end comes, although a message waits for it.
   * With `mayStay` the HTTP connection may go on. */
  | { readonly expect: 'never-open'; readonly mayStay?: boolean; readonly level?: Level }
  /** A new connection to the same server works. */
  | { readonly expect: 'alive'; readonly level?: Level }
  /** No connection arrives at all. */
  | { readonly expect: 'no-connection'; readonly level?: Level }
  /** The TLS client hello named this host, and the handshake failed at an untrusted certificate. */
  | { readonly expect: 'tls-refused'; readonly serverName?: string; readonly level?: Level }
  /** Messages of one size, as fast as the peer echoes them; see volume.ts. */
  | {
      readonly do: 'volume'
      readonly type: 'text' | 'binary'
      readonly size: number
      readonly messages: number
      readonly compressed?: true
      /** Bytes of each fragment. Default: none are fragmented. */
      readonly fragment?: number
      /** So many different messages, in turn, that only those before them make small. */
      readonly distinct?: number
    }
  /** Pings one after the other. */
  | { readonly do: 'pings'; readonly count: number }
  /** HTTP/2: see h2/scripts.ts. */
  | { readonly do: 'h2'; readonly script: string; readonly level?: Level }

/** A check of a client's request that is more than one field. */
export type RequestCheck = 'grammar' | 'host' | 'key' | 'subprotocol-list' | 'extension-list' | 'nothing-after' | 'no-content'

/** One case: what is sent, what must happen, how much it matters and why. */
export interface ConformanceCase {
  /** For example `handshake/version/0xD`; unique within its end. */
  readonly id: string
  /** The end that it tests. */
  readonly end: End
  /** The id without its last part, or the first part of it. */
  readonly area: string
  /** What it is worth that a step is not met; a step may have another level. */
  readonly level: Level
  /** For example `RFC 6455 section 4.2.2`. */
  readonly section: string
  /** Ids of the requirements that the case proves. */
  readonly requirements: readonly string[]
  /** One sentence: why it matters. */
  readonly why: string
  /** What the endpoint has to have; without one of them the verdict is `unsupported`. */
  readonly requires: readonly Capability[]
  /** In order, on one connection. */
  readonly steps: readonly Step[]
  /** The connection is a stream of an HTTP/2 connection (RFC 8441). Default: HTTP/1.1. */
  readonly over?: 'http2'
  /** For a client started for the case: the URL it is given; `{port}` is filled in. */
  readonly url?: string
  /** Reaches a time limit of the endpoint: started first, so that the others run beside it. */
  readonly slow?: boolean
}
