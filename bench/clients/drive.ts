/** The loop of every measured client: it keeps one message in flight on each connection, and sends and receives text as strings. */
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { payload } from '../load/frames.ts'

export interface ClientLink {
  send(text: string): void
  /** Ends the connection at once; the WHATWG interface has no such method. */
  terminate?(): void
}

/** Connections that are opened at the same time. */
const openingAtOnce = 16

export interface ClientSetup {
  readonly hawser: string
}

/** @param open connects and calls `received` for each message. */
export type Open = (url: string, received: (text: string) => void) => Promise<ClientLink>

export function readClientSetup(): ClientSetup {
  return JSON.parse(process.argv[2] ?? 'null') as ClientSetup
}

interface Slot {
  link: ClientLink | undefined
}

export function drive(open: Open, note?: string): void {
  const slots: Slot[] = []
  let text = ''
  let running = false
  let messages = 0
  let busy = 0
  let settle: (() => void) | undefined

  const received = (slot: Slot, message: string): void => {
    if (typeof message !== 'string' || message.length !== text.length) throw new Error('the echo is not the text that was sent')
    messages++
    if (running) slot.link?.send(text)
    else if (--busy === 0) settle?.()
  }

  answer(note === undefined ? {} : { note }, {
    ...usageCommands,
    async open({ port, count, size }: { port: number; count: number; size: number }): Promise<void> {
      text = payload('text', size, 0).toString()
      const openOne = async (): Promise<void> => {
        const slot: Slot = { link: undefined }
        slot.link = await open(`ws://127.0.0.1:${port}/`, (message) => received(slot, message))
        slots.push(slot)
      }
      for (let i = 0; i < count; i += openingAtOnce) await Promise.all(Array.from({ length: Math.min(openingAtOnce, count - i) }, openOne))
    },
    /** Opening handshakes, each followed by the end of the connection. */
    async handshakes({ port, count }: { port: number; count: number }): Promise<{ messages: number; wallMs: number }> {
      const start = performance.now()
      let left = count
      const some = async (): Promise<void> => {
        while (left-- > 0) {
          const link = await open(`ws://127.0.0.1:${port}/`, () => undefined)
          if (link.terminate === undefined) throw new Error('it cannot end a connection at once')
          link.terminate()
        }
      }
      await Promise.all(Array.from({ length: openingAtOnce }, some))
      return { messages: count, wallMs: performance.now() - start }
    },
    async run({ durationMs }: { durationMs: number }): Promise<{ messages: number; wallMs: number }> {
      const start = performance.now()
      messages = 0
      busy = slots.length
      running = true
      const done = new Promise<void>((resolve) => {
        settle = resolve
      })
      setTimeout(() => {
        running = false
      }, durationMs)
      for (const slot of slots) slot.link?.send(text)
      await done
      return { messages, wallMs: performance.now() - start }
    },
  })
}
