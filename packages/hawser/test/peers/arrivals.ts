/** The messages that a server gets, and the moment at which there are enough of them. */
export class Arrivals {
  readonly messages: unknown[] = []
  #arrived: (() => void) | undefined

  /** A handler for the options of a server. */
  readonly message = (_socket: unknown, message: unknown): void => {
    this.messages.push(message)
    this.#arrived?.()
  }

  async reach(count: number): Promise<void> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#arrived = resolve))
  }
}
