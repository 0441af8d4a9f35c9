/** WebSocket over HTTP/2 (RFC 8441). */
import { exitCodes } from '../../exit-codes.ts'
import type { FindingRule } from '../finding.ts'
import type { FailedHandshake, Observations } from '../observation.ts'
import { blameBox, boxEvidence, failed, opened, quoteAnswer } from './evidence.ts'

/** A refusal over HTTP/2, with SETTINGS that promise WebSocket. */
function broken(seen: Observations): FailedHandshake | undefined {
  for (const [id, same] of [
    ['http2-browser', 'browser'],
    ['http2-rfc6455', 'rfc6455'],
  ] as const) {
    const failure = failed(seen, id)
    if (failure !== undefined && !['tls', 'settings', 'tcp', 'dns'].includes(failure.stage) && opened(seen, same) !== undefined) return failure
  }
  return undefined
}

/** With which an HTTP/2 server begins (RFC 9113 section 3.4): a length, type 4, no flag but ACK, stream 0. */
const settingsFrame = /^\0[^]{2}\u0004[\0\u0001]\0{4}/

export const http2Rules: readonly FindingRule[] = [
  {
    id: 'http2-broken',
    severity: 'problem',
    exit: exitCodes.refused,
    diagnose(seen) {
      const failure = broken(seen)
      if (failure === undefined || !seen.target.secure) return undefined
      return {
        title: 'WebSocket over HTTP/2 is offered and fails, so browsers that have a page of this site open cannot connect.',
        evidence: [
          'the SETTINGS of the server have SETTINGS_ENABLE_CONNECT_PROTOCOL = 1',
          failure.answer === undefined ? `the Extended CONNECT fails: ${failure.message}` : `to the Extended CONNECT ${quoteAnswer(failure.answer)}`,
          'the same handshake over HTTP/1.1 opens a WebSocket',
          ...boxEvidence(seen),
        ],
        ...blameBox(seen, true),
        advice: ['Turn Extended CONNECT off, or let the box translate it into an upgrade of HTTP/1.1.'],
        remedy: 'http2',
      }
    },
  },
  {
    id: 'http2-only',
    severity: 'problem',
    exit: exitCodes.tls,
    diagnose(seen) {
      const failure = failed(seen, 'browser')
      const alpn = seen.reach.tls?.alpn === 'h2' && failure?.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
      const overHttp2 = opened(seen, 'http2-browser') !== undefined
      const plain = failure?.rule === 'status-line' && settingsFrame.test(seen.raw.ordinary?.banner ?? '')
      if (!alpn && !plain) return undefined
      return {
        title: overHttp2
          ? 'The server speaks only HTTP/2: most clients of WebSocket need HTTP/1.1.'
          : 'The server speaks only HTTP/2, and browsers need HTTP/1.1 for a WebSocket to it.',
        evidence: [
          alpn ? 'a client that offers http/1.1 alone is refused (ALPN)' : 'a request in HTTP/1.1 is answered with SETTINGS of HTTP/2',
          overHttp2 ? 'over HTTP/2 it opens a WebSocket' : 'over HTTP/2 it opens none',
        ],
        ...blameBox(seen, false),
        advice: [alpn ? 'Add http/1.1 to the ALPN list of the server.' : 'Let the server speak HTTP/1.1 on this port, too.'],
        remedy: 'http2',
      }
    },
  },
  {
    id: 'http2-not-offered',
    severity: 'note',
    exit: exitCodes.clean,
    diagnose(seen) {
      const failure = failed(seen, 'http2-rfc6455')
      if (failure?.stage !== 'settings' || opened(seen, 'browser') === undefined || seen.reach.tls?.alpn !== 'h2') return undefined
      return {
        title: 'The server speaks HTTP/2 and offers no WebSocket over it; browsers use HTTP/1.1 then.',
        evidence: ['its SETTINGS do not have SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3)'],
        ...blameBox(seen, false),
        advice: ['Nothing to change, as long as http/1.1 stays in its ALPN list.'],
        remedy: 'http2',
      }
    },
  },
]
