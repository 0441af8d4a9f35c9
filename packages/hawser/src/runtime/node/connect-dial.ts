import * as dns from 'node:dns'
import type { LookupAddress } from 'node:dns'
import * as net from 'node:net'
import type { LookupFunction, Socket } from 'node:net'
import * as tls from 'node:tls'
import { HandshakeError, HawserError, OptionError } from '../../core/errors.ts'
import { RULES } from '../../core/handshake/rules.ts'
import type { Runtime } from '../../connection/runtime.ts'
import { placeOf } from '../../client/connecting-queue.ts'
import type { Dial, DialProgress, DialTarget } from '../../client/dial.ts'
import { dialServer, HTTP1 } from '../../client/http1/dial.ts'
import type { Network } from '../../client/network.ts'
import { socketOfAgent } from './agent.ts'
import { discard, hasEncoding, isByteStream } from './byte-stream.ts'
import { tlsFor, tlsTo, withoutDot } from './client-tls.ts'
import { dialFailed } from './connect-errors.ts'
import type { NodeDialOptions } from './connect-options.ts'
import type { NodeHttp2Sessions } from './http2-sessions.ts'
import { resolveHost } from './resolve.ts'
import { SocketTransport } from './socket-transport.ts'
import { explainTlsOptions } from './tls-options.ts'

/** Sockets of node:net and node:tls, opened with these options. */
export function createNodeNetwork(options: NodeDialOptions): Network<Socket> {
  return {
    resolve: async ({ address }, progress) => {
      const found = await resolveFor(options, address.hostname, 'dns', `${address.hostname}:${address.port}`, progress)
      // The scope of a link-local address means nothing to a proxy.
      return found.map((one) => one.address.replace(/%.*$/, ''))
    },
    open: (target, progress) => openSocket(options, target, progress),
    isEncrypted: (socket) => (socket as tls.TLSSocket).encrypted === true,
    encrypt: (socket, peer, target, progress, alpn) => {
      const { address, proxy } = target
      return peer === 'proxy' && proxy !== undefined
        ? startTls(socket, proxy.host, { name: 'proxyTls', options: options.proxyTls ?? {} }, proxy.shown, progress, alpn)
        : startTls(socket, address.hostname, { name: 'tls', options: tlsFor(options, target) }, address.authority, progress, alpn)
    },
    transport: (socket) => new SocketTransport(socket),
  }
}

/** To a socket, or to an HTTP/2 session that connections with the same options share. */
export function createNodeDial(options: NodeDialOptions, sessions: NodeHttp2Sessions, runtime: Runtime): Dial {
  const network = createNodeNetwork(options)
  return async (target, progress) => {
    const { address } = target
    const dial = (from: DialProgress, alpn: readonly string[]): Promise<Socket> => dialServer(network, target, from, runtime, alpn)
    if (target.http === '1.1' || (target.http === 'auto' && !address.secure)) return new SocketTransport(await dial(progress, HTTP1))
    const required = target.http === '2'
    const found = await sessions.route(
      {
        key: sessions.keys.keyOf(options, target, tlsFor(options, target)),
        origin: `${address.secure ? 'https' : 'http'}://${address.authority}`,
        required,
        turnMs: target.limits.turnMs,
        dial: (from, http2) => dial(from, http2 ? (required ? ['h2'] : ['h2', ...HTTP1]) : HTTP1),
      },
      progress,
    )
    return 'exchange' in found ? found : new SocketTransport(found)
  }
}

async function openSocket(options: NodeDialOptions, target: DialTarget, progress: DialProgress): Promise<Socket> {
  const { address, proxy, crossOrigin } = target
  const { createConnection, agent } = options
  if (createConnection !== undefined || agent !== undefined) {
    const { hostname: host, port, secure, authority } = address
    await progress.enter([placeOf(host, port)])
    const socket = await (createConnection === undefined
      ? makeConnection(
          'agent',
          () =>
            socketOfAgent(
              agent as NonNullable<typeof agent>,
              address,
              { ...localEnd(options), ...(options.lookup === undefined ? {} : { lookup: options.lookup }) },
              tlsTo(host, tlsFor(options, target), HTTP1),
            ),
          authority,
          progress,
        )
      : makeConnection('createConnection', () => createConnection({ host, port, secure, signal: progress.abortSignal }), authority, progress))
    return (socket as Partial<tls.TLSSocket> & { readonly secureConnecting?: boolean }).secureConnecting === true
      ? settle(socket, 'secureConnect', 'tls', authority, progress)
      : settle(socket, 'connect', 'tcp', authority, progress)
  }
  if (options.socketPath !== undefined) {
    if (crossOrigin)
      throw new HandshakeError('a redirect to another origin is not followed over socketPath', {
        stage: 'redirect',
        fault: 'peer',
        rule: RULES['redirect.socket-path'],
      })
    return settle(net.connect({ path: options.socketPath, allowHalfOpen: true }), 'connect', 'tcp', options.socketPath, progress)
  }
  const host = proxy?.host ?? address.hostname
  const port = proxy?.port ?? address.port
  const stage = proxy === undefined ? 'tcp' : 'proxy'
  const where = proxy?.shown ?? `${address.hostname}:${port}`
  if (proxy === undefined && net.isIP(host) !== 0) await progress.enter([placeOf(host, port)])
  let addresses: readonly LookupAddress[] | undefined
  if (net.isIP(host) === 0) {
    addresses = await resolveFor(options, host, proxy === undefined ? 'dns' : 'proxy', where, progress)
    // The queue is for addresses, so the wait is between the resolver's answer and the first packet (step 2).
    if (proxy === undefined) await progress.enter(addresses.map(({ address }) => placeOf(address, port)))
  }
  progress.stage('tcp')
  let socket: Socket
  try {
    socket = net.connect({
      host,
      port,
      allowHalfOpen: true,
      noDelay: true,
      ...(addresses === undefined ? {} : { lookup: answerWith(addresses) }),
      ...localEnd(options),
    })
  } catch (error) {
    throw dialFailed(error, stage, where)
  }
  return settle(socket, 'connect', stage, where, progress)
}

