import type { Capability, ConformanceCase } from './case.ts'
import { casesOfTier } from './cases/tiers.ts'
import type { CaseTier } from './cases/tiers.ts'
import { Lifeline } from './lifeline.ts'
import { Link } from './link.ts'
import { interruptionOf } from './interrupt.ts'
import type { PlaySubject } from './subject.ts'
import { reach } from './reach.ts'
import { Unmet } from './result.ts'
import type { SuiteReport } from './result.ts'
import { generalCauses } from './root-causes.ts'
import { defaultBounds } from './bounds.ts'
import { runCase } from './run-case.ts'
import type { Bounds } from './bounds.ts'
import { reportOf, runCases } from './run-suite.ts'
import type { SuiteProgress } from './run-suite.ts'
import { openProbe } from './preflight/probe.ts'
import { excludeCases, selectCases } from './select.ts'
import { Validator } from './validator.ts'
import { openHttp2 } from './h2/connect.ts'
import { extendedConnect, runH2Script } from './h2/scripts.ts'

/** What a server under test supports, and how the suite goes about it. */
export interface ServerSuiteOptions {
  /** Default `standard`. */
  readonly tier?: CaseTier
  /** Ids, areas, or patterns with `*`. Default: all cases. */
  readonly only?: readonly string[]
  /** The same patterns, for cases that are left out. Default: none. */
  readonly exclude?: readonly string[]
  /** Cases at a time. Default 16; volume cases are run one at a time. */
  readonly jobs?: number
  /** Default 1. */
  readonly seed?: number
  /** Subprotocols that the server speaks. Default: none, and their cases are unsupported. */
  readonly subprotocols?: readonly string[]
  /** Default true: the server is asked, and cases whose offer it declines are unsupported. */
  readonly deflate?: boolean
  /** An origin that the server refuses. */
  readonly originRefused?: string
  /** A path that the server answers with an error. */
  readonly pathUnknown?: string
  /** The server echoes binary messages. Default true; false makes the cases that send one unsupported. */
  readonly binary?: boolean
  /** The largest message that the server takes, in bytes. */
  readonly maxMessage?: number
  /** Whether to wait for the server's time limits. Default true. */
  readonly timeouts?: boolean
  /** Field lines for every request, for example an Origin or a Cookie. */
  readonly fields?: readonly (readonly [name: string, value: string])[]
  /** Take any certificate. Default false. */
  readonly insecure?: boolean
  /** The server speaks WebSocket over HTTP/2 (RFC 8441) at the same address. Default false. */
  readonly http2?: boolean
  /** How long the suite waits, in milliseconds. Default: those of `defaultBounds`. */
  readonly bounds?: Partial<Bounds>
  /** For the report. Default: the URL. */
  readonly agent?: string
  /** Ends the run early: the cases without a verdict are then `not-run`, and the report says `interrupted`. Default: never. */
  readonly signal?: AbortSignal
  /** Called after each case. */
  readonly progress?: (progress: SuiteProgress) => void
}

/** Tests a server at a `ws:` or `wss:` URL whose endpoint echoes every message. @throws TypeError for any other URL */
export async function runServerSuite(url: string | URL, options: ServerSuiteOptions = {}): Promise<SuiteReport> {
  const target = new URL(url)
  if (target.protocol !== 'ws:' && target.protocol !== 'wss:')
    throw new TypeError(`a server under test has a ws: or wss: URL, not ${target.protocol}`)
  const startedAt = new Date()
  const seed = options.seed ?? 1
  const bounds = { ...defaultBounds, ...options.bounds }
  const capabilities = capabilitiesOf(target, options)
  const subject = subjectOf(target, options, bounds)
  const only = options.only ?? []
  const interruption = interruptionOf(options.signal)
  const validator = new Validator('server')
  const lifeline = new Lifeline(() => answers(target, options, bounds.answerMs))
  const run = (row: ConformanceCase): ReturnType<typeof runCase> =>
    lifeline.run(row, () => runCase(row, subject, { seed, bounds, capabilities, maxMessage: options.maxMessage ?? 0, validator, interruption }))
  const selected = selectCases(casesOfTier('server', options.tier), only, options.exclude)
  const played = await runCases(selected, options.jobs ?? 16, run, options.progress, options.signal)
  const interrupted = options.signal?.aborted === true
  if (!interrupted) await lifeline.finish()
  const results = lifeline.judged(played)
  const always = excludeCases(validator.results(only.length === 0), options.exclude)
  return reportOf('server', options.agent ?? target.href, seed, startedAt, [...results, ...always], { diedDuring: lifeline.diedDuring, interrupted })
}

