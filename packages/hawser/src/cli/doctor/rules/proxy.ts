/** The proxy of --proxy: what it does before anything reaches the server. */
import { exitCodes } from '../../exit-codes.ts'
import type { Diagnosis, FindingRule } from '../finding.ts'
import type { Observations } from '../observation.ts'
import { plainFailure } from './evidence.ts'

interface ProxyFailure {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** Also of a proxy that let one connection through, and no handshake after it. */
function failureOf(seen: Observations): ProxyFailure | undefined {
  const { failure } = seen.reach
  if (failure !== undefined) return failure.stage === 'proxy' ? failure : undefined
  const late = plainFailure(seen)
  return late?.stage === 'proxy' ? { code: late.code ?? '', message: late.message } : undefined
}

function whenProxyFailed(
  id: string,
  code: string | undefined,
  diagnose: (proxy: string) => Pick<Diagnosis, 'title' | 'advice'>,
  exit: FindingRule['exit'] = exitCodes.network,
): FindingRule {
  return {
    id,
    severity: 'problem',
    exit,
    diagnose(seen) {
      const failure = failureOf(seen)
      if (failure === undefined || failure.code === 'ABORT_ERR' || (code !== undefined && failure.code !== code)) return undefined
      const proxy = seen.reach.proxy ?? ''
      const { message, hint } = failure
      return {
        evidence: [message, ...(hint === undefined ? [] : [hint])],
        blame: 'a box in between',
        box: `the proxy ${proxy}`,
        ...diagnose(proxy),
      }
    },
  }
}

/** In this order: the first that applies is the cause. */
export const proxyRules: readonly FindingRule[] = [
  whenProxyFailed('proxy-unreachable', 'proxy-unreachable', (proxy) => ({
    title: `There is no connection to the proxy ${proxy}.`,
    advice: ['Correct its host and port, or start it. The server was not tried: a proxy that fails is never bypassed.'],
  })),
  whenProxyFailed('proxy-refused', 'proxy-refused', (proxy) => ({
    title: `The proxy ${proxy} refuses to connect to the server.`,
    advice: [
      '407 asks for credentials: give them in the URL of the proxy.',
      '403 and 405 mean that its rules do not allow CONNECT to this host and port: many allow port 443 only, so use wss there.',
      '502, 503 and 504 mean that it does not reach the server: check the name and the port as the machine of the proxy sees them.',
    ],
  })),
  whenProxyFailed(
    'proxy-no-answer',
    'ETIMEDOUT',
    (proxy) => ({
      title: `The proxy ${proxy} does not open a tunnel in time.`,
      advice: ['Check that it is the kind of proxy that its URL names, and that it reaches the server.'],
    }),
    exitCodes.timeout,
  ),
  whenProxyFailed('proxy-failed', undefined, (proxy) => ({
    title: `The proxy ${proxy} opens no tunnel to the server.`,
    advice: [
      'Check that it is the kind of proxy that its URL names: http, https, socks5 or socks5h.',
      'Check that the machine of the proxy reaches the server.',
    ],
  })),
]
