import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import { establish } from '../../client/connect.ts'
import type { ClientRuntime } from '../../client/connect.ts'
import { ConnectingQueue } from '../../client/connecting-queue.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { ConnectedSocket } from '../../client/options.ts'
import { createRuntime } from '../../connection/runtime.ts'
import { nodeClock } from './clock.ts'
import { diagnostics } from './diagnostics.ts'
import { createNodeDial } from './connect-dial.ts'
import { explainTls } from './connect-errors.ts'
import { checkNodeOptions } from './connect-options.ts'
import { reportToStderr } from './error-report.ts'
import type { NodeConnectOptions, NodeDialOptions } from './connect-options.ts'
import { NodeHttp2Sessions } from './http2-sessions.ts'
import { nodePlatform } from './platform.ts'
import { process } from './process.ts'
import { readUnixUrl } from './unix-url.ts'

// RFC 6455 section 4.1, step 2, counts the connections of the whole client: the queue is that of the process.
const connections = createRuntime(nodePlatform, nodeClock)
const shared: Omit<ClientRuntime, 'dial'> & { readonly sessions: NodeHttp2Sessions } = {
  connections,
  sessions: new NodeHttp2Sessions(connections),
  queue: new ConnectingQueue(),
  explain: explainTls,
  variables: process.env,
  observers: diagnostics,
  report: reportToStderr('client'),
}

/**
 * Opens a WebSocket connection to a `ws:`, `wss:`, `http:` or `https:` URL (RFC 6455 section 4.1), or to the `ws+unix:/path/of.sock` of a
 * server on a Unix domain socket; `ws+unix:/path/of.sock:/chat` asks it for `/chat`. Userinfo in the URL is sent as `Authorization: Basic`.
 * Messages go to the handlers in the options, or wait for `receive` and `for await`: none is lost in between.
 * @example
 * ```ts
 * const socket = await connect('ws://localhost:8080/')
 * socket.send('hello')
 * console.log(await socket.receive())
 * await socket.close()
 * ```
 * @param url a string or a `URL`
 * @param options the subprotocols, the fields, the limits, the handlers, and how to reach the server
 * @typeParam S the offered subprotocols, from `options.subprotocols`
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Handler for inference only
 * @returns the socket, once the connection is OPEN
 * @throws OptionError that names the option that is wrong
 * @throws HandshakeError for everything else, with the stage that failed, the response, the broken rule and the likely cause
 */
export async function connect<
  const S extends Subprotocols = readonly [],
  const N extends NoSubprotocol = 'refuse',
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(url: string | URL, options: NodeConnectOptions<S, N, Handler> = {}): Promise<ConnectedSocket<S, N>> {
  const given = options as NodeConnectOptions<any, NoSubprotocol, any>
  checkNodeOptions(given)
  let dialOptions: NodeDialOptions = given
  const unix = readUnixUrl(url, given.socketPath)
  if (unix !== undefined) {
    // Handlers are called on the object the user gave, so that one stays as it is.
    dialOptions = Object.create(given, { socketPath: { value: unix.socketPath } }) as NodeDialOptions
    checkNodeOptions(dialOptions)
  }
  const dial = createNodeDial(dialOptions, shared.sessions, shared.connections)
  return (await establish({ ...shared, dial }, unix?.url ?? url, given)) as unknown as ConnectedSocket<S, N>
}
