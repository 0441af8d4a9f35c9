import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Capability, ConformanceCase } from './case.ts'
import { casesOfTier } from './cases/tiers.ts'
import type { CaseTier } from './cases/tiers.ts'
import type { Exchange } from './exchange.ts'
import { runH2ClientScript } from './h2/client-scripts.ts'
import type { ClientExit } from './client-exit.ts'
import { acceptHttp2 } from './h2/connect.ts'
import { Link } from './link.ts'
import { interruptionOf } from './interrupt.ts'
import type { PlaySubject } from './subject.ts'
import { Unmet } from './result.ts'
import type { CaseResult, SuiteReport } from './result.ts'
import { generalCauses } from './root-causes.ts'
import { defaultBounds } from './bounds.ts'
import { runCase } from './run-case.ts'
import type { Bounds } from './bounds.ts'
import { reportOf, runCases } from './run-suite.ts'
import type { SuiteProgress } from './run-suite.ts'
import { excludeCases, selectCases } from './select.ts'
import { Validator } from './validator.ts'
import { untrustedCertificate } from './untrusted-certificate.ts'

/** Options of `runClientSuite`. */
export interface ClientSuiteOptions {
  /** Default `standard`. */
  readonly tier?: CaseTier
  /** Ids, areas, or patterns with `*`. Default: all cases. */
  readonly only?: readonly string[]
  /** The same patterns, for cases that are left out. Default: none. */
  readonly exclude?: readonly string[]
  /** Clients at a time. Default 4; volume cases are run one at a time. */
  readonly jobs?: number
  /** Default 1. */
  readonly seed?: number
  /** The largest message that the client takes, in bytes. */
  readonly maxMessage?: number
  /** Whether to wait for the client's time limits. Default true. */
  readonly timeouts?: boolean
  /** The client trusts no certificate that nobody signed, and can be told a wss: URL. Default true. */
  readonly tls?: boolean
  /** The client speaks WebSocket over HTTP/2 (RFC 8441) to the URLs that it is given, with prior knowledge or ALPN: those cases are run, and no other. */
  readonly http2?: boolean
  /** PEM: the URLs that name no place of their own are `wss://localhost:…`. The client has to trust the certificate. */
  readonly certificate?: { readonly cert: string | Uint8Array; readonly key: string | Uint8Array }
  /** How long the suite waits, in milliseconds; `startMs` is how long the client may take to connect, 10 000 by default. Default: those of `defaultBounds`. */
  readonly bounds?: Partial<Bounds & { readonly startMs: number }>
  /** For the report. Default `client`. */
  readonly agent?: string
  /** Ends the run early: the cases without a verdict are then `not-run`, and the report says `interrupted`. Default: never. */
  readonly signal?: AbortSignal
  /** Called after each case. */
  readonly progress?: (progress: SuiteProgress) => void
}

/**
 * Starts the client under test on a URL; it echoes every message until the connection ends. Resolves when it is done, with how its process ended where
 * it has one; `signal` says that it has to be.
 */
export type StartClient = (url: string, signal: AbortSignal) => Promise<void | ClientExit>

