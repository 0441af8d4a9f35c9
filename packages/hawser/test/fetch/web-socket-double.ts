import type { WebSocketLike } from '../../src/fetch/web-socket.ts'

/** A socket of the web's shape, whose events a test emits. */
export class WebSocketDouble implements WebSocketLike {
  readyState: number
  bufferedAmount = 0
  binaryType: unknown
  readonly sent: unknown[] = []
  readonly closes: unknown[] = []
  readonly #listeners = new Map<string, ((event: any) => void)[]>()

  constructor(readyState: number) {
    this.readyState = readyState
  }

  accept(): void {
    this.readyState = 1
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(code?: number, reason?: string): void {
    this.closes.push([code, reason])
  }

  addEventListener(type: string, listener: (event: any) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener])
  }

  emit(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event)
  }
}
