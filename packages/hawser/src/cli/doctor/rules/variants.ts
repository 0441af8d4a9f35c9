/** Handshakes of which one succeeds and another fails: their difference is the cause. */
import { exitCodes } from '../../exit-codes.ts'
import { textOf } from '../box.ts'
import type { Diagnosis, FindingRule, Severity } from '../finding.ts'
import type { FailedHandshake, HandshakeProbeId, Observations } from '../observation.ts'
import { FOREIGN_ORIGIN } from '../probes.ts'
import { ownPage } from './answered.ts'
import { blameBox, boxEvidence, comparable, failed, isLimit, opened, plainFailure, quoteAnswer } from './evidence.ts'

function rule(
  id: string,
  severity: Severity,
  diagnose: (seen: Observations) => Diagnosis | undefined,
  exit: FindingRule['exit'] = severity === 'problem' ? exitCodes.refused : severity === 'warning' ? exitCodes.warning : exitCodes.clean,
): FindingRule {
  return { id, severity, exit, diagnose }
}

/** The browser's handshake fails, and one that lacks something succeeds. */
function lacking(seen: Observations, without: HandshakeProbeId): FailedHandshake | undefined {
  return opened(seen, without) === undefined ? undefined : comparable(seen, 'browser')
}

const whatCame = ({ answer, message }: FailedHandshake): string => (answer === undefined || answer.status === 101 ? message : quoteAnswer(answer))

/** The origin that a hawser server takes for its own, where its answer says so: any other URL in it may be a link. */
function ownOrigin(failure: FailedHandshake): string | undefined {
  const [, origin] = /\bthe origin of this server, "(https?:\/\/[^"\s]+)"/.exec(textOf(failure.answer?.body ?? '')) ?? []
  return origin !== undefined && URL.canParse(origin) ? origin : undefined
}

/** In this order; the first that applies explains why a browser fails. */
export const browserRules: readonly FindingRule[] = [
  rule('origin-scheme', 'problem', (seen) => {
    const failure = lacking(seen, 'http-origin')
    if (failure === undefined) return undefined
    return {
      title: 'The server takes the site for one without TLS, and so refuses the Origin of its own pages.',
      evidence: [
        `with Origin: ${seen.target.origin} ${whatCame(failure)}`,
        'with http: instead of https: in Origin it opens a WebSocket',
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, true),
      advice: [
        'The box that ends TLS must tell the server (X-Forwarded-Proto), and the server must believe it (hawser: trustProxy), or list the origin.',
      ],
      remedy: 'scheme',
    }
  }),
  rule('origin-refused', 'problem', (seen) => {
    const failure = lacking(seen, 'no-origin')
    if (failure === undefined) return undefined
    const { box } = blameBox(seen, false)
    const own = ownOrigin(failure)
    const page = failure.answer && ownPage(failure.answer)
    const refuser = page === undefined ? 'The server' : (box ?? 'A box in between')
    const rewritten = own !== undefined && new URL(own).host !== seen.target.authority
    return {
      title: rewritten
        ? `${box ?? 'A box in between'} rewrites Host, so the server refuses the Origin of its own site.`
        : `${refuser} refuses the Origin ${seen.target.origin}.`,
      evidence: [
        `with Origin: ${seen.target.origin} ${whatCame(failure)}`,
        'without Origin it opens a WebSocket',
        ...(page ?? []),
        ...(rewritten ? [`we sent Host: ${seen.target.authority}, and the server takes ${own} for its own origin`] : []),
        ...boxEvidence(seen),
      ],
      blame: rewritten || page !== undefined ? 'a box in between' : 'the server or a box in between',
      ...(box === undefined ? {} : { box }),
      advice: [
        ...(rewritten
          ? []
          : [
              `List this origin at ${page === undefined ? 'the server' : 'the box'}, if pages of it are to connect (hawser: origins). --origin tries another one.`,
            ]),
        `${rewritten ? 'Let the box pass on' : 'A box that rewrites Host breaks the comparison of Origin with Host: let it pass on'} the Host of the client.`,
      ],
      remedy: 'host',
    }
  }),
  rule('compression-refused', 'problem', (seen) => {
    const failure = lacking(seen, 'no-compression')
    if (failure === undefined) return undefined
    return {
      title: 'The handshake fails because compression is offered, as all browsers do.',
      evidence: [`with an offer of permessage-deflate: ${whatCame(failure)}`, 'without the offer it opens a WebSocket', ...boxEvidence(seen)],
      ...blameBox(seen, false),
      advice: ['A server that does not want an extension ignores the offer (RFC 6455 section 9.1). Update it, or turn its compression off.'],
    }
  }),
  rule('subprotocol-refused', 'problem', (seen) => {
    const failure = lacking(seen, 'no-subprotocol')
    if (failure === undefined) return undefined
    return {
      title: `The handshake fails because of the subprotocols: ${seen.subprotocols.join(', ')}.`,
      evidence: [`with Sec-WebSocket-Protocol: ${seen.subprotocols.join(', ')}: ${whatCame(failure)}`, 'without the field it opens a WebSocket'],
      blame: 'the server',
      advice: ['Offer a subprotocol that the server knows, or let it ignore those that it does not know.'],
    }
  }),
  rule('browser-refused', 'problem', (seen) => {
    const failure = lacking(seen, 'rfc6455')
    if (failure === undefined) return undefined
    return {
      title: 'The handshake of a browser fails, and the one that RFC 6455 alone asks for succeeds.',
      evidence: [
        `as a browser: ${whatCame(failure)}`,
        'without Origin, extensions and the usual fields of browsers it opens a WebSocket',
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, false),
      advice: ['Look for rules on User-Agent, Origin, Accept-Encoding or the number of connections.'],
    }
  }),
]

