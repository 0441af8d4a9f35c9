import { setTimeout as delay } from 'node:timers/promises'
import { defaultBounds } from '../bounds.ts'
import { PreflightError } from './faults.ts'
import { describe, nextEvent, openProbe, tryEcho } from './probe.ts'
import type { Probe, ProbeOptions } from './probe.ts'

/** Options of `checkServer`. */
export interface PreflightOptions {
  /** Field lines for every request, for example an Origin or a Cookie. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
  /** Take any certificate. Default false. */
  readonly insecure?: boolean
  /** How long to wait for each answer, in milliseconds. Default 3 000. */
  readonly answerMs?: number
  /** How long to try again while the server is not reachable, in milliseconds. Default 0. */
  readonly waitMs?: number
  /** Whether to look for the largest message that the server takes. Default true. */
  readonly limit?: boolean
}

/** What the preflight found out about a server that can be tested. */
export interface ServerAbilities {
  /** The server echoes binary messages; one that closes with 1003 does not take them. */
  readonly binary: boolean
  /** The server agrees to at least one permessage-deflate offer. */
  readonly deflate: boolean
  /** The longest message known to come back, in bytes, where a longer one was refused with 1009; undefined where none of up to 16 MiB was. */
  readonly messageLimit: number | undefined
  /** A message that was neither echoed nor refused with 1009: its length in bytes, and what came instead. */
  readonly notEchoed?: NotEchoed
}

interface NotEchoed {
  readonly length: number
  readonly what: string
}

const offers =
  'permessage-deflate; client_max_window_bits, permessage-deflate, permessage-deflate; server_no_context_takeover; client_no_context_takeover'

/**
 * Tells whether a server can be tested and what it is able to do, before a run wastes time on it.
 * @throws PreflightError that says in one line what is wrong
 */
export async function checkServer(url: string | URL, options: PreflightOptions = {}): Promise<ServerAbilities> {
  const target = new URL(url)
  const settings = { fields: options.fields ?? [], insecure: options.insecure ?? false, answerMs: options.answerMs ?? defaultBounds.answerMs }
  const first = await openPatiently(target, settings, options.waitMs ?? 0)
  const binary = await finishing(first, (probe) => checkEcho(probe, settings.answerMs))
  const deflate = await finishing(await openProbe(target, settings, offers), async (probe) => probe.deflate)
  const limit = options.limit === false ? undefined : await findLimit(target, settings)
  if (typeof limit === 'object') await untilAnswering(target, settings)
  return typeof limit === 'object' ? { binary, deflate, messageLimit: undefined, notEchoed: limit } : { binary, deflate, messageLimit: limit }
}

/** Tries again until `waitMs` are over while the reason may go away. */
async function openPatiently(target: URL, settings: ProbeOptions, waitMs: number): Promise<Probe> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      return await openProbe(target, settings)
    } catch (error) {
      if (!(error instanceof PreflightError && error.isTemporary)) throw error
      if (performance.now() >= deadline) {
        const advice = waitMs === 0 ? '--wait 30s waits for a server that is starting' : `waited ${waitMs / 1000} s`
        throw new PreflightError(`${error.message}; ${advice}`)
      }
    }
    await delay(Math.min(200, Math.max(1, deadline - performance.now())))
  }
}

/** How long a server may work on a message that it did not echo in time, in milliseconds. */
const mostBusyMs = 30_000

/** A server with one thread may still be busy with the message that it did not echo: the cases would blame it for that. */
async function untilAnswering(target: URL, settings: ProbeOptions): Promise<void> {
  const deadline = performance.now() + mostBusyMs
  while (performance.now() < deadline) {
    try {
      const echo = await finishing(await openProbe(target, settings), (probe) => tryEcho(probe, 1, 'preflight', settings.answerMs))
      if (echo.type === 'echoed') return
    } catch {
      await delay(200)
    }
  }
}

async function finishing<T>(probe: Probe, use: (probe: Probe) => Promise<T>): Promise<T> {
  try {
    return await use(probe)
  } finally {
    probe.peer.link.destroy()
  }
}

const echoes = 'the suite tests an endpoint that sends every message back unchanged, and nothing else'

/** @returns whether binary messages come back as text messages do */
async function checkEcho(probe: Probe, answerMs: number): Promise<boolean> {
  const greeting = await nextEvent(probe.peer, defaultBounds.silenceMs)
  if (greeting.type === 'message') throw new PreflightError(`your server begins with ${describe(greeting)} before it receives anything; ${echoes}`)
  if (greeting.type !== 'timeout') throw new PreflightError(`your server opens the connection and goes on with ${describe(greeting)}; ${echoes}`)
  const text = await tryEcho(probe, 1, 'preflight \u00e9', answerMs)
  if (text.type !== 'echoed') throw new PreflightError(`your server answered the text message "preflight \u00e9" with ${shown(text)}; ${echoes}`)
  const binary = await tryEcho(probe, 2, 'preflight', answerMs)
  // RFC 6455 section 7.4.1: 1003 is for an endpoint that understands only text.
  if (binary.type === 'refused' && binary.code === 1003) return false
  if (binary.type !== 'echoed') throw new PreflightError(`your server echoes text, and answered a binary message with ${shown(binary)}; ${echoes}`)
  return true
}

function shown(echo: { readonly type: 'refused'; readonly code: number } | { readonly type: 'other'; readonly what: string }): string {
  return echo.type === 'refused' ? `a Close frame with code ${echo.code}` : echo.what
}

const leastTried = 1 << 16
const mostTried = 1 << 24

/** Doubles the length of a message until 1009, then tries the places where limits usually are, then halves the interval eight times. */
async function findLimit(target: URL, settings: ProbeOptions): Promise<number | NotEchoed | undefined> {
  let taken = 0
  let refused = leastTried
  for (; refused <= mostTried; refused *= 2) {
    const outcome = await tryLength(target, settings, refused)
    if (outcome === 'refused') break
    if (typeof outcome === 'object') return outcome
    taken = refused
  }
  if (refused > mostTried) return undefined
  for (let step = 0; step < 8 && refused - taken > 1; step++) {
    const length = step === 0 ? taken + 1 : Math.floor((taken + refused) / 2)
    const outcome = await tryLength(target, settings, length)
    if (typeof outcome === 'object') return outcome
    if (outcome === 'echoed') taken = length
    else refused = length
  }
  return taken
}

async function tryLength(target: URL, settings: ProbeOptions, length: number): Promise<'echoed' | 'refused' | NotEchoed> {
  return finishing(await openProbe(target, settings), async (probe) => {
    const echo = await tryEcho(probe, 1, { fill: 'x', length }, settings.answerMs)
    if (echo.type === 'echoed') return 'echoed'
    return echo.type === 'refused' && echo.code === 1009 ? 'refused' : { length, what: shown(echo) }
  })
}
