import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Capability, ConformanceCase } from './case.ts'
import { casesOfTier } from './cases/tiers.ts'
import { clientCapabilities } from './client-suite.ts'
import type { ClientSuiteOptions } from './client-suite.ts'
import { Exchange } from './exchange.ts'
import { acceptOf, listOf, parseHead, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { interruptionOf } from './interrupt.ts'
import { Link } from './link.ts'
import { inlinePage } from './page-files.ts'
import { resultOf, Unmet } from './result.ts'
import type { CaseResult, SuiteReport, Verdict } from './result.ts'
import { defaultBounds } from './bounds.ts'
import { runCase } from './run-case.ts'
import { reportOf } from './run-suite.ts'
import { excludeCases, selectCases } from './select.ts'
import { Validator } from './validator.ts'
import { opcodes, parseFrame, serializeFrame } from './wire.ts'

/** Options of `serveClientSuite`. */
export interface CaseServerOptions extends ClientSuiteOptions {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /**
   * Called when a client asks for its report, once its cases in flight are judged. The client gets its answer when this returns; if this
   * throws, its connection is dropped.
   */
  readonly updateReports?: (report: SuiteReport) => void | Promise<void>
  /** Called when the answer to such a request has been sent. */
  readonly reported?: (agent: string) => void
}

/** A server that plays the cases to clients that connect by themselves. */
export interface CaseServer {
  /** Where it listens. */
  readonly port: number
  /** How many cases `/runCase` has. */
  readonly caseCount: number
  /** The results of one client so far; a case that it did not run, or that is still in flight, is `not-run`. */
  report(agent: string): SuiteReport
  /** The names of the clients that ran a case or asked for a report. */
  agents(): string[]
  /** Whether a client ran cases that no report has covered yet. */
  isReportDue(agent: string): boolean
  /** Stops listening and ends every connection. */
  close(): Promise<void>
}

/** The behaviours that harnesses know from `/getCaseStatus`. */
const behaviours: Readonly<Record<Verdict, string>> = {
  pass: 'OK',
  fail: 'FAILED',
  warn: 'NON-STRICT',
  info: 'INFORMATIONAL',
  unsupported: 'UNIMPLEMENTED',
  'not-run': 'UNIMPLEMENTED',
}

/**
 * Serves the client cases at the URLs that existing harnesses use: `/getCaseCount`, `/getCaseInfo?case=N`, `/runCase?case=N&agent=A`,
 * `/getCaseStatus?case=N&agent=A` and `/updateReports?agent=A`. `/` is a page that runs every case in the browser that opens it.
 */
export async function serveClientSuite(options: CaseServerOptions = {}): Promise<CaseServer> {
  const suite = new ServedSuite(options)
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    suite.accept(new Link(socket, new Exchange())).catch(() => socket.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve)
  })
  const port = (server.address() as AddressInfo).port
  suite.port = port
  return {
    port,
    caseCount: suite.cases.length,
    report: (agent) => suite.report(agent),
    agents: () => [...suite.clients.keys()],
    isReportDue: (agent) => suite.clients.get(agent)?.reportDue === true,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** What one client has done so far. */
interface Client {
  readonly results: Map<string, CaseResult>
  readonly inFlight: Set<Promise<unknown>>
  readonly keysSeen: Set<string>
  readonly validator: Validator
  reportDue: boolean
}

/** Each client keeps the exchanges of its cases. */
const mostClients = 100
/** Of a client, in characters. */
const longestName = 200

class ServedSuite {
  readonly cases: readonly ConformanceCase[]
  readonly clients: Map<string, Client> = new Map()
  port = 0
  #options: CaseServerOptions
  #selected: readonly ConformanceCase[]
  #capabilities: ReadonlySet<Capability>
  #startedAt = new Date()
  #interruption: Promise<never>

  constructor(options: CaseServerOptions) {
    this.#options = options
    this.#interruption = interruptionOf(options.signal)
    this.#selected = selectCases(casesOfTier('client', options.tier), options.only ?? [], options.exclude)
    this.#capabilities = clientCapabilities(options, false)
    this.cases = this.#selected.filter((row) => this.#missing(row).length === 0)
  }

  report(agent: string): SuiteReport {
    const client = this.clients.get(agent)
    const known = client?.results
    const always = excludeCases(client?.validator.results((this.#options.only ?? []).length === 0) ?? [], this.#options.exclude)
    const results = this.#selected.map((row) => known?.get(row.id) ?? this.#withoutResult(row))
    return reportOf('client', agent, this.#options.seed ?? 1, this.#startedAt, [...results, ...always], {
      interrupted: this.#options.signal?.aborted === true,
    })
  }

  async accept(link: Link): Promise<void> {
    const head = await link.until(() => parseHead(link.unread) ?? (link.state === 'open' ? undefined : null), 10_000)
    if (head === undefined || head === null) {
      link.destroy()
      return
    }
    const target = new URL(head.startLine.split(' ')[1] ?? '/', 'ws://localhost')
    const agent = (target.searchParams.get('agent') ?? 'client').slice(0, longestName)
    if (!this.clients.has(agent) && this.clients.size >= mostClients) return this.#refuse(link, `503 More than ${mostClients} Clients`)
    const row = this.cases[Number(target.searchParams.get('case')) - 1]
    if (target.pathname === '/runCase' && row !== undefined) return this.#run(row, agent, link)
    if (valuesOf(head, 'sec-websocket-key').length === 0) return this.#page(target.pathname, link)
    if (target.pathname === '/getCaseCount') return this.#say(link, head, String(this.cases.length))
    if (target.pathname === '/getCaseInfo' && row !== undefined) return this.#say(link, head, JSON.stringify({ id: row.id, description: row.why }))
    if (target.pathname === '/getCaseStatus' && row !== undefined) {
      const verdict = this.clients.get(agent)?.results.get(row.id)?.verdict
      return this.#say(link, head, JSON.stringify({ behavior: verdict === undefined ? 'UNIMPLEMENTED' : behaviours[verdict] }))
    }
    if (target.pathname === '/updateReports') return this.#updateReports(agent, link, head)
    await this.#refuse(link, '404 Not Found')
  }

  async #refuse(link: Link, status: string): Promise<void> {
    await link.write(Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`))
    link.endSending()
  }

  #missing(row: ConformanceCase): Capability[] {
    return row.requires.filter((capability) => !this.#capabilities.has(capability))
  }

  #withoutResult(row: ConformanceCase): CaseResult {
    const missing = this.#missing(row)
    const [verdict, outcome] = missing.length > 0 ? (['unsupported', `needs ${missing.join(', ')}`] as const) : (['not-run', 'not run'] as const)
    return resultOf(row, verdict, outcome, 0, [])
  }

  #clientOf(agent: string): Client {
    const client = this.clients.get(agent) ?? {
      results: new Map(),
      inFlight: new Set(),
      keysSeen: new Set(),
      validator: new Validator('client'),
      reportDue: false,
    }
    this.clients.set(agent, client)
    return client
  }

  async #run(row: ConformanceCase, agent: string, link: Link): Promise<void> {
    const client = this.#clientOf(agent)
    client.reportDue = true
    const judged = this.#judge(row, client, link)
    client.inFlight.add(judged)
    try {
      const result = await judged
      this.#options.progress?.({ done: client.results.size, total: this.cases.length, result })
    } finally {
      client.inFlight.delete(judged)
    }
  }

  async #judge(row: ConformanceCase, client: Client, link: Link): Promise<CaseResult> {
    let used = false
    const result = await runCase(
      row,
      {
        values: new Map([['port', String(this.port)]]),
        extraFields: [],
        keysSeen: client.keysSeen,
        async connect(exchange) {
          if (used) throw new Unmet('the case needs a second connection')
          used = true
          link.recordIn(exchange)
          return link
        },
      },
      {
        seed: this.#options.seed ?? 1,
        bounds: { ...defaultBounds, ...this.#options.bounds },
        capabilities: this.#capabilities,
        maxMessage: this.#options.maxMessage ?? 0,
        validator: client.validator,
        interruption: this.#interruption,
      },
    )
    link.destroy()
    client.results.set(row.id, result)
    return result
  }

  /** Some harnesses ask without a name, or with another one than their cases had: then every report that is due is meant. */
  async #updateReports(asking: string, link: Link, head: Head): Promise<void> {
    const due = [...this.clients.keys()].filter((agent) => this.clients.get(agent)?.reportDue === true)
    const agents = this.clients.has(asking) || due.length === 0 ? [asking] : due
    // The opening handshake is answered at once: a client may wait for it for less time than its cases take.
    await this.#open(link, head)
    for (const agent of agents) {
      const client = this.#clientOf(agent)
      while (client.inFlight.size > 0) await Promise.allSettled(client.inFlight)
      client.reportDue = false
      await this.#options.updateReports?.(this.report(agent))
    }
    await this.#close(link)
    for (const agent of agents) this.#options.reported?.(agent)
  }

  async #say(link: Link, head: Head, text: string): Promise<void> {
    await this.#open(link, head)
    await link.write(serializeFrame({ fin: true, rsv: 0, opcode: opcodes.text, maskingKey: undefined, payload: Buffer.from(text) }))
    await this.#close(link)
  }

  async #open(link: Link, head: Head): Promise<void> {
    link.consume(head.byteLength)
    const subprotocol = listOf(head, 'sec-websocket-protocol')[0]
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptOf(valuesOf(head, 'sec-websocket-key')[0] ?? '')}`,
      ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
      '',
      '',
    ]
    await link.write(Buffer.from(lines.join('\r\n')))
  }

  /** The closing handshake, begun by the suite. */
  async #close(link: Link): Promise<void> {
    await link.write(serializeFrame({ fin: true, rsv: 0, opcode: opcodes.close, maskingKey: undefined, payload: Buffer.from([0x03, 0xe8]) }))
    await link.until(() => {
      for (;;) {
        const next = parseFrame(link.unread)
        if (typeof next !== 'object') return link.state === 'open' ? undefined : true
        link.consume(next.byteLength)
        if (next.opcode === opcodes.close) return true
      }
    }, 3000)
    link.endSending()
  }

  async #page(path: string, link: Link): Promise<void> {
    const page = path === '/' ? inlinePage('browser') : undefined
    const content = Buffer.from(page ?? 'Not Found')
    const status = page === undefined ? '404 Not Found' : '200 OK'
    await link.write(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 ${status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n`),
        content,
      ]),
    )
    link.endSending()
  }
}