/** Whether an opening handshake succeeds. */
async function answers(target: URL, options: ServerSuiteOptions, answerMs: number): Promise<boolean> {
  try {
    const probe = await openProbe(target, { fields: options.fields ?? [], insecure: options.insecure === true, answerMs })
    probe.peer.link.destroy()
    return true
  } catch {
    return false
  }
}

function capabilitiesOf(target: URL, options: ServerSuiteOptions): Set<Capability> {
  const capabilities = new Set<Capability>(['no-extensions'])
  if ((options.subprotocols?.length ?? 0) > 0) capabilities.add('subprotocols')
  capabilities.add(options.deflate === false ? 'no-deflate' : 'deflate')
  if (options.binary !== false) capabilities.add('binary')
  if (options.originRefused !== undefined) capabilities.add('origin-refused')
  if (options.pathUnknown !== undefined) capabilities.add('path-unknown')
  if (options.maxMessage !== undefined) capabilities.add('max-message')
  if (options.timeouts !== false) capabilities.add('timeouts')
  if (target.protocol === 'wss:') capabilities.add('tls')
  if (options.http2 === true) capabilities.add('h2')
  return capabilities
}

function subjectOf(target: URL, options: ServerSuiteOptions, bounds: Bounds): PlaySubject {
  const [subprotocol = 'chat', second = subprotocol] = options.subprotocols ?? []
  const values = new Map([
    ['host', target.host],
    ['path', target.pathname + target.search],
    ['port', target.port],
    ['unknown-path', options.pathUnknown ?? ''],
    ['refused-origin', options.originRefused ?? ''],
    ['subprotocol', subprotocol],
    ['subprotocol-upper', subprotocol === subprotocol.toUpperCase() ? subprotocol.toLowerCase() : subprotocol.toUpperCase()],
    ['subprotocol-second', second],
  ])
  return {
    values,
    extraFields: options.fields ?? [],
    keysSeen: new Set(),
    async connect(exchange) {
      const socket = await reach(target, { insecure: options.insecure === true, ms: bounds.answerMs })
      exchange.add('suite', 'connected', target.host)
      return new Link(socket, exchange)
    },
    async openStream(exchange, fields) {
      const connection = await openHttp2(target, options.insecure === true, bounds.answerMs, exchange)
      const extra = (options.fields ?? []).map(([name, value]) => [name.toLowerCase(), value] as const)
      const stream = await connection.request([...extendedConnect(target), ...extra, ...fields])
      const response = await connection.response(stream, bounds.answerMs)
      if (response === 'reset') {
        connection.destroy()
        throw new Unmet('the opening handshake was answered with a stream error', undefined, generalCauses.opening)
      }
      const { status } = response
      const head = {
        startLine: `HTTP/2.0 ${status}`,
        fields: response.fields.filter(([name]) => !name.startsWith(':')),
        malformed: [],
        byteLength: 0,
      }
      if (status < 200 || status > 299) connection.destroy()
      return { head, link: status < 200 || status > 299 ? undefined : connection.linkOf(stream) }
    },
    runH2: (script, caseBounds, exchange, onFrame) =>
      runH2Script(script, target, { insecure: options.insecure === true, bounds: caseBounds, exchange, onFrame, values }),
  }
}
