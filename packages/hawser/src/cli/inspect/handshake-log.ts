import type { ObservedHandshake } from '../../connection/observer.ts'
import { reportHandshake } from './handshake-report.ts'
import type { HandshakeReport } from './handshake-report.ts'

/** Handshakes kept for the page; the oldest is dropped first. */
const maxKept = 100

/**
 * Keeps only handshakes whose target has `inspect=` and a UUID that the page generated. Only a client that knows the UUID can read a
 * handshake, and those of other clients are not kept.
 */
export class HandshakeLog {
  readonly #reports = new Map<string, HandshakeReport>()
  readonly #declaredSubprotocols: readonly string[]

  constructor(declaredSubprotocols: readonly string[]) {
    this.#declaredSubprotocols = declaredSubprotocols
  }

  record(event: ObservedHandshake): void {
    const id = inspectId(event.request)
    // Only the first handshake with an id can be the page's
    if (id === undefined || this.#reports.has(id)) return
    const [oldest] = this.#reports.keys()
    if (oldest !== undefined && this.#reports.size >= maxKept) this.#reports.delete(oldest)
    this.#reports.set(id, reportHandshake(event, this.#declaredSubprotocols))
  }

  get(id: string): HandshakeReport | undefined {
    return this.#reports.get(id)
  }
}

function inspectId(request: Uint8Array): string | undefined {
  return /[?&]inspect=([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?=&|$)/.exec(requestTarget(request) ?? '')?.[1]
}

/** The request target in a head: from the request line or `:path`; undefined when there is none. */
function requestTarget(head: Uint8Array): string | undefined {
  if (head[0] === 0x3a) return /^:path: (.*)$/m.exec(Buffer.from(head).toString('latin1'))?.[1]?.trim()
  const end = head.indexOf(0x0a)
  const startLine = Buffer.from(head.subarray(0, end === -1 ? head.length : end)).toString('latin1')
  return /^\S+ (\S+)/.exec(startLine)?.[1]
}
