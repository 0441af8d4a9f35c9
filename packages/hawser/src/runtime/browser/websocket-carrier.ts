import type { CloseFrame } from '../../core/protocol/events.ts'
import type { AgreedExtension, SendResult } from '../../connection/socket.ts'
import type { WebSocketInstance } from '../../web/interface.ts'
import type { EstablishRequest } from '../../web/runtime.ts'
import { closeInfo } from './carrier.ts'
import { nextTask } from './next-task.ts'
import type { Carrier, CarrierHandler } from './carrier.ts'
import { platform } from './platform.ts'

/**
 * The platform has no event for it. Each look costs a timer's call while somebody waits. The first looks come sooner, because a small message leaves in one of
 * the next tasks: looking every 20 ms, a stream wrote fifty messages a second.
 */
const DRAIN_POLL_MS = 20
/** What has left by then is seen at once, and for what waits for the peer no processor is kept busy. */
const MAX_TASKS = 30

/**
 * Opens a connection with the platform's `WebSocket`.
 * @throws DOMException SyntaxError for a URL that the platform does not take
 */
export function openWebSocket({ url, subprotocols, signal }: EstablishRequest, handler: CarrierHandler): void {
  const socket = new platform.WebSocket(url, [...subprotocols])
  socket.binaryType = 'arraybuffer'
  let carrier: WebSocketCarrier | undefined
  let isOver = false
  /** The first of `error` and `close`: the WebSocket of Node 22 has no `close` after a handshake that failed. */
  const failed = (cause: unknown): void => {
    if (isOver) return
    isOver = true
    signal.removeEventListener('abort', abort)
    handler.failed(signal.aborted ? signal.reason : cause)
  }
  const abort = (): void => socket.close()
  signal.addEventListener('abort', abort)
  socket.onopen = () => {
    signal.removeEventListener('abort', abort)
    carrier = new WebSocketCarrier(socket)
    handler.open(carrier)
  }
  socket.onmessage = ({ data }) => handler.message(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer))
  // A page is told nothing; other runtimes may have an error.
  socket.onerror = (event) => {
    if (carrier === undefined) failed((event as { error?: unknown }).error ?? new Error('the WebSocket was closed before it was open'))
  }
  socket.onclose = (event) => {
    if (carrier === undefined) failed(new Error('the WebSocket was closed before it was open'))
    else handler.closed(closeInfo(event, carrier.sent))
  }
}

/** The platform's `WebSocket` once it is open. It cannot stop reading. */
class WebSocketCarrier implements Carrier {
  readonly canPause = false
  readonly isSilentAfterClose = true
  sent: CloseFrame | undefined
  readonly #socket: WebSocketInstance

  constructor(socket: WebSocketInstance) {
    this.#socket = socket
  }

  get subprotocol(): string {
    return this.#socket.protocol
  }

  get extensions(): readonly AgreedExtension[] {
    return readExtensions(this.#socket.extensions)
  }

  get readyState(): 'OPEN' | 'CLOSING' | 'CLOSED' {
    const { readyState } = this.#socket
    return readyState === 1 ? 'OPEN' : readyState === 2 ? 'CLOSING' : 'CLOSED'
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount
  }

  get drained(): Promise<void> {
    return new Promise((resolve) => {
      let looks = 0
      const look = (): void => {
        if (this.bufferedAmount === 0 || this.readyState === 'CLOSED') resolve()
        else if (looks++ < MAX_TASKS) nextTask(look)
        else setTimeout(look, DRAIN_POLL_MS)
      }
      look()
    })
  }

  send(message: string | Uint8Array): SendResult {
    if (this.readyState !== 'OPEN') return 'closed'
    this.#socket.send(message)
    return 'sent'
  }

  startClosing(code: number | undefined, reason: string): void {
    this.sent ??= { code: code ?? 1005, reason }
    // Not every browser takes an undefined code as none.
    if (code === undefined) this.#socket.close()
    else this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.close()
  }

  pause(): void {}

  resume(): void {}
}

/** The platform's serialization of what it agreed to and checked. The parser of peers' fields would be a tenth of a client. */
export function readExtensions(serialized: string): readonly AgreedExtension[] {
  const extensions: { name: string; parameters: [name: string, value: string | true][] }[] = []
  let before = ','
  for (const [token, quoted] of serialized.matchAll(/"((?:[^"\\]|\\.)*)"|[,;=]|[^\s,;="]+/g)) {
    const parameters = extensions.at(-1)?.parameters
    const text = quoted?.replaceAll(/\\(.)/g, '$1') ?? token
    if (quoted === undefined && /[,;=]/.test(token)) before = token
    else if (before === ',') extensions.push({ name: text, parameters: [] })
    else if (before === ';') parameters?.push([text, true])
    else parameters?.push([parameters.pop()?.[0] ?? '', text])
  }
  return extensions
}
