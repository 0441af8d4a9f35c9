/** What several rules ask of the observations, and how they put it. */
import { boxOf, clip, fieldOf, textOf } from '../box.ts'
import type { Box } from '../box.ts'
import type { Blame } from '../finding.ts'
import type { Answer, FailedHandshake, HandshakeProbeId, Observations, OpenedHandshake, PingObservation } from '../observation.ts'

export function opened(seen: Observations, id: HandshakeProbeId): OpenedHandshake | undefined {
  const handshake = seen.handshakes[id]
  return handshake?.outcome === 'opened' ? handshake : undefined
}

export function failed(seen: Observations, id: HandshakeProbeId): FailedHandshake | undefined {
  const handshake = seen.handshakes[id]
  return handshake?.outcome === 'failed' ? handshake : undefined
}

/** A refusal for the number of connections or attempts: it says nothing about what the handshake offers. */
export function isLimit(answer: Answer | undefined): boolean {
  return answer?.status === 429 || answer?.status === 503
}

/** A box did not get an answer in time, or none that it understands: by chance, or for what the handshake offers. */
export function isGateway(answer: Answer | undefined): boolean {
  return answer?.status === 502 || answer?.status === 504
}

/** The failure of a variant, where it can be compared with one that succeeded. */
export function comparable(seen: Observations, id: HandshakeProbeId): FailedHandshake | undefined {
  const failure = failed(seen, id)
  return isLimit(failure?.answer) || seen.again?.outcome === 'failed' ? undefined : failure
}

/** The alerts of a server that misses a client certificate, where they come after the handshake of TLS, as in TLS 1.3 (RFC 8446 section 4.4.2.4). */
export function wantsCertificate({ code }: Pick<FailedHandshake, 'code'>): boolean {
  return code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' || code === 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'
}

/** The variants over HTTP/1.1 that differ only in what the client offers. */
const variants: readonly HandshakeProbeId[] = ['rfc6455', 'browser', 'no-origin', 'no-compression', 'no-subprotocol', 'http-origin']

/** The handshake that RFC 6455 alone asks for failed, and so did each variant: the failure does not depend on what is offered. */
export function plainFailure(seen: Observations): FailedHandshake | undefined {
  return variants.some((id) => opened(seen, id) !== undefined) ? undefined : failed(seen, 'rfc6455')
}

/** The refusal that {@link plainFailure} got, if it got one. */
export function plainAnswer(seen: Observations): Answer | undefined {
  return plainFailure(seen)?.answer
}

/** The first program in front that any answer shows. */
export function boxIn(seen: Observations): Box | undefined {
  const answers = [
    ...Object.values(seen.handshakes).flatMap((one) => (one.answer === undefined ? [] : [one.answer])),
    ...Object.values(seen.raw).flatMap((one) => (one.answer === undefined ? [] : [one.answer])),
  ]
  const boxes = answers.flatMap((answer) => boxOf(answer) ?? [])
  return boxes.find((box) => box.ownPage) ?? boxes[0]
}

/** Whom to blame for what a server or a box before it can have done, with the name of the box. */
export function blameBox(seen: Observations, sure: boolean): { readonly blame: Blame; readonly box?: string } {
  const box = boxIn(seen)
  return { blame: sure ? 'a box in between' : 'the server or a box in between', ...(box === undefined ? {} : { box: box.name }) }
}

/** How the box in between shows itself; empty where none does. */
export function boxEvidence(seen: Observations): readonly string[] {
  const box = boxIn(seen)
  return box === undefined ? [] : [`${box.name} is in between, or is the server: ${box.evidence}`]
}

/** `the answer is 404 Not Found: "…"`. */
export function quoteAnswer(answer: Answer): string {
  const text = clip(textOf(answer.body), 160)
  const said = text === '' ? ', without content' : `: ${JSON.stringify(text)}`
  return `the answer is ${answer.status}${answer.statusText === '' ? '' : ` ${answer.statusText}`}${said}`
}

export function isHtml(answer: Answer): boolean {
  return fieldOf(answer, 'content-type')?.toLowerCase().startsWith('text/html') === true || /^\s*<(?:!doctype html|html)\b/i.test(answer.body)
}

/** Whether a request that asked for an upgrade got the answer that one without gets: then nobody saw Upgrade, or nobody cared. */
export function isOrdinary(seen: Observations, answer: Answer): boolean {
  const ordinary = seen.raw.ordinary?.answer
  return ordinary !== undefined && ordinary.status === answer.status && ordinary.body === answer.body
}

/** Three Pings were answered at once. Each was sent an interval after the one before: answered one by one, their round trips are alike. */
export function answeredTogether({ intervalMs, roundTrips: [first, , third] }: PingObservation): boolean {
  return first !== undefined && third !== undefined && first - third >= 1.5 * intervalMs
}

/** `1.5 s`, `60 s`, `20 ms`. */
export function seconds(ms: number): string {
  return ms < 100 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`
}
