import { hideUserinfo } from '../client/address.ts'
import { inspectAs } from '../connection/inspect.ts'
import { readCloseArguments, readConstructorArguments, readMessage } from './arguments.ts'
import type { WebSocketInit } from './arguments.ts'
import { toDOMString } from './conversions.ts'
import { defineInterface } from './define-interface.ts'
import type { BinaryType } from './event-data.ts'
import { EventHandlers } from './event-handlers.ts'
import type { AssignedEventHandler, EventHandler } from './event-handlers.ts'
import type { CloseEvent, ErrorEvent } from './events.ts'
import type { TypedEventTarget, WebSocketConstructor } from './interface.ts'
import { CLOSED, CLOSING, CONNECTING, OPEN } from './ready-state.ts'
import type { WebSocketRuntime } from './runtime.ts'
import { WebSocketSteps } from './steps.ts'

/** The runtime's class; its methods know the events. */
const TypedEventTarget: new () => TypedEventTarget = EventTarget

/**
 * Makes the WebSocket interface object of the WHATWG WebSockets standard, section 3.1, over connections that the runtime makes. Beyond the
 * standard, the second argument may be an object, and an `error` event has the reason in `error`. A class for each runtime, rather than a common
 * base, has the members on its own prototype, directly below EventTarget's, as Web IDL section 3.7 requires.
 */
export function createWebSocketClass<Options extends WebSocketInit>(runtime: WebSocketRuntime): WebSocketConstructor<Options> {
  class WebSocket extends TypedEventTarget {
    declare static readonly CONNECTING: 0
    declare static readonly OPEN: 1
    declare static readonly CLOSING: 2
    declare static readonly CLOSED: 3
    declare readonly CONNECTING: 0
    declare readonly OPEN: 1
    declare readonly CLOSING: 2
    declare readonly CLOSED: 3
    declare readonly [Symbol.toStringTag]: string

    readonly #handlers: EventHandlers
    readonly #steps: WebSocketSteps

    constructor(url: string | URL, protocols: unknown = []) {
      if (arguments.length === 0) throw new TypeError('new WebSocket: 1 argument required (the URL)')
      super()
      this.#handlers = new EventHandlers(this)
      // 1. Let baseURL be this's relevant settings object's API base URL.
      // 2. to 4. Let urlRecord be the result of getting a URL record given url and baseURL. Check protocols.
      this.#steps = new WebSocketSteps(this, runtime, readConstructorArguments(url, protocols, runtime.baseUrl))
    }

    get url(): string {
      return this.#steps.url
    }

    get readyState(): 0 | 1 | 2 | 3 {
      return this.#steps.readyState
    }

    get bufferedAmount(): number {
      return this.#steps.bufferedAmount
    }

    get onopen(): AssignedEventHandler {
      return this.#handlers.get('open')
    }

    set onopen(handler: EventHandler<Event>) {
      this.#handlers.set('open', handler)
    }

    get onerror(): AssignedEventHandler {
      return this.#handlers.get('error')
    }

    set onerror(handler: EventHandler<ErrorEvent>) {
      this.#handlers.set('error', handler)
    }

    get onclose(): AssignedEventHandler {
      return this.#handlers.get('close')
    }

    set onclose(handler: EventHandler<CloseEvent>) {
      this.#handlers.set('close', handler)
    }

    get extensions(): string {
      return this.#steps.extensions
    }

    get protocol(): string {
      return this.#steps.protocol
    }

    /** The rest parameter makes `length` 0, because both arguments are optional (Web IDL section 3.7.7). */
    close(...[code, reason]: [code?: number, reason?: string]): void {
      const steps = this.#steps
      const parsed = readCloseArguments(code, reason)
      steps.close(parsed.code, parsed.reason)
    }

    get onmessage(): AssignedEventHandler {
      return this.#handlers.get('message')
    }

    set onmessage(handler: EventHandler<MessageEvent>) {
      this.#handlers.set('message', handler)
    }

    get binaryType(): BinaryType {
      return this.#steps.binaryType
    }

    set binaryType(value: BinaryType) {
      const steps = this.#steps
      // Web IDL section 3.7.6: the value is converted to a string, and one that is not in the enumeration is ignored.
      const type = toDOMString(value)
      if (type === 'blob' || type === 'arraybuffer') steps.binaryType = type
    }

    send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void {
      const steps = this.#steps
      if (arguments.length === 0) throw new TypeError('WebSocket.send: 1 argument required')
      steps.send(readMessage(data))
    }
  }

  defineInterface(WebSocket, 'WebSocket', { CONNECTING, OPEN, CLOSING, CLOSED })
  inspectAs(WebSocket, 'WebSocket', ({ url, readyState, protocol, extensions, binaryType, bufferedAmount }) => {
    return { url: hideUserinfo(url), readyState, protocol, extensions, binaryType, bufferedAmount }
  })
  return WebSocket
}
