/** The report for a person: what is wrong first, then what was tried. */
import { wrap } from '../help.ts'
import { printable } from '../terminal.ts'
import type { Paint } from '../terminal.ts'
import { clip } from './box.ts'
import type { BoxId } from './box.ts'
import type { Finding, Severity } from './finding.ts'
import type { HandshakeObservation, HandshakeProbeId, IdleOutcome, MessagesObservation, Observations, RawObservation } from './observation.ts'
import { boxNames, remedies } from './remedies.ts'
import { boxIn, seconds } from './rules/evidence.ts'

export interface ReportOptions {
  /** Configuration for every box, not only the one that was recognized. */
  readonly all: boolean
  readonly interrupted: boolean
  readonly paint: Paint
}

const width = 100
const indent = 12

export function findingPage(id: string): string {
  return `docs/doctor.md#${id}`
}

const severities: Readonly<Record<Severity, readonly [word: string, style: Parameters<Paint>[0]]>> = {
  problem: ['problem', 'red'],
  warning: ['warning', 'yellow'],
  note: ['note', 'cyan'],
}

/** Text of peers is escaped, so that it cannot drive a terminal. */
export function reportText(seen: Observations, findings: readonly Finding[], options: ReportOptions): string {
  const { paint } = options
  const worst = findings[0]?.severity
  const verdict = options.interrupted
    ? 'interrupted: this is what was seen until then'
    : worst === 'problem'
      ? 'it does not work as it should'
      : worst === 'warning'
        ? 'it works, with a warning'
        : 'it works'
  const lines = [`${paint('bold', seen.target.url)}: ${verdict}`, '']
  for (const finding of findings) lines.push(...findingLines(finding, seen, options), '')
  lines.push(paint('bold', 'tried'), ...triedLines(seen, paint))
  return `${lines.join('\n')}\n`
}

function findingLines(finding: Finding, seen: Observations, { all, paint }: ReportOptions): string[] {
  const [word, style] = severities[finding.severity]
  const lines = wrap(`${word}: ${printable(finding.title)} [${finding.id}]`, width).map((line) => paint(style, line))
  const rows = (label: string, texts: readonly string[]): void => {
    texts.forEach((text, index) => {
      wrap(printable(text), width - indent).forEach((line, part) => {
        lines.push(`  ${paint('dim', (index === 0 && part === 0 ? label : '').padEnd(indent - 2))}${part === 0 ? line : `  ${line}`}`)
      })
    })
  }
  rows('seen', finding.evidence)
  rows('to blame', [
    finding.box === undefined || finding.blame === 'the server' || finding.blame === 'the URL' ? finding.blame : `${finding.blame}: ${finding.box}`,
  ])
  rows('change', finding.advice)
  // A note asks for nothing, and nor does a URL that is to be corrected
  const known = boxIn(seen)?.remedy
  const wanted = finding.severity !== 'note' && (known !== undefined || finding.blame !== 'the URL')
  if (finding.remedy !== undefined && (wanted || all)) {
    const boxes = known === undefined || all ? (Object.keys(boxNames) as BoxId[]) : [known]
    for (const box of boxes) lines.push(`  ${paint('dim', boxNames[box])}`, ...remedies[finding.remedy][box].map((line) => `    ${line}`))
  }
  rows('more', [findingPage(finding.id)])
  return lines
}

const handshakeNames: readonly (readonly [id: HandshakeProbeId, name: string])[] = [
  ['rfc6455', 'as RFC 6455 alone asks'],
  ['browser', 'as a browser'],
  ['no-origin', 'as a browser, without Origin'],
  ['no-compression', 'as a browser, without compression'],
  ['no-subprotocol', 'as a browser, without subprotocol'],
  ['http-origin', 'as a browser, page without TLS'],
  ['foreign-origin', 'as a browser, page of another site'],
  ['http2-rfc6455', 'over HTTP/2, as RFC 8441 asks'],
  ['http2-browser', 'over HTTP/2, as a browser'],
  ['other-scheme', 'with the other of ws and wss'],
  ['redirect-target', 'where it redirects to'],
  ['root-path', 'at the path /'],
  ['other-slash', 'with the other slash at the end'],
  ['direct', 'directly'],
]

