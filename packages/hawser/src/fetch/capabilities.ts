/**
 * What the WebSockets of a platform give a server, and what they do not. An option that needs something the platform lacks is an `OptionError`, and a
 * method rejects or throws one.
 */
export interface FetchCapabilities {
  /** The name of the platform, for messages. */
  readonly platform: string
  /** `ping`, `pong` and `roundTripMs`. Without it Pings are the platform's own matter. */
  readonly ping: boolean
  /**
   * The platform can stop reading, so that a slow handler makes the peer wait. Without it a connection on which more than `limits.receiveBuffer` waits
   * for the application is closed with 1013.
   */
  readonly pause: boolean
  /**
   * The platform tells how much waits for a peer that reads slowly: `bufferedAmount`, `drained`, `send` that returns `buffered` or `dropped`,
   * `slowConsumer`, and `limits.sendBuffer`, `highWaterMark` and `lowWaterMark`. Without it `send` returns `sent` on every open connection.
   */
  readonly bufferedAmount: boolean
  /**
   * `receiving`: the platform gives up a message as soon as it is longer than `limits.message`. `received`: the whole message is in memory before the
   * connection is closed with 1009, up to the platform's own limit.
   */
  readonly messageLimit: 'receiving' | 'received'
  /** `terminate` drops the connection without a Close frame. Without it a Close frame is sent and the connection counts as CLOSED at once. */
  readonly terminate: boolean
  /** After `close` the platform reports the peer's Close frame. Without it `closed` resolves when ours was written, with `received` undefined. */
  readonly peerClose: boolean
  /** `compress` of a message. Whether permessage-deflate is used at all is the platform's own option. */
  readonly compress: boolean
  /** The hook may add fields and cookies to the 101. */
  readonly acceptanceFields: boolean
  /** The client's address is known: `remoteAddress`, `limits.connectionsPerAddress`, `trustProxy`. */
  readonly remoteAddress: boolean
  /** The address that the server listens on is known, so that a server on loopback refuses other names unless `hosts` lists them. */
  readonly listeningAddress: boolean
  /** The `signal` of the hook aborts when the client goes away. Without it only when the time is up or the server ends. */
  readonly disconnectSignal: boolean
  /**
   * A handler can use the connections of other requests: `connections`, `broadcast`, `drain` and `close` of the server. Without it they work only where
   * one object handles all requests, such as a Durable Object.
   */
  readonly sharedConnections: boolean
  /** `failed`: the platform closes a connection whose text is not UTF-8, as RFC 6455 section 8.1 requires. `replaced`: it delivers U+FFFD. */
  readonly invalidUtf8: 'failed' | 'replaced'
  /** `sendStream`, which sends a message in fragments. */
  readonly sendStream: false
  /** Messages as streams: a `stream` handler, `receiveStream` and `streams`. The platform delivers a message when it is complete. */
  readonly receiveStream: false
  /** Extensions of the application. The platform negotiates its own. */
  readonly extensions: false
}

/** Measured on Bun 1.4.4. */
export const bunCapabilities: FetchCapabilities = Object.freeze({
  platform: 'Bun.serve',
  ping: true,
  pause: true,
  bufferedAmount: true,
  messageLimit: 'receiving',
  terminate: true,
  peerClose: false,
  compress: true,
  acceptanceFields: true,
  remoteAddress: true,
  listeningAddress: true,
  disconnectSignal: true,
  sharedConnections: true,
  invalidUtf8: 'failed',
  sendStream: false,
  receiveStream: false,
  extensions: false,
})

/** Measured on Deno 2.9.5. */
export const denoCapabilities: FetchCapabilities = Object.freeze({
  platform: 'Deno.serve',
  ping: false,
  pause: false,
  bufferedAmount: true,
  messageLimit: 'received',
  terminate: false,
  peerClose: true,
  compress: false,
  acceptanceFields: true,
  remoteAddress: true,
  listeningAddress: false,
  disconnectSignal: false,
  sharedConnections: true,
  invalidUtf8: 'failed',
  sendStream: false,
  receiveStream: false,
  extensions: false,
})

/** Measured on workerd 1.20261117.1. */
export const workersCapabilities: FetchCapabilities = Object.freeze({
  platform: 'Workers',
  ping: false,
  pause: false,
  // It has the attribute, which is 0 again at the end of the turn whatever the peer reads.
  bufferedAmount: false,
  messageLimit: 'received',
  terminate: false,
  peerClose: true,
  compress: false,
  acceptanceFields: true,
  remoteAddress: false,
  listeningAddress: false,
  disconnectSignal: false,
  sharedConnections: false,
  invalidUtf8: 'replaced',
  sendStream: false,
  receiveStream: false,
  extensions: false,
})

/** What all adapters of crossws 0.4 have in common. */
export const crosswsCapabilities: FetchCapabilities = Object.freeze({
  platform: 'crossws',
  ping: false,
  pause: false,
  bufferedAmount: false,
  messageLimit: 'received',
  terminate: false,
  peerClose: false,
  compress: false,
  acceptanceFields: true,
  remoteAddress: false,
  listeningAddress: false,
  disconnectSignal: false,
  sharedConnections: true,
  invalidUtf8: 'replaced',
  sendStream: false,
  receiveStream: false,
  extensions: false,
})
