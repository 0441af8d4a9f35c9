/** What the rules about an open connection ask of its conversation. */
import type { CloseObservation, MessagesObservation, StepObservation } from '../observation.ts'

/** The step at which the connection stopped working. */
export function stopped(messages: MessagesObservation | undefined): StepObservation | undefined {
  return messages?.steps.find(({ outcome }) => outcome === 'ended' || outcome === 'silent')
}

/** Something of the server arrived after the 101. */
export function hasStarted(messages: MessagesObservation): boolean {
  return messages.pings.roundTrips.length > 0 || messages.received > 0
}

/** A size at which limits begin. */
export const isLarge = ({ name }: StepObservation): boolean => name === 'medium' || name === 'large'

/** How the connection ended, as evidence. */
export function endText(end: CloseObservation): string {
  if (end.received) return `its Close frame has ${end.code}${end.reason === '' ? '' : ` ${JSON.stringify(end.reason)}`}`
  return end.error === undefined
    ? 'the connection ended without a Close frame (1006)'
    : `the connection ended without a Close frame (1006): ${end.error}`
}

/** The largest message that arrived before. */
export function largestPassed({ steps }: MessagesObservation): string {
  const sizes = steps.filter(({ outcome }) => outcome === 'echoed' || outcome === 'passed').map(({ bytes }) => bytes)
  return sizes.length === 0 ? 'no message passed before' : `a message of ${Math.max(...sizes)} bytes passed before`
}

/** For the middle of a sentence. */
export const stepNames: Readonly<Record<StepObservation['name'], string>> = {
  small: 'a small text message',
  binary: 'a small binary message',
  fragmented: 'a message in three fragments',
  medium: 'a message of 64 KiB',
  large: 'a large message',
}
