/** Requests that a hop refuses, redirects, or passes on without what makes them an opening handshake. */
import { clip, fieldOf } from '../box.ts'
import type { FindingRule } from '../finding.ts'
import type { Answer, Observations } from '../observation.ts'
import { names, ownPage, says, theBox, whenAnswered } from './answered.ts'
import { boxEvidence, isOrdinary, opened } from './evidence.ts'

const isRefused = ({ status }: Answer): boolean => status === 400 || status === 426 || status === 501 || status === 505

/** In this order: the first that applies is the cause. */
export const hopRules: readonly FindingRule[] = [
  whenAnswered(
    'client-certificate',
    (answer) =>
      answer.status === 495 ||
      answer.status === 496 ||
      (answer.status === 400 && says(answer, /No required SSL certificate was sent|The SSL certificate error/i)),
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} requires a client certificate that it knows.`,
      because: ['TLS succeeds, and the answer asks for a certificate of the client', ...(ownPage(answer) ?? boxEvidence(seen))],
      blame: 'a box in between',
      ...names(answer, seen),
      advice: ['Give one with --cert and --key.', 'Browsers send one only if the user has installed it.'],
    }),
  ),
  whenAnswered(
    'fields-too-large',
    (answer) =>
      answer.status === 431 ||
      answer.status === 414 ||
      answer.status === 494 ||
      (answer.status === 400 &&
        says(answer, /(?:header|cookie|field)s? ?(?:or cookie )?(?:is |are )?(?:too (?:large|long|big)|exceeds)|size of a request header field/i)),
    (answer, seen) => ({
      title: 'The fields of the request are too large, usually because of its cookies.',
      because: ownPage(answer) ?? [],
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: ['Send fewer or smaller cookies, or raise the limit.'],
      remedy: 'fields',
    }),
  ),
  whenAnswered(
    'redirect-to-https',
    (answer, { target }) => isRedirect(answer) && !target.secure && /^(?:https|wss):/i.test(fieldOf(answer, 'location') ?? ''),
    (answer, seen) => ({
      title: 'The server redirects to https, and no browser follows a redirect of a WebSocket.',
      because: redirected(answer, seen),
      blame: 'the URL',
      ...names(answer, seen),
      advice: [`Write wss instead of ws: ${clip(fieldOf(answer, 'location') ?? '', 100).replace(/^https:/i, 'wss:')}`],
      remedy: 'redirect',
    }),
  ),
  whenAnswered('redirect', isRedirect, (answer, seen) => ({
    title: 'The server redirects, and no browser follows a redirect of a WebSocket.',
    because: redirected(answer, seen),
    blame: 'the URL',
    ...names(answer, seen),
    advice: [
      `Connect to the Location itself, if it is a WebSocket: ${clip(fieldOf(answer, 'location') ?? 'there is none', 100)}`,
      'A redirect to a page for signing in means that the request had no credentials: send the cookie (--header here).',
    ],
    remedy: 'redirect',
  })),
  whenAnswered(
    'http10-upstream',
    (answer) => isRefused(answer) && says(answer, /HTTP\/1\.0/),
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} speaks HTTP/1.0 to the server, and HTTP/1.0 has no Upgrade.`,
      because: ['we sent HTTP/1.1, and the server says that it received HTTP/1.0', ...boxEvidence(seen)],
      blame: 'a box in between',
      ...names(answer, seen),
      advice: ['Let the box speak HTTP/1.1 to the server, and pass on Upgrade and Connection.'],
      remedy: 'upgrade',
    }),
  ),
  whenAnswered(
    'connection-lost',
    (answer) =>
      isRefused(answer) &&
      says(answer, /\bConnection\b[^.]*(?:missing|does not contain|invalid)|(?:missing|invalid)\b[^.]*\bConnection header/i) &&
      !says(answer, /Upgrade is missing/),
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} passes on Upgrade, but not "Connection: Upgrade".`,
      because: ['we sent Connection: Upgrade, and the server says that it did not receive it', ...boxEvidence(seen)],
      blame: 'a box in between',
      ...names(answer, seen),
      advice: ['Connection concerns one hop only (RFC 9110 section 7.6.1), so each box must write it anew.'],
      remedy: 'upgrade',
    }),
  ),
  whenAnswered(
    'websocket-version',
    (answer) => {
      const versions = fieldOf(answer, 'sec-websocket-version')
      return (answer.status === 400 || answer.status === 426) && versions !== undefined && !/\b13\b/.test(versions)
    },
    (answer) => ({
      title: 'The server speaks only another version of the WebSocket protocol.',
      because: [`its Sec-WebSocket-Version is ${clip(fieldOf(answer, 'sec-websocket-version') ?? '', 40)}, and RFC 6455 is 13`],
      blame: 'the server',
      advice: ['Update the server: all versions but 13 are drafts.'],
    }),
  ),
  whenAnswered(
    'other-upgrade',
    (answer, seen) => answer.status === 426 && !asksForWebSocket(answer, seen),
    (answer, seen) => {
      const wanted = fieldOf(answer, 'upgrade')
      return {
        title:
          wanted === undefined
            ? 'The answer is 426, and does not say which protocol the server wants instead.'
            : `The server wants another protocol first: ${clip(wanted, 40)}.`,
        because: [
          wanted === undefined ? 'it has no Upgrade, so it does not ask for websocket' : `its Upgrade is ${clip(wanted, 40)}`,
          ...boxEvidence(seen),
        ],
        blame: 'the server or a box in between',
        ...names(answer, seen),
        advice: [
          wanted !== undefined && /^tls\b/i.test(wanted.trim())
            ? 'It asks for TLS: write wss instead of ws.'
            : 'Read the text of the answer, and the log of the server: it got the request and does not open a WebSocket at this path.',
        ],
      }
    },
  ),
  whenAnswered(
    'upgrade-lost',
    (answer, seen) =>
      (answer.status === 426 && asksForWebSocket(answer, seen)) ||
      // That a GET without Upgrade gets the same 400 proves nothing: a server that misses a subprotocol or a token answers both alike
      (isRefused(answer) &&
        says(answer, /\bUpgrade\b[^.]*(?:missing|required|invalid|stripped|expected)|(?:missing|invalid|can "?)\b[^.]*\bUpgrade\b/i)),
    (answer, seen) => {
      const { box } = names(answer, seen)
      return {
        title: `${theBox(box)} drops Upgrade on the way to the server.`,
        because: [
          answer.status === 426
            ? 'we sent Upgrade: websocket, and the 426 asks for it, so it did not arrive'
            : 'we sent Upgrade: websocket, and the server misses it',
          ...(fieldOf(answer, 'sec-websocket-version') === undefined ? [] : ['a WebSocket server wrote the answer: it has Sec-WebSocket-Version']),
          ...(isOrdinary(seen, answer) ? ['a GET without Upgrade gets the same answer'] : []),
          ...boxEvidence(seen),
        ],
        blame: box === undefined ? 'the server or a box in between' : 'a box in between',
        ...names(answer, seen),
        advice: ['Upgrade and Connection concern one hop only (RFC 9110 section 7.6.1): each box in between must be told to pass them on.'],
        remedy: 'upgrade',
      }
    },
  ),
]

/** A 426 names in Upgrade what it asks for (RFC 9110 section 15.5.22). Some servers
 * do not: one that answers a GET alike, or names its WebSocket versions, saw no Upgrade. */
function asksForWebSocket(answer: Answer, seen: Observations): boolean {
  const wanted = fieldOf(answer, 'upgrade')
  return wanted === undefined
    ? isOrdinary(seen, answer) || fieldOf(answer, 'sec-websocket-version') !== undefined
    : /(?:^|[\s,])websocket(?:$|[\s,/])/i.test(wanted)
}

function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400 && status !== 304
}

function redirected(answer: Answer, seen: Observations): string[] {
  const works = opened(seen, 'redirect-target') !== undefined
  return [`its Location is ${clip(fieldOf(answer, 'location') ?? 'missing', 120)}`, ...(works ? ['the same handshake there opens a WebSocket'] : [])]
}
