import { lookup } from 'node:dns/promises'
import * as net from 'node:net'
import * as tls from 'node:tls'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { missesCertificate } from '../../runtime/node/connect-errors.ts'
import { systemWords } from './system-words.ts'
import type { Reach, Target, TlsObservation } from './observation.ts'

interface ReachOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly tls: TlsOptions
}

/** Looks the host up, connects and, for wss, does a TLS handshake that accepts every certificate, so that all that is wrong can be told. Never throws. */
export async function observeReach(target: Target, options: ReachOptions): Promise<Reach> {
  let addresses: readonly string[] = []
  if (net.isIP(target.hostname) !== 0) addresses = [target.hostname]
  else {
    try {
      addresses = (await within(lookup(target.hostname, { all: true }), options)).map(({ address }) => address)
    } catch (error) {
      return { addresses, failure: { stage: 'dns', ...describe(error) } }
    }
  }
  let stage: 'tcp' | 'tls' = 'tcp'
  let secured: tls.TLSSocket | undefined
  const socket = net.connect(target.port, target.hostname)
  try {
    await within(event(socket, 'connect'), options)
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
    await within(event(secured, 'secureConnect'), options)
    const seen = describeTls(secured)
    secured.destroy()
    return { addresses, tls: seen }
  } catch (error) {
    const failure = { stage, ...describe(error) }
    return {
      addresses,
      failure: missesCertificate(failure.code, secured?.getPeerCertificate() ?? {}) ? { ...failure, wantsCertificate: true } : failure,
    }
  } finally {
    socket.destroy()
  }
}

function event(socket: net.Socket, name: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(name, () => resolve())
    socket.on('error', reject)
    socket.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })))
  })
}

/** @throws an error with the code ETIMEDOUT, or ABORT_ERR for the signal */
export function within<T>(promise: Promise<T>, { timeoutMs, signal }: Pick<ReachOptions, 'timeoutMs' | 'signal'>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
    }
    const timer = setTimeout(() => {
      end()
      reject(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    const aborted = (): void => {
      end()
      reject(Object.assign(new Error('interrupted'), { code: 'ABORT_ERR' }))
    }
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
    promise.then(resolve, reject).finally(end)
  })
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
