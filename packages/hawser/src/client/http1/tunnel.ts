import { HandshakeError } from '../../core/errors.ts'
import type { ReceivedResponse } from '../../core/errors.ts'
import { RULES } from '../../core/handshake/rules.ts'
import type { ServerAddress } from '../../core/handshake/url.ts'
import { encodeLatin1 } from '../../core/http1/latin1.ts'
import type { TextCodec } from '../../core/platform.ts'
import type { Runtime } from '../../connection/runtime.ts'
import type { Transport } from '../../connection/transport.ts'
import type { DialProgress, DialTarget } from '../dial.ts'
import type { HttpProxy } from '../proxy.ts'
import { exchange } from './exchange.ts'

/**
 * Asks a proxy for a tunnel to the server with CONNECT (RFC 6455 section 4.1, step 3). Resolves once `transport` is the tunnel, paused.
 * @throws HandshakeError at stage `proxy`, or the reason of the signal
 */
export async function openTunnel(
  transport: Transport,
  proxy: HttpProxy,
  target: DialTarget,
  progress: DialProgress,
  runtime: Runtime,
): Promise<void> {
  progress.stage('proxy')
  const result = await exchange<void>({
    transport,
    head: buildConnectRequest(target.address, proxy),
    stage: 'proxy',
    limits: target.limits,
    clock: runtime.clock,
    text: runtime.platform.text,
    signal: progress.signal,
    // After the head of any 2xx the connection is a tunnel; its content fields are ignored (RFC 9110 section 9.3.6).
    switches: (status) => status >= 200 && status < 300,
    switched: (_head, early) => {
      if (early.length === 0) return
      const message = `the proxy ${proxy.shown} sent bytes into the tunnel before the server could have`
      throw new HandshakeError(message, { stage: 'proxy', fault: 'network', rule: RULES['RC5.proxy'] })
    },
  })
  if (result.kind === 'answered') throw proxyRefused(proxy, target.address, hideCredentials(result.response, proxy.basic, runtime.platform.text))
}

/** The target is host and port (RFC 9110 section 9.3.6); the proxy sees nothing of the opening handshake. */
export function buildConnectRequest(address: ServerAddress, proxy: HttpProxy): string {
  const authority = `${address.hostname.includes(':') ? `[${address.hostname}]` : address.hostname}:${address.port}`
  const credentials = proxy.basic === undefined ? '' : `Proxy-Authorization: ${proxy.basic}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`
}

/** A proxy may repeat the request in its refusal, and the error has that refusal. */
function hideCredentials(response: ReceivedResponse, basic: string | undefined, text: TextCodec): ReceivedResponse {
  if (basic === undefined) return response
  const secret = basic.slice('Basic '.length)
  const hide = (shown: string): string => shown.replaceAll(secret, '*'.repeat(secret.length))
  return {
    ...response,
    statusText: hide(response.statusText),
    fields: response.fields.map(([name, value]) => [name, hide(value)]),
    body: encodeLatin1(hide(text.decodeLatin1(response.body, 0, response.body.length))),
  }
}

/** The error for a proxy's refusal of CONNECT, with its likely cause. */
export function proxyRefused(proxy: Pick<HttpProxy, 'shown' | 'basic'>, address: ServerAddress, response: ReceivedResponse): HandshakeError {
  const hint =
    response.status === 407
      ? proxy.basic === undefined
        ? 'the proxy asks for credentials: give them in its URL'
        : 'the proxy does not take these credentials'
      : response.status === 403 || response.status === 405
        ? `the proxy does not allow CONNECT to port ${address.port}`
        : response.status >= 500
          ? `the proxy could not reach ${address.hostname}:${address.port}`
          : undefined
  return new HandshakeError(`the proxy ${proxy.shown} answered CONNECT with ${response.status} ${response.statusText}`.trimEnd(), {
    stage: 'proxy',
    condition: 'proxy-refused',
    fault: 'network',
    response,
    rule: RULES['RC5.proxy'],
    ...(hint === undefined ? {} : { hint }),
  })
}