/** Tests a client by starting it once for each case, each on a port of its own. */
export async function runClientSuite(start: StartClient, options: ClientSuiteOptions = {}): Promise<SuiteReport> {
  const startedAt = new Date()
  const seed = options.seed ?? 1
  const bounds = { ...defaultBounds, ...options.bounds }
  const startMs = options.bounds?.startMs ?? 10_000
  const capabilities = clientCapabilities(options, true)
  const keysSeen = new Set<string>()
  const usedPorts = new Set<number>()
  const validator = new Validator('client')
  const interruption = interruptionOf(options.signal)
  const freshPlace = async (make: () => Promise<Place>): Promise<Place> => {
    const place = await make()
    if (!usedPorts.has(place.port)) {
      usedPorts.add(place.port)
      return place
    }
    // A client may keep HTTP/2 connections by origin: the next case at the same port would get the last one's.
    const other = usedPorts.size < 10_000 ? await freshPlace(make) : await make()
    place.close()
    return other
  }
  const run = async (row: ConformanceCase): ReturnType<typeof runCase> => {
    const secure = options.certificate !== undefined && row.url === undefined && row.area !== 'tls'
    const place = await freshPlace(() =>
      row.requires.includes('each') && row.area === 'tls'
        ? listenTls()
        : listen(row.url?.includes('[::1]') === true ? '::1' : '127.0.0.1', secure ? options.certificate : undefined, options.http2 === true),
    )
    const abort = new AbortController()
    const authority = secure ? `localhost:${place.port}` : `127.0.0.1:${place.port}`
    const url = (row.url ?? (secure ? 'wss://localhost:{port}/' : 'ws://127.0.0.1:{port}/')).replace('{port}', String(place.port))
    let done: Promise<ClientExit | undefined> | undefined
    const begin = (): Promise<ClientExit | undefined> =>
      (done ??= start(url, abort.signal).then(
        (exit) => exit ?? undefined,
        () => undefined,
      ))
    const socketOf = async (exchange: Exchange): Promise<Socket> => {
      const socket = await Promise.race([place.connection, begin().then(() => pause(50)), pause(startMs)])
      if (socket === undefined) throw new Unmet('no connection came', undefined, generalCauses.unreachable)
      exchange.add('peer', 'connected')
      return socket
    }
    const subject: PlaySubject = {
      values: new Map([['port', String(place.port)]]),
      extraFields: [],
      keysSeen,
      connect: async (exchange) => new Link(await socketOf(exchange), exchange),
      async takeStream(exchange) {
        const connection = await acceptHttp2(await socketOf(exchange), [[8, 1]], exchange)
        const { stream, fields } = await connection.nextRequest(bounds.answerMs)
        return {
          head: { startLine: 'CONNECT / HTTP/2.0', fields, malformed: [], byteLength: 0 },
          async respond(lines) {
            await connection.respond(stream, lines)
            return connection.linkOf(stream)
          },
        }
      },
      runH2: async (script, caseBounds, exchange, onFrame) =>
        runH2ClientScript(script, { socket: await socketOf(exchange), bounds: caseBounds, exchange, onFrame, authority, secure }),
      async tlsAttempt() {
        return Promise.race([place.attempt, begin().then(() => pause(200)), pause(startMs)])
      },
    }
    let result: CaseResult
    try {
      result = await runCase(row, subject, { seed, bounds, capabilities, maxMessage: options.maxMessage ?? 0, validator, interruption })
    } finally {
      abort.abort()
      place.close()
    }
    const exit = done === undefined ? undefined : await Promise.race([done, pause(1000)])
    return exit === undefined ? result : validator.exit(exit, row, result)
  }
  const only = options.only ?? []
  const selected = selectCases(casesOfTier('client', options.tier), only, options.exclude).filter(
    (row) => options.http2 !== true || row.requires.includes('h2'),
  )
  const results = await runCases(selected, options.jobs ?? 4, run, options.progress, options.signal)
  const always = excludeCases(validator.results(only.length === 0), options.exclude)
  const interrupted = options.signal?.aborted === true
  return reportOf('client', options.agent ?? 'client', seed, startedAt, [...results, ...always], { interrupted })
}

/** What a client can be tried for: what it offers is seen in each request; `each` tells that it is started for the case. */
export function clientCapabilities(options: ClientSuiteOptions, each: boolean): Set<Capability> {
  const capabilities = new Set<Capability>(['no-extensions', 'subprotocol-offer', 'no-subprotocol-offer', 'deflate', 'binary'])
  if (options.maxMessage !== undefined) capabilities.add('max-message')
  if (options.timeouts !== false) capabilities.add('timeouts')
  if (each) capabilities.add('each')
  if (each && options.http2 === true) capabilities.add('h2')
  if (options.tls !== false) capabilities.add('tls')
  return capabilities
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref())
}

interface Place {
  readonly port: number
  readonly connection: Promise<Socket>
  readonly attempt: Promise<{ serverName: string | undefined; completed: boolean }>
  close(): void
}

async function ready(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

async function listen(host: string, certificate: ClientSuiteOptions['certificate'], http2: boolean): Promise<Place> {
  const sockets = new Set<Socket>()
  let taken: (socket: Socket) => void
  const connection = new Promise<Socket>((resolve) => {
    taken = resolve
  })
  const take = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    taken(socket)
  }
  const server =
    certificate === undefined
      ? createServer({ allowHalfOpen: true }, take)
      : createTlsServer({ cert: bufferOf(certificate.cert), key: bufferOf(certificate.key), ALPNProtocols: [http2 ? 'h2' : 'http/1.1'] }, take)
  const port = await ready(server, host)
  return {
    port,
    connection,
    attempt: new Promise(() => {}),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

function bufferOf(pem: string | Uint8Array): string | Buffer {
  return typeof pem === 'string' ? pem : Buffer.from(pem)
}

async function listenTls(): Promise<Place> {
  let serverName: string | undefined
  let ended: (attempt: { serverName: string | undefined; completed: boolean }) => void
  const attempt = new Promise<{ serverName: string | undefined; completed: boolean }>((resolve) => {
    ended = resolve
  })
  const server = createTlsServer({
    ...untrustedCertificate,
    SNICallback(name, done) {
      serverName = name
      done(null)
    },
  })
  // A client may finish the TLS handshake and look at the certificate then: trust shows in the first byte of its request.
  server.on('secureConnection', (socket) => {
    socket.once('data', () => {
      ended({ serverName, completed: true })
      socket.destroy()
    })
    socket.once('close', () => ended({ serverName, completed: false }))
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => ended({ serverName, completed: false }))
  const port = await ready(server, 'localhost')
  return { port, connection: new Promise(() => {}), attempt, close: () => void server.close() }
}
