import { lookup } from 'node:dns/promises'
import * as net from 'node:net'
import * as tls from 'node:tls'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { HandshakeError } from '../../core/errors.ts'
import { missesCertificate } from '../../runtime/node/connect-errors.ts'
import type { Proxy } from '../../client/proxy.ts'
import { systemWords } from './system-words.ts'
import type { Reach, Target, TlsObservation } from './observation.ts'
import { describeProxyFailure, occurs, openRoute, within } from './route.ts'
import type { Bounds } from './route.ts'

interface ReachOptions extends Bounds {
  readonly tls: TlsOptions
}

/** Looks the host up, connects and, for wss, does a TLS handshake that accepts every certificate, so that all that is wrong can be told. Never throws. */
export async function observeReach(target: Target, options: ReachOptions, proxy?: Proxy): Promise<Reach> {
  if (proxy !== undefined) return { proxy: proxy.shown, ...(await connect(target, options, [], proxy)) }
  let addresses: readonly string[] = []
  if (target.socketPath !== undefined) return connect(target, options, addresses)
  if (net.isIP(target.hostname) !== 0) addresses = [target.hostname]
  else {
    try {
      addresses = (await within(lookup(target.hostname, { all: true }), options)).map(({ address }) => address)
    } catch (error) {
      return { addresses, failure: { stage: 'dns', ...describe(error) } }
    }
  }
  return connect(target, options, addresses)
}

async function connect(target: Target, options: ReachOptions, addresses: readonly string[], proxy?: Proxy): Promise<Reach> {
  let stage: 'tcp' | 'tls' = 'tcp'
  let socket: net.Socket | undefined
  let secured: tls.TLSSocket | undefined
  try {
    socket = await openRoute(target, proxy, options)
    if (!target.secure) return { addresses }
    stage = 'tls'
    secured = tls.connect({
      ...options.tls,
      rejectUnauthorized: false,
      socket,
      ALPNProtocols: ['h2', 'http/1.1'],
      host: target.hostname,
      ...(net.isIP(target.hostname) === 0 ? { servername: target.hostname } : {}),
    })
    await within(occurs(secured, 'secureConnect'), options)
    const seen = describeTls(secured)
    secured.destroy()
    return { addresses, tls: seen }
  } catch (error) {
    const ofProxy = describeProxyFailure(error)
    if (ofProxy !== undefined) return { addresses, failure: { stage: 'proxy', ...ofProxy } }
    if (error instanceof HandshakeError) return { addresses, failure: { stage: 'dns', ...describe(error.cause) } }
    const failure = { stage, ...describe(error) }
    return {
      addresses,
      failure: missesCertificate(failure.code, secured?.getPeerCertificate() ?? {}) ? { ...failure, wantsCertificate: true } : failure,
    }
  } finally {
    socket?.destroy()
  }
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message, errors } = error as NodeJS.ErrnoException & { readonly errors?: readonly NodeJS.ErrnoException[] }
  // For several addresses Node gives an error without a message, which holds the error of each address.
  const first = message === '' ? errors?.[0] : undefined
  return { code: code ?? first?.code ?? 'unknown', message: systemWords(first ?? (error as NodeJS.ErrnoException)) }
}

function describeTls(socket: tls.TLSSocket): TlsObservation {
  const { subject, subjectaltname, issuer, valid_from: validFrom, valid_to: validTo } = socket.getPeerCertificate()
  const name = (part: tls.Certificate | undefined): string => [part?.CN, part?.O].flat().find((one) => one !== undefined) ?? 'without a name'
  const error = socket.authorizationError as unknown
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
    certificateError: socket.authorized
      ? undefined
      : error instanceof Error
        ? ((error as NodeJS.ErrnoException).code ?? error.message)
        : String(error),
    certificate: validTo === undefined ? undefined : { names: subjectaltname ?? name(subject), issuer: name(issuer), validFrom, validTo },
  }
}
