/** No response, no HTTP, or a 101 that breaks a rule. */
import { exitCodes } from '../../exit-codes.ts'
import type { ExitCode } from '../../exit-codes.ts'
import { clip, textOf } from '../box.ts'
import type { Diagnosis, FindingRule } from '../finding.ts'
import type { FailedHandshake, Observations } from '../observation.ts'
import { boxEvidence, opened, plainFailure, seconds, wantsCertificate } from './evidence.ts'

function whenBroken(
  id: string,
  exit: ExitCode,
  recognizes: (failure: FailedHandshake, seen: Observations) => boolean,
  judge: (failure: FailedHandshake, seen: Observations) => Omit<Diagnosis, 'evidence'> & { readonly because?: readonly string[] },
): FindingRule {
  return {
    id,
    severity: 'problem',
    exit,
    diagnose(seen) {
      const failure = plainFailure(seen)
      if (failure === undefined || failure.stage === 'proxy' || !recognizes(failure, seen)) return undefined
      const { because = [], ...verdict } = judge(failure, seen)
      return { ...verdict, evidence: [failure.message, ...because] }
    },
  }
}

const hasRule = (...rules: readonly string[]): ((failure: FailedHandshake) => boolean) => {
  return ({ rule, stage }) => rule !== undefined && rules.includes(rule) && stage !== 'url'
}

const saysTls = /plain HTTP request was sent to HTTPS|speaking plain HTTP to an SSL|HTTP request to an HTTPS server/i

/** On the same port: the default one of the other scheme is another. An answer of any status shows it, too. */
function answersWithTls(seen: Observations): boolean {
  return seen.target.port !== 80 && seen.handshakes['other-scheme']?.answer !== undefined
}

/** A server with TLS says so in HTTP, sends an alert of TLS, or gives no answer to a request without. */
function speaksTls({ answer }: FailedHandshake, seen: Observations): boolean {
  if (seen.target.secure) return false
  if (answer !== undefined) return answer.status === 400 && saysTls.test(textOf(answer.body))
  return answersWithTls(seen) || seen.raw.ordinary?.banner?.startsWith('\u0015\u0003') === true
}

