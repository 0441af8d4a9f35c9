/** What the status codes 2xx and 4xx say. */
import { clip, fieldOf } from '../box.ts'
import type { FindingRule } from '../finding.ts'
import type { Answer, Observations } from '../observation.ts'
import { names, ownPage, retryAfter, whenAnswered } from './answered.ts'
import { boxEvidence, isHtml, isOrdinary, opened } from './evidence.ts'

/** In this order: the first that applies is the cause. */
export const statusRules: readonly FindingRule[] = [
  whenAnswered(
    'ordinary-page',
    ({ status }) => status >= 200 && status < 300,
    (answer, seen) => ({
      title: isHtml(answer)
        ? `A web page answers at ${seen.target.path} (${answer.status} with HTML), no WebSocket server.`
        : `${answer.status} is the answer to an ordinary request: nothing at ${seen.target.path} treats it as an opening handshake.`,
      because: [...(isOrdinary(seen, answer) ? ['a GET without Upgrade gets the same answer'] : []), ...elsewhere(seen), ...boxEvidence(seen)],
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: [
        'Correct the path, or route it to the WebSocket server.',
        'If the path is right, a box in between drops Upgrade: let it pass on Upgrade and Connection.',
      ],
      remedy: 'route',
    }),
  ),
  whenAnswered(
    'credentials',
    ({ status }) => status === 401,
    (answer, seen) => ({
      title: `${ownPage(answer) === undefined ? 'The server, or a box before it,' : names(answer, seen).box} requires credentials.`,
      because: [...wantsCredentials(answer), ...(ownPage(answer) ?? [])],
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: [
        "Send them: --header 'Authorization: …' or --header 'Cookie: …'.",
        'JavaScript in a browser cannot set Authorization: use a cookie, or a token in the URL or the subprotocol.',
      ],
    }),
  ),
  whenAnswered(
    'proxy-credentials',
    ({ status }) => status === 407,
    (answer, seen) => ({
      title: 'A proxy of this network requires credentials.',
      because: wantsCredentials(answer),
      blame: 'this machine or the network',
      ...names(answer, seen),
      advice: ['Give the proxy with its credentials to the client, or use wss, which such proxies tunnel.'],
    }),
  ),
  whenAnswered(
    'access-denied',
    ({ status }) => status === 403,
    (answer, seen) => ({
      title:
        ownPage(answer) === undefined
          ? 'The server denies access, also without an Origin.'
          : `${names(answer, seen).box} denies access, before the request reaches the server.`,
      because: ['the answer is 403 with the Origin of the site, with another one and without', ...(ownPage(answer) ?? boxEvidence(seen))],
      blame: ownPage(answer) === undefined ? 'the server or a box in between' : 'a box in between',
      ...names(answer, seen),
      advice: ['Check the rules of access for this path: addresses, names of hosts, credentials, a web application firewall.'],
    }),
  ),
  whenAnswered(
    'not-found',
    ({ status }) => status === 404 || status === 410,
    (answer, seen) => {
      const own = ownPage(answer)
      return {
        title:
          own === undefined
            ? `The server has no WebSocket at ${seen.target.path}.`
            : `${names(answer, seen).box} routes ${seen.target.path} to no server.`,
        because: [
          ...(own ?? []),
          ...elsewhere(seen),
          ...(own === undefined && isOrdinary(seen, answer)
            ? ['a GET without Upgrade gets the same answer, so Upgrade may have been dropped on the way']
            : []),
          ...(own === undefined ? boxEvidence(seen) : []),
        ],
        blame: own === undefined ? 'the URL' : 'a box in between',
        ...names(answer, seen),
        advice: [
          'Correct the path, or route it to the WebSocket server. Socket.IO needs its own client and /socket.io/.',
          ...(own === undefined && isOrdinary(seen, answer) ? ['If the path is right, let the box in between pass on Upgrade and Connection.'] : []),
        ],
        remedy: 'route',
      }
    },
  ),
  whenAnswered(
    'method-not-allowed',
    ({ status }) => status === 405,
    (answer, seen) => ({
      title: `Nothing at ${seen.target.path} takes a GET, so it is no WebSocket.`,
      because: [...elsewhere(seen), ...boxEvidence(seen)],
      blame: 'the URL',
      ...names(answer, seen),
      advice: ['Correct the path, or route it to the WebSocket server.'],
      remedy: 'route',
    }),
  ),
  whenAnswered(
    'wrong-host',
    ({ status }) => status === 421,
    (answer, seen) => ({
      title: 'The server does not serve the name in Host.',
      because: [`we sent Host: ${seen.target.authority}`, ...boxEvidence(seen)],
      blame: 'the server',
      ...names(answer, seen),
      advice: [
        'Let the server know this name; hawser: serve({ hosts: [name] }).',
        'If the answer quotes another name than the URL has, a box in between rewrites Host: let it pass on the one of the client.',
      ],
      remedy: 'host',
    }),
  ),
  whenAnswered(
    'rate-limited',
    ({ status }) => status === 429,
    (answer, seen) => ({
      title: 'Too many connections or attempts come from this address.',
      because: retryAfter(answer),
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: ['Wait, and try again; raise the limit if usual clients reach it.'],
    }),
  ),
  whenAnswered(
    'bad-request',
    ({ status }) => status === 400,
    (answer, seen) => ({
      title: 'The request is refused as wrong (400), though it obeys RFC 6455.',
      because: [...(isOrdinary(seen, answer) ? ['a GET without Upgrade gets the same answer'] : []), ...(ownPage(answer) ?? boxEvidence(seen))],
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: [
        'Read the text of the answer. Usual causes: a box in between drops Upgrade or Connection; the server wants a subprotocol (--subprotocol), a query or a field (--header).',
      ],
      remedy: 'upgrade',
    }),
  ),
]

function elsewhere(seen: Observations): string[] {
  if (opened(seen, 'other-slash') !== undefined) return ['the same handshake with the other slash at the end of the path opens a WebSocket']
  return opened(seen, 'root-path') === undefined ? [] : ['the same handshake at the path / opens a WebSocket']
}

function wantsCredentials(answer: Answer): string[] {
  const wanted = fieldOf(answer, 'www-authenticate') ?? fieldOf(answer, 'proxy-authenticate')
  return wanted === undefined ? [] : [`it asks for ${clip(wanted, 100)}`]
}
