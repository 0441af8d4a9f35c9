import type { ServeOptions } from '../runtime/node/serve.ts'
import type { UpgradeRequest } from '../server/options.ts'
import { TargetError } from './bridge/target.ts'
import type { BridgeTarget, BridgeTargets } from './bridge/target.ts'
import { remoteText } from './serve-log.ts'
import type { ServeLog } from './serve-log.ts'
import { printable } from './terminal.ts'

/** One connection of `hawser serve`. */
export interface ServeContext {
  readonly number: number
  /** Without the query, which may contain a token. */
  readonly path: string
  readonly target: BridgeTarget | undefined
}

type Handlers = Pick<ServeOptions<readonly string[], ServeContext>, 'upgrade' | 'open' | 'close' | 'refused'>

/** Numbers and logs connections, and joins each with its target where there are any. */
export function serveHandlers(log: ServeLog, targets: BridgeTargets | undefined, report: (text: () => string) => void): Handlers {
  let lastNumber = 0
  const accepted = (path: string, target?: BridgeTarget): { context: ServeContext } => ({ context: { number: ++lastNumber, path, target } })
  return {
    upgrade(request, { signal }) {
      if (targets === undefined) return accepted(request.path)
      return targets.open(bridgeRequest(request), signal).then(
        (target) => accepted(request.path, target),
        (error: unknown) => refusal(error, report),
      )
    },
    open(socket) {
      const { number, path, target } = socket.context
      target?.start(socket)
      if (!log.wantsEvents) return
      log.open({
        number,
        path,
        httpVersion: socket.transport.httpVersion,
        subprotocol: socket.subprotocol,
        extensions: socket.extensions.map((extension) => extension.name),
        remote: remoteText(socket.transport),
      })
    },
    close(socket, info) {
      socket.context.target?.end(info)
      if (log.wantsEvents) log.close(socket.context.number, info)
    },
    ...(log.wantsEvents ? { refused: (refused) => log.refused(refused) } : {}),
  }
}

function bridgeRequest({ path, url, origin, subprotocols, remoteAddress }: UpgradeRequest): Parameters<BridgeTargets['open']>[0] {
  return { path, query: url.search.slice(1), origin, subprotocols, remoteAddress }
}

/** The client is not told which target it is. */
function refusal(error: unknown, report: (text: () => string) => void): Response {
  if (!(error instanceof TargetError)) throw error
  report(() => printable(error.message))
  return new Response('the server behind this bridge cannot be reached\n', { status: error.status })
}