/** In this order: the first that applies is the cause. */
export const switchingRules: readonly FindingRule[] = [
  whenBroken('plain-to-tls', exitCodes.invalidHandshake, speaksTls, (_failure, seen) => ({
    title: 'The port speaks TLS, and the URL is ws.',
    because: [
      opened(seen, 'other-scheme') !== undefined && answersWithTls(seen)
        ? 'the same handshake with TLS opens a WebSocket'
        : answersWithTls(seen)
          ? 'the same handshake with TLS is answered in HTTP'
          : 'the answer is one of a port with TLS',
    ],
    blame: 'the URL',
    advice: ['Write wss instead of ws.'],
  })),
  whenBroken(
    'not-http',
    exitCodes.invalidHandshake,
    (failure, { raw }) => hasRule('status-line')(failure) && raw.ordinary?.answer === undefined && raw.ordinary?.failure !== 'malformed',
    (_failure, { raw }) => ({
      title: 'Something else than an HTTP server answers on this port.',
      because: raw.ordinary?.banner === undefined ? [] : [`its first bytes are ${JSON.stringify(clip(raw.ordinary.banner, 60))}`],
      blame: 'the URL',
      advice: ['Correct the port.'],
    }),
  ),
  whenBroken(
    'status-line',
    exitCodes.invalidHandshake,
    (failure, { raw }) => hasRule('status-line')(failure) && raw.ordinary?.answer !== undefined,
    () => ({
      title: 'The answer to the opening handshake is no HTTP, though an ordinary request is answered with HTTP.',
      blame: 'the server',
      advice: ['Let the server begin its answer with a status line: HTTP/1.1 101 Switching Protocols.'],
    }),
  ),
  whenBroken('head-too-large', exitCodes.invalidHandshake, hasRule('RS14'), () => ({
    title: 'The head of the response does not end within the limits of clients.',
    blame: 'the server or a box in between',
    advice: ['Look for a field that grows, such as Set-Cookie, and for a server that writes content before the empty line.'],
  })),
  whenBroken(
    'no-answer',
    exitCodes.timeout,
    ({ stage, fault }) => stage === 'timeout' || fault === 'timeout',
    (failure, seen) => {
      const ordinary = seen.raw.ordinary?.answer !== undefined
      return {
        title: 'The connection is accepted, and no complete answer to the opening handshake comes.',
        because: [
          `we waited ${seconds(failure.ms)}`,
          ordinary ? 'an ordinary GET is answered' : 'an ordinary GET is not answered either',
          ...boxEvidence(seen),
        ],
        blame: 'the server or a box in between',
        advice: [
          'Check that the server handles the event of an upgrade (node:http: "upgrade"), and that it is not stuck.',
          'A box that buffers waits for the end of a response that never ends: turn its buffering off for this path.',
        ],
        remedy: 'upstream',
      }
    },
  ),
  whenBroken(
    'closes-without-answer',
    exitCodes.network,
    ({ rule, stage, fault, answer, ...failure }) =>
      answer === undefined &&
      !wantsCertificate(failure) &&
      (rule === 'incomplete' || ((stage === 'response' || stage === 'request') && fault === 'network')),
    (_failure, seen) => {
      const ordinary = seen.raw.ordinary?.answer
      return {
        title: 'The connection is closed without an answer.',
        because: [
          ordinary === undefined ? 'an ordinary GET is not answered either' : `an ordinary GET is answered with ${ordinary.status}`,
          ...boxEvidence(seen),
        ],
        blame: 'the server or a box in between',
        advice: [
          ordinary === undefined
            ? 'Check the port, whether it speaks TLS, and the log of the server.'
            : 'The server knows no upgrade at this path, or crashed on it: correct the path, and look at its log.',
        ],
        remedy: 'upstream',
      }
    },
  ),
  whenBroken('switching-fields-lost', exitCodes.invalidHandshake, hasRule('RC18', 'RC19', 'RC23'), (_failure, seen) => ({
    title: 'The 101 lacks Upgrade or Connection, so no client accepts it.',
    because: boxEvidence(seen),
    blame: 'the server or a box in between',
    advice: ['A 101 has Upgrade: websocket and Connection: Upgrade (RFC 6455 section 4.2.2). Remove what hides fields of responses on the way.'],
    remedy: 'upgrade',
  })),
  whenBroken('wrong-accept', exitCodes.invalidHandshake, hasRule('RC20', 'RS12'), (_failure, seen) => ({
    title: 'Sec-WebSocket-Accept does not fit the key that was sent, so no client accepts the 101.',
    because: boxEvidence(seen),
    blame: 'the server or a box in between',
    advice: [
      'The value is base64(SHA-1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) (RFC 6455 section 4.2.2): not of the decoded key, and not in hexadecimal.',
      'If the server is right, a box in between sends its own key, answers from a cache, or hides the field.',
    ],
  })),
  whenBroken('unoffered-extension', exitCodes.invalidHandshake, hasRule('RC21', 'PD7'), () => ({
    title: 'The server selects an extension that was not offered.',
    blame: 'the server',
    advice: ['Let it answer Sec-WebSocket-Extensions only with what the request offers (RFC 6455 section 9.1).'],
  })),
  whenBroken('unoffered-subprotocol', exitCodes.invalidHandshake, hasRule('RC22'), () => ({
    title: 'The server selects a subprotocol that was not offered.',
    blame: 'the server',
    advice: ['Let it answer Sec-WebSocket-Protocol only with one of those that the request offers.'],
  })),
  whenBroken(
    'handshake-failed',
    exitCodes.invalidHandshake,
    ({ answer, ...failure }) => (answer === undefined && !wantsCertificate(failure)) || answer?.status === 101,
    () => ({
      title: 'The opening handshake fails.',
      blame: 'the server or a box in between',
      advice: ['hawser connect prints the whole exchange.'],
    }),
  ),
]
