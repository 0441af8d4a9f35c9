import { hideUserinfo } from '../client/address.ts'
import { droppable } from '../connection/application-code.ts'
import { inspectAs } from '../connection/inspect.ts'
import { readCloseInfo, validateCloseCodeAndReason } from './close-info.ts'
import type { WebSocketCloseInfo } from './close-info.ts'
import { defineInterface } from './define-interface.ts'
import type { EstablishRuntime } from './runtime.ts'
import { readStreamArguments } from './stream-arguments.ts'
import type { WebSocketStreamInit } from './stream-arguments.ts'
import type { WebSocketOpenInfo, WebSocketStreamConstructor } from './stream-interface.ts'
import { WebSocketStreamSteps } from './stream-steps.ts'

/**
 * Makes the WebSocketStream interface object of the WebSockets standard, whose text is whatwg/websockets pull request 48, over connections that the
 * runtime makes. Beyond the standard, the second argument may have options of `connect`, and a `WebSocketError` has the reason in `cause`.
 */
export function createWebSocketStreamClass<Options extends WebSocketStreamInit>(runtime: EstablishRuntime): WebSocketStreamConstructor<Options> {
  class WebSocketStream {
    declare readonly [Symbol.toStringTag]: string

    readonly #steps: WebSocketStreamSteps

    /** The rest parameter makes `length` 1, because the second argument is optional (Web IDL section 3.7.1). */
    constructor(url: string | URL, ...[options]: [options?: Options]) {
      if (arguments.length === 0) throw new TypeError('new WebSocketStream: 1 argument required (the URL)')
      this.#steps = new WebSocketStreamSteps(runtime, readStreamArguments(url, options, runtime.baseUrl))
    }

    get url(): string {
      // The url getter steps are to return this's url, serialized.
      return this.#steps.url
    }

    get opened(): Promise<WebSocketOpenInfo> {
      // Web IDL section 3.7.6: an attribute of a promise type does not throw.
      if (!isStream(this)) return illegalInvocation()
      // The opened getter steps are to return this's opened promise.
      return this.#steps.opened
    }

    get closed(): Promise<Required<WebSocketCloseInfo>> {
      if (!isStream(this)) return illegalInvocation()
      // The closed getter steps are to return this's closed promise.
      return this.#steps.closed
    }

    /** The rest parameter makes `length` 0, because the argument is optional. */
    close(...[closeInfo]: [closeInfo?: WebSocketCloseInfo]): void {
      const steps = this.#steps
      // 1. Let code be closeInfo["closeCode"] if present, or null otherwise.
      // 2. Let reason be closeInfo["reason"].
      const info = readCloseInfo(closeInfo, 'the argument of WebSocketStream.close')
      // 3. Close the WebSocket with this, code, and reason.
      validateCloseCodeAndReason(info.code, info.reason)
      steps.close(info)
    }

    static isStream(value: unknown): boolean {
      return typeof value === 'object' && value !== null && #steps in value
    }
  }

  const { isStream } = WebSocketStream
  Reflect.deleteProperty(WebSocketStream, 'isStream')
  defineInterface(WebSocketStream, 'WebSocketStream')
  inspectAs(WebSocketStream, 'WebSocketStream', ({ url, opened, closed }) => ({ url: hideUserinfo(url), opened, closed }))
  return WebSocketStream
}

function illegalInvocation(): Promise<never> {
  return droppable(Promise.reject(new TypeError('Illegal invocation')))
}
