import type { ObservedFrame } from '../connection/observer.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ClosingReport, ClosingStep } from './report.ts'

const noCode = 1005

/** The closing handshake of one connection as a sequence (RFC 6455 section 7). */
export class ClosingLog {
  readonly #steps: ClosingStep[] = []
  #info: CloseInfo | undefined

  /** Takes each Close frame. The first of each direction counts (section 5.5.1). */
  frame({ direction, payload }: ObservedFrame, time: number): void {
    if (this.#steps.some(({ what }) => what === direction)) return
    const code = payload.length < 2 ? noCode : payload[0]! * 256 + payload[1]!
    this.#steps.push({ time, what: direction, code, reason: new TextDecoder().decode(payload.subarray(2)) })
  }

  end(info: CloseInfo, time: number): void {
    this.#info = info
    this.#steps.push({ time, what: 'ended', code: null, reason: info.error?.message ?? '' })
  }

  /** Null before the first Close frame, or the end. */
  report(): ClosingReport | null {
    const [first] = this.#steps
    if (first === undefined) return null
    const info = this.#info
    return {
      initiator: info?.initiator ?? (first.what === 'sent' ? 'local' : 'remote'),
      wasClean: info?.wasClean ?? false,
      code: info?.code ?? first.code ?? noCode,
      reason: info?.reason ?? first.reason,
      steps: this.#steps,
    }
  }
}