function triedLines(seen: Observations, paint: Paint): string[] {
  const lines: string[] = []
  const row = (ok: boolean | undefined, name: string, text: string): void => {
    const mark = ok === undefined ? paint('dim', '-') : ok ? paint('green', '✓') : paint('red', '✗')
    lines.push(`  ${mark} ${name.padEnd(36)} ${printable(clip(text, width - 42))}`)
  }
  const { failure, tls, addresses, proxy } = seen.reach
  const way = [proxy === undefined ? '' : `through ${proxy}`, seen.target.socketPath ?? '', addresses.join(', '), tls?.protocol ?? '']
  row(failure === undefined, 'the connection', failure === undefined ? way.filter(Boolean).join(', ') : failure.message)
  if (tls !== undefined) row(tls.certificateError === undefined, 'the certificate', tls.certificateError ?? tls.certificate?.names ?? '')
  for (const [id, name] of handshakeNames) {
    const handshake = seen.handshakes[id]
    if (handshake !== undefined) row(...handshakeRow(id, name, handshake))
  }
  if (seen.again !== undefined) row(...handshakeRow('rfc6455', 'the one that works, once more', seen.again))
  const { ordinary, 'connection-list': list } = seen.raw
  if (list !== undefined) row(list.answer?.status === 101, 'with the Connection field of Firefox', rawText(list))
  if (ordinary !== undefined) row(undefined, 'an ordinary GET, to compare', rawText(ordinary))
  for (const [name, messages] of [
    ['messages', seen.messages.plain],
    ['messages, compressed', seen.messages.compressed],
  ] as const) {
    if (messages !== undefined) row(messagesWork(messages), name, messagesText(messages))
  }
  if (seen.idle !== undefined) {
    const { silent, pinged, lengthMs, pingIntervalMs } = seen.idle
    row(silent.survived, 'idle', idleText(silent, lengthMs))
    row(pinged.survived, `idle, a Ping every ${seconds(pingIntervalMs)}`, idleText(pinged, lengthMs))
  } else if (seen.messages.plain !== undefined) row(undefined, 'idle', 'not tried')
  return lines
}

/** What may fail without harm is not marked as a failure. */
const optional: readonly HandshakeProbeId[] = [
  'http-origin',
  'foreign-origin',
  'http2-rfc6455',
  'http2-browser',
  'other-scheme',
  'root-path',
  'other-slash',
]

function handshakeRow(id: HandshakeProbeId, name: string, handshake: HandshakeObservation): [ok: boolean | undefined, name: string, text: string] {
  if (handshake.outcome === 'failed') {
    const { answer, message, stage } = handshake
    const notOffered = id.startsWith('http2-') && (stage === 'settings' || stage === 'tls')
    const text = notOffered ? 'not offered' : answer === undefined || answer.status === 101 ? message : `${answer.status} ${answer.statusText}`
    return [optional.includes(id) ? undefined : false, name, text]
  }
  const { answer, subprotocol, extensions, ms } = handshake
  return [true, name, [String(answer.status), subprotocol, ...extensions, seconds(ms)].filter(Boolean).join(', ')]
}

function rawText({ answer, failure, banner }: RawObservation): string {
  if (answer !== undefined) return `${answer.status} ${answer.statusText}`
  return banner === undefined ? String(failure) : `no HTTP: ${JSON.stringify(banner)}`
}

function messagesWork({ steps, pings }: MessagesObservation): boolean {
  return steps.every(({ outcome }) => outcome === 'echoed' || outcome === 'passed') && (steps.length > 0 || pings.roundTrips.length > 0)
}

function messagesText({ steps, pings, end }: MessagesObservation): string {
  const trips = pings.roundTrips.length === 0 ? 'no Pong' : `Pong after ${seconds(Math.min(...pings.roundTrips))}`
  const good = steps.filter(({ outcome }) => outcome === 'echoed' || outcome === 'passed')
  const largest = Math.max(0, ...good.map(({ bytes }) => bytes))
  const passed =
    steps.length === 0
      ? 'no message sent'
      : good.length === 0
        ? ''
        : `${good.length} ${good.every(({ outcome }) => outcome === 'echoed') ? 'echoed' : 'passed'} up to ${largest} bytes`
  const bad = steps.find((step) => !good.includes(step))
  return [trips, passed, bad === undefined ? '' : `${bad.name} ${bad.outcome}`, `closed ${end.code}`].filter(Boolean).join(', ')
}

function idleText({ survived, afterMs, end }: IdleOutcome, lengthMs: number): string {
  if (survived) return `still open after ${seconds(lengthMs)}`
  return end === undefined ? `no Pong after ${seconds(afterMs)}` : `ended after ${seconds(afterMs)} with ${end.code}`
}
