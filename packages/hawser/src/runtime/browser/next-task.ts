/** The part of a MessageChannel that every runtime's types have in their own way. */
interface Channel {
  readonly port1: { onmessage: (() => void) | null; close(): void }
  readonly port2: { postMessage(message: null): void }
}

/** Calls back in a task of its own. The timers of a page in the background fire once a second, and later once a minute; a message of its own arrives at once. */
export function nextTask(callback: () => void): void {
  const { port1, port2 } = new MessageChannel() as unknown as Channel
  port1.onmessage = () => {
    port1.close()
    callback()
  }
  port2.postMessage(null)
}
