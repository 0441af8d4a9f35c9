import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { Socket, SocketOf } from '../../connection/socket.ts'
import type { TransportInfo } from '../../connection/transport.ts'
import type { ConnectedSocket } from '../../client/options.ts'
import type { ReconnectingSocket } from '../../client/reconnecting/options.ts'

/** Facts about the transport of a browser's connection. A page is told whether TLS is used, and nothing else. */
export type BrowserTransportInfo = Pick<TransportInfo, 'secure'> & { readonly [Name in Exclude<keyof TransportInfo, 'secure'>]?: undefined }

/** {@link Socket} over the connections of a browser. */
export type BrowserSocket<Name extends string = string, In = unknown, Out = any, Context = unknown> = Socket<
  Name,
  In,
  Out,
  Context,
  BrowserTransportInfo
>

/** {@link SocketOf} over the connections of a browser. */
export type BrowserSocketOf<S extends Subprotocols, Context = unknown, N extends NoSubprotocol = 'accept'> = SocketOf<
  S,
  Context,
  N,
  BrowserTransportInfo
>

/** {@link ConnectedSocket} over the connections of a browser. */
export type BrowserConnectedSocket<S extends Subprotocols, N extends NoSubprotocol = 'refuse'> = ConnectedSocket<S, N, BrowserTransportInfo>

/** {@link ReconnectingSocket} over the connections of a browser. */
export type BrowserReconnectingSocket<One extends BrowserSocket = BrowserSocket> = ReconnectingSocket<One>
