import { HandshakeError } from '../core/errors.ts'
import { toDOMString, toUnsignedShort, toUSVString } from './conversions.ts'
import { defineInterface } from './define-interface.ts'

/** What every event's constructor takes; each is false by default. */
interface EventOptions {
  /** Whether the event reaches the ancestors of its target. */
  bubbles?: boolean
  /** Whether `preventDefault` has an effect. */
  cancelable?: boolean
  /** Whether the event leaves a shadow tree. */
  composed?: boolean
}

/** The attributes of a {@link CloseEvent}, as its constructor takes them. */
export interface CloseEventInit extends EventOptions {
  /** Default false. */
  wasClean?: boolean
  /** Default 0. */
  code?: number
  /** Default empty. */
  reason?: string
}

/** The attributes of an {@link ErrorEvent}, as its constructor takes them. */
export interface ErrorEventInit extends EventOptions {
  /** Default empty. */
  message?: string
  /** Default undefined. */
  error?: unknown
}

/** The `close` event of a `WebSocket` (WHATWG WebSockets section 6): close code, close reason, and whether the closing handshake was completed. */
export interface CloseEvent extends Event {
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean
  /** The close code received: 1005 for a Close frame without one, 1006 where none came. */
  readonly code: number
  /** The close reason received; may be empty. */
  readonly reason: string
}

/** `error` is the `HandshakeError` or `ConnectionError`, which a browser hides. This extends the standard, which fires a plain Event. */
export interface ErrorEvent extends Event {
  /** One sentence for a person, with the likely cause where one is known. */
  readonly message: string
  /** The `HandshakeError`, `ConnectionError` or other reason. */
  readonly error: unknown
}

/** The interface object of a {@link CloseEvent}. */
export interface CloseEventConstructor {
  /** `init` has the three attributes; by default they are false, 0 and empty. */
  new (type: string, init?: CloseEventInit): CloseEvent
  /** The object that has the attributes. */
  readonly prototype: CloseEvent
}

/** The interface object of an {@link ErrorEvent}. */
export interface ErrorEventConstructor {
  /** `init` has both attributes; by default they are empty and undefined. */
  new (type: string, init?: ErrorEventInit): ErrorEvent
  /** The object that has the attributes. */
  readonly prototype: ErrorEvent
}

class OwnCloseEvent extends Event {
  readonly #wasClean: boolean
  readonly #code: number
  readonly #reason: string

  constructor(type: string, init: CloseEventInit = {}) {
    if (arguments.length === 0) throw new TypeError('new CloseEvent: 1 argument required (the type)')
    super(type, init)
    // Web IDL section 3.2.17: members are read in lexicographical order, and null has none.
    const { code = 0, reason = '', wasClean = false } = (init as { [Attribute in keyof CloseEventInit]: unknown } | null) ?? {}
    this.#code = toUnsignedShort(code)
    this.#reason = toUSVString(reason)
    this.#wasClean = Boolean(wasClean)
  }

  get wasClean(): boolean {
    return this.#wasClean
  }

  get code(): number {
    return this.#code
  }

  get reason(): string {
    return this.#reason
  }
}

class OwnErrorEvent extends Event {
  readonly #message: string
  readonly #error: unknown

  constructor(type: string, init: ErrorEventInit = {}) {
    if (arguments.length === 0) throw new TypeError('new ErrorEvent: 1 argument required (the type)')
    super(type, init)
    const { error, message = '' } = (init as ErrorEventInit | null) ?? {}
    this.#error = error
    this.#message = toDOMString(message)
  }

  get message(): string {
    return this.#message
  }

  get error(): unknown {
    return this.#error
  }
}

const platform = globalThis as { readonly CloseEvent?: CloseEventConstructor; readonly ErrorEvent?: ErrorEventConstructor }

/** The runtime's own class where it has one: Node has it from 23 on. */
export const CloseEvent: CloseEventConstructor = platform.CloseEvent ?? named(OwnCloseEvent, 'CloseEvent')

/** The runtime's own class where it has one: Node has it from 25 on. */
export const ErrorEvent: ErrorEventConstructor = platform.ErrorEvent ?? named(OwnErrorEvent, 'ErrorEvent')

function named<Class extends { readonly prototype: object }>(constructor: Class, name: string): Class {
  defineInterface(constructor, name)
  return constructor
}

/** The `message` of an ErrorEvent: with the likely cause where the error has one. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof HandshakeError && error.hint !== undefined ? `${error.message}: ${error.hint}` : error.message
}
