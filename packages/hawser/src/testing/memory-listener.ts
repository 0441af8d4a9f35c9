import { createHostPolicy } from '../core/handshake/index.ts'
import { Members } from '../connection/members.ts'
import type { Runtime } from '../connection/runtime.ts'
import type { Transport } from '../connection/transport.ts'
import { RequestLoop } from '../server/http1/request-loop.ts'
import type { RequestLoopOwner } from '../server/http1/request-loop.ts'
import type { DrainOptions, DrainResult } from '../server/options.ts'
import { ServerCore } from '../server/server-core.ts'
import { readServerSettings } from '../server/settings.ts'
import type { AnyServerOptions } from '../server/settings.ts'

/** The counterpart of a listening socket in memory: it reads the requests of the transports that it is given. Ordinary requests get 426. */
export class MemoryListener {
  readonly core: ServerCore
  readonly #owner: RequestLoopOwner<Transport>

  /**
   * @param report receives errors of the application if it has no `error` handler, or if that throws
   * @throws OptionError naming the option that is wrong
   */
  constructor(options: AnyServerOptions, runtime: Runtime, report: (error: unknown) => void) {
    const core = new ServerCore(readServerSettings(options), runtime, report)
    this.core = core
    this.#owner = {
      core,
      // As a server that listens on no loopback address: every name, unless `hosts` is given.
      hosts: createHostPolicy(core.settings.hosts, undefined),
      ordinary: undefined,
      preface: undefined,
      loops: new Members(),
    }
  }

  accept(transport: Transport): void {
    const { core, loops } = this.#owner
    const { clock, platform } = core.runtime
    while (core.isCrowded(loops.size)) loops.at(platform.random.uint32() % loops.size)?.makeRoom()
    new RequestLoop(this.#owner, transport, clock.now())
  }

  async drain(options?: DrainOptions): Promise<DrainResult> {
    const drained = this.core.drain(options)
    this.#stop()
    const result = await drained
    await this.core.refusalsDelivered()
    this.core.close()
    return result
  }

  async close(): Promise<void> {
    this.#stop()
    this.core.close()
    for (const connection of this.core.connections) await connection.closed
  }

  #stop(): void {
    for (const loop of this.#owner.loops) loop.stop()
  }
}
