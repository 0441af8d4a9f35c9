import type { CloseInfo } from '../../core/protocol/events.ts'
import { closeMs } from './handshake.ts'
import type { ProbeSocket } from './handshake.ts'
import { answeredTogether } from './rules/evidence.ts'
import type { CloseObservation, MessagesObservation, PingObservation, StepName, StepObservation } from './observation.ts'

export interface MessagesOptions {
  /** For each answer. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** The small text message; undefined: send Pings only. */
  readonly text: string | undefined
  /** The size of the large message. */
  readonly largeBytes: number
}

/** Apart enough to see whether a box in between delivers them one by one. */
const pingIntervalMs = 150
/** How long after its Pong the echo of a message may come: a server may answer Pings before it has handled the message. */
const graceMs = 400
/** The same once a message was not echoed: for a Close frame only. */
const shortGraceMs = 50
/** More than 16 bits of length: frames of this size have the longest header (RFC 6455 section 5.2). */
const mediumBytes = 65_536 + 1

/** The messages of one connection, as they arrive. Keeps none. */
export class EchoWatch {
  #expected: string | undefined
  /** Messages so far, echoes included. */
  received = 0
  #arrived: (() => void) | undefined

  readonly message = (message: string | Uint8Array): void => {
    this.received += 1
    if (this.#expected !== undefined && comparable(message) === this.#expected) this.#arrived?.()
  }

  /** Resolves when the message arrives. */
  expect(message: string | Uint8Array): Promise<void> {
    this.#expected = comparable(message)
    return new Promise((resolve) => {
      this.#arrived = resolve
    })
  }
}

function comparable(message: string | Uint8Array): string {
  return typeof message === 'string' ? `text ${message}` : `binary ${Buffer.from(message).toString('latin1')}`
}

/** Pings, messages and a Close frame over an open connection, which it ends. Bounded, and never throws. */
export async function observeMessages(socket: ProbeSocket, watch: EchoWatch, options: MessagesOptions): Promise<MessagesObservation> {
  const stop = (): void => socket.terminate()
  options.signal.addEventListener('abort', stop)
  if (options.signal.aborted) stop()
  try {
    const compressed = socket.extensions.some(({ name }) => name === 'permessage-deflate')
    let pings = await observePings(socket, options.timeoutMs)
    // A machine that stood still for a moment looks like a box that buffers, but not twice
    if (answeredTogether(pings)) pings = await observePings(socket, options.timeoutMs)
    const steps = options.text === undefined ? [] : await sendAll(socket, watch, { ...options, text: options.text }, pings.roundTrips.length > 0)
    void socket.close(1000)
    const end = await Promise.race([socket.closed, later(closeMs + 2000)])
    if (end === undefined) socket.terminate()
    return { compressed, pings, steps, received: watch.received, end: closeOf(end ?? (await socket.closed)) }
  } finally {
    options.signal.removeEventListener('abort', stop)
  }
}

async function observePings(socket: ProbeSocket, timeoutMs: number): Promise<PingObservation> {
  const roundTrips: number[] = []
  const pongs: Promise<void>[] = []
  for (let count = 0; count < 3 && socket.readyState === 'OPEN'; count++) {
    if (count > 0) await later(pingIntervalMs)
    pongs.push(
      socket.ping().then(
        (ms) => void roundTrips.push(ms),
        () => {},
      ),
    )
  }
  await Promise.race([Promise.all(pongs), later(timeoutMs)])
  return { intervalMs: pingIntervalMs, roundTrips: [...roundTrips] }
}

type SendOptions = MessagesOptions & { readonly text: string }

async function sendAll(socket: ProbeSocket, watch: EchoWatch, options: SendOptions, answersPings: boolean): Promise<StepObservation[]> {
  const encoder = new TextEncoder()
  const large = filler(options.largeBytes)
  const messages: readonly (readonly [name: StepName, message: string | Uint8Array, send: () => unknown])[] = [
    ['small', options.text, () => socket.send(options.text)],
    ['binary', encoder.encode(options.text), () => socket.send(encoder.encode(options.text))],
    ['fragmented', options.text, () => socket.sendStream(inThree(options.text))],
    ['medium', large.slice(0, mediumBytes), () => socket.send(large.slice(0, mediumBytes))],
    ['large', large, () => socket.send(large)],
  ]
  const steps: StepObservation[] = []
  let grace = graceMs
  for (const [name, message, send] of messages) {
    if (name === 'medium' && options.largeBytes <= mediumBytes) continue
    // Ended before the first message: that says nothing about messages
    if (steps.length === 0 && socket.readyState !== 'OPEN') break
    const started = performance.now()
    const outcome = await step(socket, watch, message, send, { timeoutMs: options.timeoutMs, graceMs: grace, answersPings })
    steps.push({ name, bytes: message.length, outcome, ms: performance.now() - started })
    if (outcome === 'ended' || outcome === 'silent') break
    if (outcome === 'passed') grace = shortGraceMs
  }
  return steps
}

async function* inThree(text: string): AsyncGenerator<string> {
  const third = Math.ceil(text.length / 3)
  for (const start of [0, third, 2 * third]) yield text.slice(start, start + third)
}

async function step(
  socket: ProbeSocket,
  watch: EchoWatch,
  message: string | Uint8Array,
  send: () => unknown,
  { timeoutMs, graceMs, answersPings }: { readonly timeoutMs: number; readonly graceMs: number; readonly answersPings: boolean },
): Promise<StepObservation['outcome']> {
  const ended = socket.closed.then(() => 'ended' as const)
  if (socket.readyState !== 'OPEN') return 'ended'
  const echoed = watch.expect(message).then(() => 'echoed' as const)
  const passed = (async () => {
    await send()
    // A Ping overtakes what waits in this process, and would prove nothing about it
    await socket.drained
    await (answersPings
      ? socket.ping().then(
          () => undefined,
          () => ended,
        )
      : ended)
    await later(graceMs)
    return socket.readyState === 'OPEN' ? ('passed' as const) : ended
  })()
  return Promise.race([echoed, ended, passed, later(timeoutMs).then(() => 'silent' as const)])
}

/** Text that hardly compresses: repetition would exceed the ratio that servers allow. */
export function filler(length: number): string {
  let text = ''
  let state = 0x2545_f491
  while (text.length < length) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    text += (state >>> 0).toString(36)
  }
  return text.slice(0, length)
}

export function closeOf(info: CloseInfo): CloseObservation {
  const { code, reason, initiator, received, wasClean, error } = info
  return {
    code,
    reason,
    initiator,
    received: received !== undefined,
    wasClean,
    ...(error === undefined ? {} : { fault: error.fault, error: error.message }),
  }
}

/** Does not keep the process alive after the examination. */
export function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref()
  })
}
