/** The events of the WHATWG class. They extend the runtime's constructors where it has them, so that `instanceof` works. */

interface CloseEventInit {
  readonly wasClean?: boolean
  readonly code?: number
  readonly reason?: string
}

interface ErrorEventInit {
  readonly message?: string
  readonly error?: unknown
}

type EventConstructor = new (type: string, init?: object) => Event

const platform = globalThis as { readonly CloseEvent?: EventConstructor; readonly ErrorEvent?: EventConstructor }

// Node has a global CloseEvent from 23 on, and no ErrorEvent before 25.
const CloseEventBase: EventConstructor = platform.CloseEvent ?? Event
const ErrorEventBase: EventConstructor = platform.ErrorEvent ?? Event

/** The `close` event of a `WebSocket` (WHATWG WebSockets section 6): close code, close reason, and whether the closing handshake was completed. */
export class CloseEvent extends CloseEventBase {
  readonly #init: CloseEventInit

  constructor(type: string, init: CloseEventInit = {}) {
    super(type, init)
    this.#init = init
  }

  get wasClean(): boolean {
    return this.#init.wasClean ?? false
  }

  get code(): number {
    return this.#init.code ?? 0
  }

  get reason(): string {
    return this.#init.reason ?? ''
  }
}

/** `error` is the `HandshakeError` or `ConnectionError`, which a browser hides. This extends the standard, which fires a plain Event. */
export class ErrorEvent extends ErrorEventBase {
  readonly #init: ErrorEventInit

  constructor(type: string, init: ErrorEventInit = {}) {
    super(type, init)
    this.#init = init
  }

  get message(): string {
    return this.#init.message ?? ''
  }

  get error(): unknown {
    return this.#init.error
  }
}
