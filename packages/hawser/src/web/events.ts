import { HandshakeError } from '../core/errors.ts'

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

  /** `init` has the three attributes; by default they are false, 0 and empty. */
  constructor(type: string, init: CloseEventInit = {}) {
    super(type, init)
    this.#init = init
  }

  /** Whether the closing handshake was completed. */
  get wasClean(): boolean {
    return this.#init.wasClean ?? false
  }

  /** The close code received: 1005 for a Close frame without one, 1006 where none came. */
  get code(): number {
    return this.#init.code ?? 0
  }

  /** The close reason received; may be empty. */
  get reason(): string {
    return this.#init.reason ?? ''
  }
}

/** `error` is the `HandshakeError` or `ConnectionError`, which a browser hides. This extends the standard, which fires a plain Event. */
export class ErrorEvent extends ErrorEventBase {
  readonly #init: ErrorEventInit

  /** `init` has both attributes; by default they are empty and undefined. */
  constructor(type: string, init: ErrorEventInit = {}) {
    super(type, init)
    this.#init = init
  }

  /** One sentence for a person, with the likely cause where one is known. */
  get message(): string {
    return this.#init.message ?? ''
  }

  /** The `HandshakeError`, `ConnectionError` or other reason. */
  get error(): unknown {
    return this.#init.error
  }
}

/** The event of each type that a `WebSocket` fires (WHATWG WebSockets section 3.1). */
export interface WebSocketEventMap {
  /** The connection is OPEN. */
  readonly open: Event
  /** A message arrived; `data` has it. */
  readonly message: MessageEvent
  /** The connection failed; `close` follows. */
  readonly error: ErrorEvent
  /** The connection ended. */
  readonly close: CloseEvent
}

/** A function, or an object with `handleEvent`, that gets events of one type; `this` of the function is the `WebSocket`. */
export type WebSocketListener<Target, E extends Event> = ((this: Target, event: E) => unknown) | { handleEvent(event: E): unknown }

/** `addEventListener` or `removeEventListener` as every EventTarget has it, with the runtime's own types. */
type ListenerParameters<Method extends 'addEventListener' | 'removeEventListener'> = Parameters<EventTarget[Method]>

/** The typed methods of a `WebSocket`: a listener of a known type gets its event. */
export interface WebSocketListeners {
  /** Adds a listener of one type of event. */
  addEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: WebSocketListener<this, WebSocketEventMap[Type]> | null,
    options?: ListenerParameters<'addEventListener'>[2],
  ): void
  /** Adds a listener of any type, as every EventTarget does. */
  addEventListener(...listening: ListenerParameters<'addEventListener'>): void
  /** Removes a listener of one type of event. */
  removeEventListener<Type extends keyof WebSocketEventMap>(
    type: Type,
    listener: WebSocketListener<this, WebSocketEventMap[Type]> | null,
    options?: ListenerParameters<'removeEventListener'>[2],
  ): void
  /** Removes a listener of any type, as every EventTarget does. */
  removeEventListener(...listening: ListenerParameters<'removeEventListener'>): void
}

/** The `message` of an ErrorEvent: with the likely cause where the error has one. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof HandshakeError && error.hint !== undefined ? `${error.message}: ${error.hint}` : error.message
}