/** Each is worth knowing by itself. */
export const variantRules: readonly FindingRule[] = [
  rule('bare-refused', 'warning', (seen) => {
    const failure = comparable(seen, 'rfc6455')
    if (failure === undefined || opened(seen, 'browser') === undefined) return undefined
    const origin = failed(seen, 'no-origin') !== undefined
    const subprotocol = failed(seen, 'no-subprotocol') !== undefined
    return {
      title: `Only clients ${origin ? 'with an Origin' : subprotocol ? 'with a subprotocol' : 'that look like a browser'} are accepted.`,
      evidence: [`as RFC 6455 alone asks: ${whatCame(failure)}`, 'as a browser it opens a WebSocket'],
      ...blameBox(seen, false),
      advice: ['Programs that are no browsers need not send these fields. Accept requests without them if such clients are to connect.'],
    }
  }),
  rule(
    'subprotocol-ignored',
    'problem',
    (seen) => {
      const handshake = opened(seen, 'browser')
      if (handshake === undefined || seen.subprotocols.length === 0 || handshake.subprotocol !== '') return undefined
      return {
        title: 'The server selects none of the offered subprotocols, so browsers fail the connection.',
        evidence: [`we offered ${seen.subprotocols.join(', ')}, and the 101 has no Sec-WebSocket-Protocol`],
        blame: 'the server',
        advice: [
          'Let the server select one, or offer none in the page.',
          'A box in between may drop Sec-WebSocket-Protocol: it must pass it on in both directions.',
        ],
      }
    },
    exitCodes.invalidHandshake,
  ),
  rule('connection-list', 'problem', (seen) => {
    const refused = seen.raw['connection-list']
    if (refused === undefined || refused.answer?.status === 101 || isLimit(refused.answer) || seen.again?.outcome === 'failed') return undefined
    // The same handshake but for this field: a refusal of its origin or subprotocols is another finding
    if (opened(seen, 'no-compression') === undefined) return undefined
    return {
      title: 'Firefox cannot connect: "Connection: keep-alive, Upgrade" is not understood.',
      evidence: [
        refused.answer === undefined ? `the answer with this field: none (${refused.failure})` : `with this field ${quoteAnswer(refused.answer)}`,
        'with "Connection: Upgrade" it opens a WebSocket',
      ],
      ...blameBox(seen, false),
      advice: ['Connection is a list (RFC 9110 section 7.6.1): look for the option upgrade in it, in any case, instead of comparing the whole.'],
    }
  }),
  rule('attempts-limited', 'note', (seen) => {
    const answers = [...Object.values(seen.handshakes), ...Object.values(seen.raw)].flatMap(({ answer }) => (isLimit(answer) ? (answer ?? []) : []))
    const again = seen.again?.outcome === 'failed' ? seen.again : undefined
    const [first] = answers
    if ((first === undefined && again === undefined) || plainFailure(seen) !== undefined) return undefined
    return {
      title: 'Some of these attempts were refused for their number, so not all of them can be compared.',
      evidence: [
        ...(first === undefined ? [] : [`${answers.length === 1 ? 'one was' : `${answers.length} were`} refused: ${quoteAnswer(first)}`]),
        ...(again === undefined ? [] : [`the handshake that opened a WebSocket at first fails later: ${whatCame(again)}`]),
        ...boxEvidence(seen),
      ],
      ...blameBox(seen, false),
      advice: ['Wait, and try again. If clients behind one address are refused as well, raise the limit on connections or requests.'],
    }
  }),
  rule('direct-works', 'note', (seen) => {
    const failure = plainFailure(seen)
    if (failure === undefined || opened(seen, 'direct') === undefined) return undefined
    return {
      title: 'The server itself accepts the handshake, so a box in between is to blame.',
      evidence: ['with --direct the handshake opens a WebSocket', ...boxEvidence(seen)],
      ...blameBox(seen, true),
      advice: ['Compare what the box forwards with what it gets: the finding above says what is lost.'],
    }
  }),
  rule('direct-fails', 'note', (seen) => {
    const [failure, direct] = [plainFailure(seen), failed(seen, 'direct')]
    if (failure === undefined || direct === undefined) return undefined
    return {
      title: 'The server itself does not accept the handshake either, so the boxes in between need not be to blame.',
      evidence: [`with --direct: ${whatCame(direct)}`],
      blame: 'the server',
      advice: ['Mend this first, with hawser doctor for the direct URL.'],
    }
  }),
  rule('any-origin', 'note', (seen) => {
    if (opened(seen, 'browser') === undefined || opened(seen, 'foreign-origin') === undefined) return undefined
    return {
      title: 'Pages of every site may connect: the server does not check Origin.',
      evidence: [`with Origin: ${FOREIGN_ORIGIN} it opens a WebSocket`],
      blame: 'the server',
      advice: ['If users are known by cookies, check Origin, or other sites can act in their name (RFC 6455 section 10.2).'],
    }
  }),
  rule('no-tls', 'note', (seen) => {
    if (seen.target.secure || /^(?:localhost|127\.|::1$)/.test(seen.target.hostname) || opened(seen, 'browser') === undefined) return undefined
    const secured = opened(seen, 'other-scheme') !== undefined
    return {
      title: 'Pages of https sites cannot use a ws URL.',
      evidence: [
        'browsers block it as mixed content',
        secured ? 'the same handshake with TLS opens a WebSocket' : 'the same handshake with TLS does not succeed',
      ],
      blame: 'the URL',
      advice: [
        secured ? 'Write wss instead of ws.' : 'End TLS in front of the server.',
        'Boxes in between that do not know WebSocket leave TLS alone, so wss connects in more networks.',
      ],
    }
  }),
]
