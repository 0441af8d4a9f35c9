/** The run was interrupted before the case had a verdict. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'

  constructor() {
    super('the run was interrupted')
  }
}

/** Rejects with Interrupted once `signal` is aborted. One for a whole run: Node warns of a signal with more than ten listeners. */
export function interruptionOf(signal: AbortSignal | undefined): Promise<never> {
  const interruption = new Promise<never>((_, reject) => {
    const interrupt = (): void => reject(new Interrupted())
    if (signal?.aborted === true) interrupt()
    else signal?.addEventListener('abort', interrupt, { once: true })
  })
  interruption.catch(() => {})
  return interruption
}
