/** The value of an event handler attribute such as `onmessage`; null for none. */
export type EventHandler<E extends Event> = ((event: E) => any) | null

/** What such an attribute gives when it is read, so that the class can stand where the DOM's WebSocket, with the DOM's events, is asked for. */
export type AssignedEventHandler = ((event: any) => any) | null

/**
 * Event handler IDL attributes (HTML section 8.1.8.1): a handler takes its place among the listeners when it is first set, keeps it when it is
 * changed, and loses it when it is set to null.
 */
export class EventHandlers {
  readonly #target: EventTarget
  readonly #handlers: Map<string, { handler: object; listener: (event: Event) => void }> = new Map()

  constructor(target: EventTarget) {
    this.#target = target
  }

  get(type: string): AssignedEventHandler {
    return (this.#handlers.get(type)?.handler ?? null) as AssignedEventHandler
  }

  set(type: string, value: unknown): void {
    const existing = this.#handlers.get(type)
    // [LegacyTreatNonObjectAsNull]: anything but an object or a function counts as null.
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
      if (existing === undefined) return
      this.#target.removeEventListener(type, existing.listener)
      this.#handlers.delete(type)
      return
    }
    if (existing !== undefined) {
      existing.handler = value
      return
    }
    const entry = {
      handler: value as object,
      listener: (event: Event): void => {
        // The event handler processing algorithm, step 5: if the return value is false, then set event's canceled flag.
        if (typeof entry.handler === 'function' && entry.handler.call(this.#target, event) === false) event.preventDefault()
      },
    }
    this.#handlers.set(type, entry)
    this.#target.addEventListener(type, entry.listener)
  }
}