function localEnd({ family, localAddress, localPort }: NodeDialOptions): { family?: number; localAddress?: string; localPort?: number } {
  return {
    ...(family === undefined || family === 0 ? {} : { family }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  }
}

async function resolveFor(
  options: NodeDialOptions,
  host: string,
  stage: 'dns' | 'proxy',
  where: string,
  progress: DialProgress,
): Promise<readonly LookupAddress[]> {
  progress.stage('dns')
  try {
    return await progress.race(resolveHost(options.lookup ?? (dns.lookup as LookupFunction), host, options.family ?? 0))
  } catch (error) {
    throw progress.signal.aborted ? progress.signal.reason : dialFailed(error, stage, where)
  }
}

/** The application's promise may outlast the attempt, or never settle: the deadline does not wait for it, and a socket that comes late is destroyed. */
async function makeConnection(option: 'createConnection' | 'agent', create: () => unknown, where: string, progress: DialProgress): Promise<Socket> {
  let made: Promise<unknown> | undefined
  let socket: unknown
  try {
    made = Promise.resolve(create())
    socket = await progress.race(made)
  } catch (error) {
    if (!progress.signal.aborted) throw option === 'agent' && error instanceof HawserError ? error : dialFailed(error, 'tcp', where)
    made?.then(discard, () => {})
    throw progress.signal.reason
  }
  const gives = 'a socket of node:net or node:tls'
  const expected = option === 'agent' ? `an agent that gives ${gives}` : `a function that returns ${gives}, or a promise of one`
  if (!isByteStream(socket)) throw new OptionError(option, expected, socket)
  if (hasEncoding(socket)) {
    discard(socket)
    throw new OptionError(option, `${expected}, without setEncoding()`, `a stream of ${socket.readableEncoding}`)
  }
  return socket as Socket
}

/** node:net calls a resolver even if the addresses are known. */
function answerWith(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses
  return (_hostname, options, callback) => {
    if (options.all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}

function startTls(
  socket: Socket,
  hostname: string,
  { name, options }: { readonly name: 'tls' | 'proxyTls'; readonly options: NonNullable<NodeDialOptions['tls']> },
  where: string,
  progress: DialProgress,
  alpn: readonly string[],
): Promise<Socket> {
  let secure: Socket
  try {
    secure = tls.connect({
      ...tlsTo(hostname, options, alpn),
      socket,
      host: withoutDot(hostname),
    })
  } catch (error) {
    discard(socket)
    return Promise.reject(explainTlsOptions(`${name}.`, options) ?? dialFailed(error, 'tls', where))
  }
  return settle(secure, 'secureConnect', 'tls', where, progress)
}

/** Waits for `event` of a socket that is being opened. An error, and the signal, destroy it. */
function settle(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  stage: 'tcp' | 'proxy' | 'tls',
  where: string,
  progress: DialProgress,
): Promise<Socket> {
  const { signal } = progress
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      leave()
      // The emitter must not throw further errors; the first one is the cause.
      socket.on('error', () => {})
      socket.destroy()
      const certificate = stage === 'tls' ? (socket as Partial<tls.TLSSocket>).getPeerCertificate?.() : undefined
      reject(signal.aborted ? signal.reason : dialFailed(error, stage, where, certificate))
    }
    const done = (): void => {
      leave()
      resolve(socket)
    }
    const aborted = (): void => fail(signal.reason)
    const closed = (): void => fail(new Error('the connection was closed'))
    const leave = (): void => {
      socket.off(event, done)
      socket.off('error', fail)
      socket.off('close', closed)
      signal.removeEventListener('abort', aborted)
    }
    socket.on(event, done)
    socket.on('error', fail)
    socket.on('close', closed)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
    else if (socket.closed) closed()
    else if (event === 'connect' && !socket.connecting && !socket.destroyed) done()
  })
}
