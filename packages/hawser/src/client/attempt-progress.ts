import type { HandshakeStage } from '../core/errors.ts'
import type { ScheduledTask } from '../connection/clock.ts'
import type { Runtime } from '../connection/runtime.ts'
import type { CancelSignal } from './cancellation.ts'
import type { ConnectingQueue, Turn } from './connecting-queue.ts'
import type { Deadline } from './deadline.ts'
import type { DialProgress } from './dial.ts'
import type { ConnectSettings } from './settings.ts'

/** What a dial of one attempt is told, with the attempt's turn in the queue of RFC 6455 section 4.1, step 2. A class: closures would cost more. */
export class AttemptProgress implements DialProgress {
  readonly #runtime: { readonly connections: Pick<Runtime, 'clock'>; readonly queue: ConnectingQueue }
  readonly #settings: Pick<ConnectSettings, 'parallel' | 'limits'>
  readonly #deadline: Deadline
  #turn: Turn | undefined
  #silence: ScheduledTask | undefined

  constructor(
    runtime: { readonly connections: Pick<Runtime, 'clock'>; readonly queue: ConnectingQueue },
    settings: Pick<ConnectSettings, 'parallel' | 'limits'>,
    deadline: Deadline,
  ) {
    this.#runtime = runtime
    this.#settings = settings
    this.#deadline = deadline
  }

  get signal(): CancelSignal {
    return this.#deadline.signal
  }

  get abortSignal(): AbortSignal {
    return this.#deadline.abortSignal
  }

  race<T>(promise: PromiseLike<T>): Promise<T> {
    return this.#deadline.race(promise)
  }

  stage(stage: HandshakeStage): void {
    this.#deadline.stage = stage
  }

  async enter(places: readonly string[]): Promise<void> {
    // A second dial, after a session that cannot carry a WebSocket, waits for its own turn.
    this.end()
    if (this.#settings.parallel) return
    const own = await takeTurn(this.#runtime.queue, places, this.#deadline)
    this.#turn = own
    // Otherwise one silent handshake would use up the time of all that wait for it.
    this.#silence = this.#runtime.connections.clock.schedule(() => own.cancel(), this.#settings.limits.turnMs)
  }

  /** Gives the turn back. */
  end(): void {
    this.#turn?.cancel()
    this.#silence?.cancel()
  }
}

function takeTurn(queue: ConnectingQueue, places: readonly string[], deadline: Deadline): Promise<Turn> {
  const { signal } = deadline
  if (signal.aborted) return Promise.reject(signal.reason as Error)
  return new Promise((resolve, reject) => {
    const left = (): void => {
      entry.cancel()
      reject(signal.reason as Error)
    }
    deadline.queued = true
    signal.addEventListener('abort', left)
    const entry = queue.enter(places, (turn) => {
      deadline.queued = false
      signal.removeEventListener('abort', left)
      resolve(turn)
    })
  })
}
