import { createRuntime } from '../../src/connection/runtime.ts'
import { coreOptions, readSocketSettings } from '../../src/connection/socket-settings.ts'
import type { Transport } from '../../src/connection/transport.ts'
import { WebSocketConnection } from '../../src/connection/websocket-connection.ts'
import type { SocketHandlers } from '../../src/connection/handlers.ts'
import { createTestPlatform, ManualClock } from '../../src/testing/index.ts'

/** Two connections over transports of the test's own. */
export function pairOver(
  left: Transport,
  right: Transport,
  serverHandlers: SocketHandlers,
): { client: WebSocketConnection; server: WebSocketConnection } {
  const runtime = createRuntime(createTestPlatform(1), new ManualClock())
  const settings = readSocketSettings({})
  const build = (role: 'client' | 'server', transport: Transport, handlers: SocketHandlers): WebSocketConnection => {
    const connection = new WebSocketConnection({
      transport,
      runtime,
      settings,
      core: coreOptions(role, settings, runtime.platform, [], false),
      handlers,
      owner: {
        report: (error) => {
          throw error
        },
        connectionClosed: () => undefined,
      },
      subprotocol: '',
      codec: undefined,
      context: undefined,
    })
    connection.open(false)
    return connection
  }
  return { client: build('client', left, {}), server: build('server', right, serverHandlers) }
}
