import type {
  Answer,
  CloseObservation,
  FailedHandshake,
  IdleObservation,
  MessagesObservation,
  Observations,
  OpenedHandshake,
  StepName,
  StepObservation,
} from '../../../src/cli/doctor/observation.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'

/** Of a server where everything works, but for what is given. */
export function seen(given: Partial<Omit<Observations, 'target'>> & { readonly url?: string } = {}): Observations {
  const { url = 'wss://app.example/chat', handshakes = {}, ...rest } = given
  return {
    target: readTarget(url),
    subprotocols: [],
    reach: { addresses: ['192.0.2.1'] },
    raw: { ordinary: { answer: answer(426), ms: 1 }, 'connection-list': { answer: answer(101), ms: 1 } },
    messages: {},
    ...rest,
    handshakes: {
      rfc6455: opened(),
      browser: opened(),
      'no-origin': opened(),
      'no-compression': opened(),
      'foreign-origin': failed({ answer: answer(403) }),
      ...handshakes,
    },
  }
}

/** Of a server that refuses every handshake over HTTP/1.1 in the same way. */
export function refusing(failure: FailedHandshake, given: Parameters<typeof seen>[0] = {}): Observations {
  const all = { rfc6455: failure, browser: failure, 'no-origin': failure, 'no-compression': failure, 'foreign-origin': failure }
  return seen({ raw: { 'connection-list': { answer: answer(400), ms: 1 } }, ...given, handshakes: { ...all, ...given.handshakes } })
}

export function answer(status: number, body = '', fields: Record<string, string> = {}): Answer {
  return { httpVersion: '1.1', status, statusText: '', fields: Object.entries(fields), body }
}

export function opened(given: Partial<OpenedHandshake> = {}): OpenedHandshake {
  return { outcome: 'opened', answer: answer(101), subprotocol: '', extensions: [], ms: 1, ...given }
}

export function failed(given: Partial<FailedHandshake> = {}): FailedHandshake {
  return { outcome: 'failed', stage: 'response', fault: 'peer', message: 'the message', ms: 1, ...given }
}

/** A refusal with this answer. */
export function refused(status: number, body = '', fields: Record<string, string> = {}): FailedHandshake {
  return failed({ answer: answer(status, body, fields) })
}

export const clean: CloseObservation = { code: 1000, reason: '', initiator: 'local', received: true, wasClean: true }
export const dropped: CloseObservation = { code: 1006, reason: '', initiator: 'network', received: false, wasClean: false }

/** The outcomes in the order of the steps; those that are missing were not reached. */
export function messages(outcomes: readonly StepObservation['outcome'][], given: Partial<MessagesObservation> = {}): MessagesObservation {
  const names: readonly StepName[] = ['small', 'binary', 'fragmented', 'medium', 'large']
  const steps = outcomes.map(
    (outcome, index): StepObservation => ({ name: names[index] ?? 'large', bytes: [13, 13, 13, 65_537, 1_048_576][index] ?? 0, outcome, ms: 1 }),
  )
  return {
    compressed: false,
    pings: { intervalMs: 150, roundTrips: [1, 1, 1] },
    steps,
    received: outcomes.filter((outcome) => outcome === 'echoed').length,
    end: clean,
    ...given,
  }
}

export function idle(silent: Partial<IdleObservation['silent']>, pingedSurvives = true): IdleObservation {
  return {
    lengthMs: 65_000,
    silent: { survived: true, afterMs: 65_000, pings: [], ...silent },
    pinged: { survived: pingedSurvives, afterMs: 65_000, pings: [] },
    pingIntervalMs: 16_250,
  }
}
