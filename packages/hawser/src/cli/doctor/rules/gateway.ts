/** What the status codes 5xx say, of gateways and of servers. */
import { boxOf } from '../box.ts'
import type { FindingRule } from '../finding.ts'
import { names, ownPage, retryAfter, says, theBox, whenAnswered } from './answered.ts'
import { boxEvidence, plainFailure, seconds } from './evidence.ts'

/** In this order: the first that applies is the cause. */
export const gatewayRules: readonly FindingRule[] = [
  whenAnswered(
    'box-unavailable',
    (answer) => answer.status === 503 && /^(?:nginx|OpenResty|Cloudflare)$/.test(boxOf(answer)?.name ?? '') && ownPage(answer) !== undefined,
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} itself answers 503: a limit on requests or connections, or a page for maintenance.`,
      because: ownPage(answer) ?? [],
      blame: 'a box in between',
      ...names(answer, seen),
      advice: ['Look for limit_req, limit_conn and "return 503" in its configuration. Connections count for as long as they are open.'],
    }),
  ),
  whenAnswered(
    'upstream-timeout',
    (answer, seen) =>
      answer.status === 504 ||
      answer.status === 524 ||
      // Apache httpd answers a timeout of the server behind it like any other failure to read
      (answer.status === 502 && says(answer, /reading from remote server|timed? ?out/i) && (plainFailure(seen)?.ms ?? 0) >= 900),
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} waits in vain for the answer of the server behind it.`,
      because: [`the answer came after ${seconds(plainFailure(seen)?.ms ?? 0)}`, ...(ownPage(answer) ?? boxEvidence(seen))],
      blame: 'a box in between',
      ...names(answer, seen),
      advice: [
        'Check that the WebSocket server is what the box forwards to, and that it answers: a server that is stuck accepts connections and says nothing.',
      ],
      remedy: 'upstream',
    }),
  ),
  whenAnswered(
    'upstream-unreachable',
    (answer) => [502, 520, 521, 522, 523, 525, 526].includes(answer.status) || (answer.status === 503 && ownPage(answer) !== undefined),
    (answer, seen) => ({
      title: `${theBox(names(answer, seen).box)} does not reach the server behind it, or does not understand its answer.`,
      because: ownPage(answer) ?? boxEvidence(seen),
      blame: 'a box in between',
      ...names(answer, seen),
      advice: [
        'Start the WebSocket server, and check the address, the port and the scheme to which the box forwards.',
        'A server that listens with TLS needs https there, one without needs http; one that speaks HTTP/1.1 must not be asked in HTTP/2.',
      ],
      remedy: 'upstream',
    }),
  ),
  whenAnswered(
    'unavailable',
    ({ status }) => status === 503,
    (answer, seen) => ({
      title: 'The server is overloaded, or shuts down.',
      because: [...retryAfter(answer), ...boxEvidence(seen)],
      blame: 'the server',
      ...names(answer, seen),
      advice: ['Try again later; look at its limits on connections.'],
    }),
  ),
  whenAnswered(
    'server-error',
    ({ status }) => status >= 500 && status < 600,
    (answer, seen) => ({
      title: `${ownPage(answer) === undefined ? 'The server, or a box before it,' : names(answer, seen).box} failed on the request (${answer.status}).`,
      because: [...(ownPage(answer) ?? boxEvidence(seen))],
      blame: 'the server or a box in between',
      ...names(answer, seen),
      advice: [
        'Look at its log of errors.',
        'Apache httpd answers 500 without the module for the scheme of ProxyPass (mod_proxy_http), and for https: without "SSLProxyEngine on".',
      ],
      remedy: 'upgrade',
    }),
  ),
]
