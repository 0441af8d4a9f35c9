import type { CloseEvent, ErrorEvent } from './events.ts'

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
