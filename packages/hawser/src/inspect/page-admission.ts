import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { isThenable } from '../core/thenable.ts'
import { authorityOf, isAllowedHost } from './hosts.ts'
import type { Admission } from './page-requests.ts'

/** The application's own authentication: whether the sender of a request may see the page. Only `true` is yes. */
export type Authorize = (request: IncomingMessage) => boolean | Promise<boolean>

/** Fields that proxies add. */
const proxyFields = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'] as const

const hint = 'hawser: this page is served to this machine only; the option `authorize` of inspect() lets others in.'

/**
 * With `authorize`, that decides. Without it, a request must come from a loopback address, under a name of this machine, and through no proxy: a reverse
 * proxy on the same machine connects from a loopback address too, for everybody.
 * @param failed takes an error of `authorize`
 */
export function createAdmission(
  authorize: Authorize | undefined,
  failed: (error: unknown) => void,
): (request: IncomingMessage) => Admission | Promise<Admission> {
  if (authorize === undefined) return admitLoopback
  const refused: Admission = { status: 403, reason: 'hawser: you may not see this page.' }
  const broken = (error: unknown): Admission => {
    failed(error)
    return { status: 500, reason: 'hawser: it could not be decided whether you may see this page.' }
  }
  const decide = (answer: unknown): Admission => (answer === true ? true : refused)
  return (request) => {
    try {
      const answer: unknown = authorize(request)
      return isThenable(answer) ? Promise.resolve(answer).then(decide, broken) : decide(answer)
    } catch (error) {
      return broken(error)
    }
  }
}

function admitLoopback(request: IncomingMessage): Admission {
  const { socket, headers } = request
  const isProxied = request.httpVersion === '1.0' || proxyFields.some((name) => headers[name] !== undefined)
  if (isProxied || !isLoopbackAddress(socket.remoteAddress)) return { status: 403, reason: hint }
  if (!isAllowedHost(authorityOf(request), 'localhost', hostname())) {
    return { status: 421, reason: 'hawser: this page is only served under an address or a name of this machine, not under the name in Host.' }
  }
  return true
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\./i.test(address) || address === '::1')
}
