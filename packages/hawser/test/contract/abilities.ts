/** The abilities of the table in docs/runtimes.md, and the tests that show them. */
import type { FetchCapabilities } from '../../src/fetch/index.ts'

export interface Ability {
  /** The row's name. */
  readonly name: string
  /** A test of this folder, for the runtimes that `hawser` runs on. */
  readonly contract: string
  /** A test of interop/fetch-servers.test.ts, for the platforms of `hawser/fetch`; undefined where they have no such thing. */
  readonly fetch?: string
  /** The platform has the ability only with this capability; the test then shows that its absence is told. */
  readonly capability?: keyof FetchCapabilities
  /** A test of interop/browser-abilities.test.ts; undefined where a page has no such thing, as with all that a server does. */
  readonly page?: string
  /** A test of the same file that shows what happens in a browser without the ability. */
  readonly pageWithout?: string
}

/** The suites of interop/browser-abilities.test.ts, each a column. Browsers with nothing but `WebSocket` have what the second one has. */
export const browsers = ['Chromium', 'Chromium without `WebSocketStream`', 'Firefox'] as const

export const abilities: readonly Ability[] = [
  {
    name: 'messages of every length, text and binary',
    contract: 'messages of every length class come back, text and binary, in order [RFC 6455 §5.2]',
    fetch: 'a client of ws agrees on a subprotocol, exchanges messages of all kinds and closes in both directions',
    page: 'messages of every length come back to a page in order, as strings and plain Uint8Arrays',
  },
  {
    name: 'binary messages as plain `Uint8Array`',
    contract: 'binary messages are plain Uint8Array at both ends, whole, in pieces and compressed',
    fetch: 'a client of undici agrees on a subprotocol, exchanges messages of all kinds and closes in both directions',
    page: 'messages of every length come back to a page in order, as strings and plain Uint8Arrays',
  },
  {
    name: 'close code and reason in both directions',
    contract: 'the server sees who closed and why [RFC 6455 §7.1.5, §7.1.6]',
    fetch: "a client of hawser's own class agrees on a subprotocol, exchanges messages of all kinds and closes in both directions",
    page: 'a page and its server learn the close code and the reason of each other',
  },
  {
    name: 'subprotocols with a codec each',
    contract: 'the first of the client that the server declares is chosen, and its codec is used at both ends [RS9]',
    fetch: 'the order of the client decides among declared subprotocols; no subprotocol is selected that was not declared [RS9]',
    page: 'the first subprotocol of a page that the server declares is chosen, and its codec is used at both ends',
  },
  {
    name: 'the `upgrade` hook',
    contract: 'a hook refuses with a Response, and the client learns status, fields and content',
    fetch: 'the hook refuses with a Response, adds fields and cookies, and gives a context',
  },
  {
    name: 'a handler that holds the next message',
    contract: 'a handler that returns a promise holds the next message, and nothing is lost',
    fetch: 'a handler that returns a promise holds the next message',
    page: 'a handler of a page that returns a promise holds the next message, and nothing is lost',
  },
  {
    name: '`send` tells of a slow peer, `drained`',
    contract: 'send tells that a peer does not read, and drained when it does',
    fetch: 'send tells that a peer does not read, drained when it does, and the memory of each message is its own',
    capability: 'bufferedAmount',
    page: 'send of a page tells that the server does not read, and drained when it does',
  },
  {
    name: '`ping` and `roundTripMs`',
    contract: 'ping resolves with the round trip [RFC 6455 §5.5.2]',
    fetch: 'ping measures the round trip, or says that the platform has none',
    capability: 'ping',
    pageWithout: 'ping and sendStream of a page are refused, with the reason',
  },
  {
    name: '`sendStream`, a message from pieces',
    contract: 'sendStream sends one message from pieces, in fragments [RFC 6455 §5.4]',
    pageWithout: 'ping and sendStream of a page are refused, with the reason',
  },
  {
    name: '`broadcast`',
    contract: 'broadcast reaches every connection',
    fetch: 'broadcast reaches every connection',
    capability: 'sharedConnections',
  },
  {
    name: '`drain`',
    contract: 'drain closes open connections with 1001 and resolves with the counts',
    fetch: 'drain closes open connections with 1001 and gives the counts; new ones get 503',
    capability: 'sharedConnections',
  },
  {
    name: 'the WHATWG `WebSocket` class',
    contract: 'the WHATWG class opens, echoes and closes with its events',
    page: 'WebSocket of a page is the browser’s own, and opens, echoes and closes with its events',
  },
  {
    name: 'the WHATWG `WebSocketStream` class',
    contract: 'the WHATWG WebSocketStream opens, carries text and binary, and closes from either end, with code and reason',
    page: 'WebSocketStream of a page opens, carries text and binary, and closes from either end, with code and reason',
  },
  {
    name: '`WebSocketError` of a `WebSocketStream`',
    contract: 'a WebSocketStream tells every other end with a WebSocketError, and closes with the code and reason of one',
    page: 'WebSocketStream of a page tells every other end with a WebSocketError, and closes with the code and reason of one',
  },
  {
    name: 'the abort signal of a `WebSocketStream`',
    contract: 'an abort signal ends the opening handshake of a WebSocketStream, and means nothing once it is open',
    page: 'an abort signal ends the opening handshake of a WebSocketStream of a page, and means nothing once it is open',
  },
  {
    name: 'the backpressure of a `WebSocketStream`, both ways',
    contract: 'a WebSocketStream that nobody reads makes the server wait, and a server that does not read makes the writer wait',
    page: 'a WebSocketStream of a page that nobody reads makes the server wait, and a server that does not read makes its writer wait',
    pageWithout: 'a WebSocketStream of a page over its WebSocket cannot make the server wait; a server that does not read makes its writer wait',
  },
  {
    name: '`permessage-deflate`',
    contract: 'permessage-deflate is agreed and makes a message smaller in both directions [RFC 7692]',
    page: 'a page over TLS and HTTP/2 agrees on permessage-deflate, and its messages become smaller in both directions',
  },
  {
    name: 'TLS',
    contract: 'a server with a certificate and a client that trusts it speak over TLS [RFC 6455 §4.1]',
    page: 'a page over TLS and HTTP/2 agrees on permessage-deflate, and its messages become smaller in both directions',
  },
  {
    name: 'HTTP/2',
    contract: 'both ends speak over HTTP/2 with TLS, several connections on one session [RFC 8441]',
    page: 'a page over TLS and HTTP/2 agrees on permessage-deflate, and its messages become smaller in both directions',
  },
  {
    name: 'a client that connects again, `reconnecting`',
    contract: 'a client has its connection again after the server restarts, and sends what waited for it [R01, R07]',
    page: 'a client of a page has its connection again, and sends what waited for it; nothing is tried while the page is offline',
  },
  { name: 'Unix domain sockets', contract: 'both ends speak over a Unix domain socket' },
]
