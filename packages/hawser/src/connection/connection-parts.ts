import type { ConnectionOptions } from '../core/protocol/connection-options.ts'
import type { SubprotocolCodec } from '../core/subprotocols/codec.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { Runtime } from './runtime.ts'
import type { ConnectionOwner, SocketHandlers } from './handlers.ts'
import type { SocketSettings } from './socket-settings.ts'
import type { DeclinedExtension } from './socket.ts'
import type { Transport } from './transport.ts'

/** Everything a connection needs once its opening handshake is done. */
export interface ConnectionParts {
  readonly transport: Transport
  readonly runtime: Runtime
  readonly settings: SocketSettings
  /** From {@link coreOptions}. */
  readonly core: ConnectionOptions
  readonly handlers: SocketHandlers
  readonly owner: ConnectionOwner
  /** `''` if none was agreed. */
  readonly subprotocol: string
  readonly codec: SubprotocolCodec<any, any> | undefined
  readonly context: unknown
  /** Default none. */
  readonly declined?: readonly DeclinedExtension[] | undefined
  /** Counts what it holds. Default: nothing does. */
  readonly memory?: MemoryBudget | undefined
  /** Bytes that came with the opening handshake: they are the first to be received. */
  readonly early?: readonly Uint8Array[] | undefined
}
