import type { Buffer } from 'node:buffer'
import type { EventEmitter } from 'node:events'

/** A listener of `addEventListener`, as the DOM has it. */
export type Listener = ((event: any) => void) | { handleEvent(event: any): void }

const handlerKey: unique symbol = Symbol('handler')
const attributeKey: unique symbol = Symbol('set by an on* property')

interface Wrapper {
  (...values: any[]): void
  [handlerKey]?: Listener
  [attributeKey]?: boolean
}

/** The part of a WebSocket that makes events of what it emits. */
interface Target extends EventEmitter {
  readonly _wasClean: boolean
}

class Event {
  readonly #type: string
  readonly #target: Target

  constructor(type: string, target: Target) {
    this.#type = type
    this.#target = target
  }

  get type(): string {
    return this.#type
  }

  get target(): Target {
    return this.#target
  }
}

class CloseEvent extends Event {
  readonly #code: number
  readonly #reason: string
  readonly #wasClean: boolean

  constructor(target: Target, code: number, reason: string) {
    super('close', target)
    this.#code = code
    this.#reason = reason
    this.#wasClean = target._wasClean
  }

  get code(): number {
    return this.#code
  }

  get reason(): string {
    return this.#reason
  }

  get wasClean(): boolean {
    return this.#wasClean
  }
}

class ErrorEvent extends Event {
  readonly #error: Error

  constructor(target: Target, error: Error) {
    super('error', target)
    this.#error = error
  }

  get error(): Error {
    return this.#error
  }

  get message(): string {
    return this.#error.message
  }
}

class MessageEvent extends Event {
  readonly #data: unknown

  constructor(target: Target, data: unknown) {
    super('message', target)
    this.#data = data
  }

  get data(): unknown {
    return this.#data
  }
}

for (const [type, names] of [
  [Event, ['target', 'type']],
  [CloseEvent, ['code', 'reason', 'wasClean']],
  [ErrorEvent, ['error', 'message']],
  [MessageEvent, ['data']],
] as const) {
  for (const name of names) Object.defineProperty(type.prototype, name, { enumerable: true })
}

/** How the values of each event become its event object. */
const EVENTS: Readonly<Record<string, (target: Target, ...values: any[]) => Event>> = {
  open: (target) => new Event('open', target),
  message: (target, data: Buffer, isBinary: boolean) => new MessageEvent(target, isBinary ? data : data.toString()),
  close: (target, code: number, reason: Buffer) => new CloseEvent(target, code, reason.toString()),
  error: (target, error: Error) => new ErrorEvent(target, error),
}

const listenersOf = (target: Target, type: string): Wrapper[] => target.listeners(type) as Wrapper[]

/** Other types than `open`, `message`, `close` and `error` are ignored, as is a handler that listens already. */
export function addEventListener(target: Target, type: string, handler: Listener, once: boolean, attribute: boolean = false): void {
  const makeEvent = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
  if (makeEvent === undefined) return
  if (!attribute && listenersOf(target, type).some((known) => known[handlerKey] === handler && known[attributeKey] !== true)) return
  const wrapper: Wrapper = (...values) => {
    const event = makeEvent(target, ...values)
    if (typeof handler === 'object' && typeof handler.handleEvent === 'function') handler.handleEvent(event)
    else (handler as (event: Event) => void).call(target, event)
  }
  wrapper[handlerKey] = handler
  wrapper[attributeKey] = attribute
  if (once) target.once(type, wrapper)
  else target.on(type, wrapper)
}

export function removeEventListener(target: Target, type: string, handler: Listener): void {
  const found = listenersOf(target, type).find((known) => known[handlerKey] === handler && known[attributeKey] !== true)
  if (found !== undefined) target.removeListener(type, found)
}

/** The handler of an `on*` property. */
export function getAttribute(target: Target, type: string): Listener | null {
  return listenersOf(target, type).find((known) => known[attributeKey] === true)?.[handlerKey] ?? null
}

/** Takes the place of the handler before; anything but a function only removes it. */
export function setAttribute(target: Target, type: string, handler: unknown): void {
  const before = listenersOf(target, type).find((known) => known[attributeKey] === true)
  if (before !== undefined) target.removeListener(type, before)
  if (typeof handler === 'function') addEventListener(target, type, handler as Listener, false, true)
}
