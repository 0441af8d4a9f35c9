/** Messages that do not pass on an open connection. */
import { exitCodes } from '../../exit-codes.ts'
import type { ExitCode } from '../../exit-codes.ts'
import type { Diagnosis, FindingRule, Severity } from '../finding.ts'
import type { MessagesObservation, Observations, StepObservation } from '../observation.ts'
import { blameBox, boxEvidence, seconds } from './evidence.ts'
import { endText, hasStarted, isLarge, largestPassed, stepNames, stopped } from './steps.ts'

/** A rule about the connection that has no compression. */
function whenPlain(
  id: string,
  severity: Severity,
  exit: ExitCode,
  diagnose: (plain: MessagesObservation, seen: Observations) => Diagnosis | undefined,
): FindingRule {
  return { id, severity, exit, diagnose: (seen) => (seen.messages.plain === undefined ? undefined : diagnose(seen.messages.plain, seen)) }
}

/** A rule about the message at which that connection stopped working. */
function whenStopped(
  id: string,
  severity: Severity,
  exit: ExitCode,
  diagnose: (failure: StepObservation, plain: MessagesObservation, seen: Observations) => Diagnosis | undefined,
): FindingRule {
  return whenPlain(id, severity, exit, (plain, seen) => {
    const failure = stopped(plain)
    return failure === undefined ? undefined : diagnose(failure, plain, seen)
  })
}

/** In this order; the first that applies explains why messages do not pass. */
export const messageRules: readonly FindingRule[] = [
  whenPlain('silent-after-101', 'problem', exitCodes.timeout, (plain, seen) => {
    if (hasStarted(plain)) return undefined
    if (plain.end.initiator !== 'local' || plain.end.fault === 'peer' || plain.end.received) return undefined
    return {
      title: 'The 101 comes, and nothing after it: neither a Pong nor a message.',
      evidence: ['three Pings were not answered', 'the handshake opens a WebSocket', ...boxEvidence(seen)],
      ...blameBox(seen, false),
      advice: [
        'A box in between that buffers, or that knows no upgrade, holds the bytes back: turn buffering and inspection of content off for this path.',
        'If there is none, the server does not read the connection, or answers no Ping (RFC 6455 section 5.5.2).',
      ],
    }
  }),
  whenPlain('protocol-broken', 'problem', exitCodes.protocolError, (plain, seen) => {
    if (plain.end.fault !== 'peer') return undefined
    return {
      title: 'The server sends frames that break RFC 6455, so every client fails the connection.',
      evidence: [plain.end.error ?? 'the connection failed here', ...boxEvidence(seen)],
      ...blameBox(seen, false),
      advice: [
        'Look for text that something writes to the socket after the 101, such as the rest of an HTTP response, and for masked frames.',
        'The conformance suite tells all that the server does wrong: npx @hawser/conformance server URL',
      ],
    }
  }),
  whenPlain('closes-after-101', 'problem', exitCodes.abnormal, (plain, seen) => {
    // Without a step it ended before the first message was sent
    if ((hasStarted(plain) && plain.steps.length > 0) || plain.end.initiator === 'local') return undefined
    return {
      title: 'The connection is closed right after the handshake.',
      evidence: [endText(plain.end), ...boxEvidence(seen)],
      ...(plain.end.received ? { blame: 'the server' as const } : blameBox(seen, false)),
      advice: [
        plain.end.received
          ? 'The close code and reason tell why: usually credentials that it checks after the handshake.'
          : 'Look at the log of the server: it crashes or destroys the socket after the 101.',
      ],
    }
  }),
  whenPlain('compression-broken', 'problem', exitCodes.protocolError, (plain, seen) => {
    const { compressed } = seen.messages
    const failure = stopped(compressed)
    if (compressed === undefined || failure === undefined) return undefined
    const same = plain.steps.find(({ name }) => name === failure.name)
    if (same?.outcome !== 'echoed' && same?.outcome !== 'passed') return undefined
    return {
      title: 'Compression is agreed and broken: messages fail with it, and pass without it.',
      evidence: [
        `with permessage-deflate ${stepNames[failure.name]} ${failure.outcome === 'silent' ? 'is not answered' : 'ends the connection'}: ${endText(compressed.end)}`,
        'without it the same message passes',
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, false),
      advice: [
        'Turn permessage-deflate off at the server, or update it. It must keep the sliding window unless no_context_takeover was agreed (RFC 7692 section 7.1.1).',
        'A box in between that takes part in frames, but not in compression, must drop Sec-WebSocket-Extensions.',
      ],
    }
  }),
  whenStopped('message-too-big', 'warning', exitCodes.warning, (failure, plain) => {
    if (!isLarge(failure) || plain.end.code !== 1009) return undefined
    return {
      title: `Messages of ${failure.bytes} bytes are too big for the server (1009).`,
      evidence: [endText(plain.end), largestPassed(plain)],
      blame: 'the server',
      advice: [
        'Raise its limit if the application needs such messages (hawser: limits.message), or send smaller ones. --large sets the size that is tried.',
      ],
    }
  }),
  whenStopped('large-message-cut', 'problem', exitCodes.abnormal, (failure, plain, seen) => {
    if (!isLarge(failure) || (plain.end.received && failure.outcome === 'ended')) return undefined
    return {
      title: 'Large messages are cut: the connection does not survive them.',
      evidence: [
        `a message of ${failure.bytes} bytes ${failure.outcome === 'silent' ? `is not answered within ${seconds(failure.ms)}` : 'ends the connection'}; ${largestPassed(plain)}`,
        endText(plain.end),
        'a server that finds a message too big says so with 1009',
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, false),
      advice: [
        'Look for a limit on sizes in a box in between (AWS API Gateway: 32 KiB for a frame, 128 KiB for a message) or for a crash of the server.',
      ],
    }
  }),
  whenStopped('fragments-broken', 'problem', exitCodes.protocolError, (failure, plain, seen) => {
    if (failure.name !== 'fragmented') return undefined
    return {
      title: 'Fragmented messages do not pass.',
      evidence: [
        `a message in three fragments ${failure.outcome === 'silent' ? 'is not answered' : 'ends the connection'}: ${endText(plain.end)}`,
        'the same message in one frame passes',
      ],
      ...blameBox(seen, false),
      advice: ['Every endpoint must reassemble fragments (RFC 6455 section 5.4), and boxes in between may make them. Update the server.'],
    }
  }),
  whenStopped('message-refused', 'note', exitCodes.clean, (failure, plain) => {
    if (failure.outcome !== 'ended' || !plain.end.received) return undefined
    return {
      title: `The application closes the connection after ${stepNames[failure.name]} that it does not expect (${plain.end.code}).`,
      evidence: [endText(plain.end)],
      blame: 'the server',
      advice: [
        'This says nothing against the connection. --message TEXT gives a message that the application knows; --no-messages sends Pings only.',
      ],
    }
  }),
  whenStopped('message-ends-connection', 'problem', exitCodes.abnormal, (failure, plain, seen) => {
    // Without a Pong nothing shows that a message which is not echoed did not arrive
    if (failure.outcome === 'silent' && plain.pings.roundTrips.length === 0) return undefined
    return {
      title: `The connection does not survive ${stepNames[failure.name]}.`,
      evidence: [
        failure.outcome === 'silent' ? `neither an echo nor a Pong came within ${seconds(failure.ms)}` : endText(plain.end),
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, false),
      advice: ['Look at the log of the server. If it has nothing, a box in between inspects the messages.'],
    }
  }),
]
