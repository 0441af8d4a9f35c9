/** Pings, the closing handshake and echoes of an open connection. */
import { exitCodes } from '../../exit-codes.ts'
import type { FindingRule } from '../finding.ts'
import { answeredTogether, blameBox, boxEvidence, opened, seconds } from './evidence.ts'
import { endText, hasStarted, stopped } from './steps.ts'

/** Each is worth knowing by itself. */
export const connectionRules: readonly FindingRule[] = [
  {
    id: 'buffered',
    severity: 'problem',
    exit: exitCodes.timeout,
    diagnose(seen) {
      const { pings } = seen.messages.plain ?? {}
      if (pings === undefined || !answeredTogether(pings)) return undefined
      return {
        title: 'A box in between buffers: it holds small frames back and delivers several at once.',
        evidence: [
          `three Pings at intervals of ${pings.intervalMs} ms were answered together: their round trips are ${pings.roundTrips.map(seconds).join(', ')}`,
          ...boxEvidence(seen),
        ],
        ...blameBox(seen, true),
        advice: [
          'Turn buffering, compression and inspection of content off for this path; use wss, so that boxes which do not end TLS see no content.',
        ],
      }
    },
  },
  {
    id: 'no-pong',
    severity: 'warning',
    exit: exitCodes.warning,
    diagnose(seen) {
      const { plain } = seen.messages
      if (plain === undefined || plain.pings.roundTrips.length > 0) return undefined
      const answersClose = plain.end.initiator === 'local' && plain.end.received
      if (plain.received === 0 && !answersClose) return undefined
      return {
        title: `Pings are not answered, though ${plain.received === 0 ? 'our Close frame is' : 'messages of the server arrive'}.`,
        evidence: [
          plain.received === 0
            ? 'three Pings got no Pong, so whether messages arrive there cannot be seen from here'
            : `three Pings got no Pong, and ${plain.received} ${plain.received === 1 ? 'message' : 'messages'} came meanwhile`,
          ...boxEvidence(seen),
        ],
        ...blameBox(seen, false),
        advice: [
          'An endpoint answers a Ping with a Pong as soon as it can (RFC 6455 section 5.5.2). Peers that send Pings take this one for dead.',
          'If the server sends without a pause, it may not come to reading: let it wait while its peer does not keep up.',
        ],
      }
    },
  },
  {
    id: 'close-unanswered',
    severity: 'warning',
    exit: exitCodes.warning,
    diagnose(seen) {
      const { plain } = seen.messages
      if (plain === undefined || plain.end.initiator !== 'local' || plain.end.received || !hasStarted(plain)) return undefined
      if (plain.end.fault === 'peer' || stopped(plain) !== undefined) return undefined
      return {
        title: 'Our Close frame is not answered by one.',
        evidence: [endText(plain.end)],
        ...blameBox(seen, false),
        advice: ['An endpoint answers a Close frame with one (RFC 6455 section 5.5.1). Browsers report such an end as 1006, not clean.'],
      }
    },
  },
  {
    id: 'no-echo',
    severity: 'note',
    exit: exitCodes.clean,
    diagnose(seen) {
      const steps = seen.messages.plain?.steps ?? []
      if (steps.length === 0 || !steps.every(({ outcome }) => outcome === 'passed') || opened(seen, 'rfc6455') === undefined) return undefined
      return {
        title: 'The server sends no message back unchanged, so what arrived there cannot be compared.',
        evidence: ['a Ping after each message was answered, so each reached the endpoint; whether unchanged, nobody can see from here'],
        blame: 'the server',
        advice: ['hawser serve in the place of the application echoes everything.'],
      }
    },
  },
]
