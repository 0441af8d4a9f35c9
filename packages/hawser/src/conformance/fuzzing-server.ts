import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { ConformanceCase } from './case.ts'
import { clientCases } from './cases/client/index.ts'
import { clientCapabilities } from './client-suite.ts'
import type { ClientSuiteOptions } from './client-suite.ts'
import { Exchange } from './exchange.ts'
import { acceptOf, listOf, parseHead, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { Link } from './link.ts'
import { drivingPage } from './driving-page.ts'
import { resultOf, Unmet } from './result.ts'
import type { CaseResult, SuiteReport, Verdict } from './result.ts'
import { defaultBounds, runCase } from './run-case.ts'
import { reportOf } from './run-suite.ts'
import { selectCases } from './select.ts'
import { closeCodeOf, opcodes, parseFrame, serializeFrame } from './wire.ts'

export interface FuzzingServerOptions extends ClientSuiteOptions {
  /** Default 0: any free one. */
  readonly port?: number
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** Called when a client asks for the reports: with the results of that agent. */
  readonly updateReports?: (report: SuiteReport) => void | Promise<void>
}

export interface FuzzingServer {
  readonly port: number
  /** How many cases `/runCase` has. */
  readonly caseCount: number
  /** The results of one agent so far; cases that it did not run are unsupported. */
  report(agent: string): SuiteReport
  agents(): string[]
  close(): Promise<void>
}

/** The behaviours that existing harnesses know from `/getCaseStatus`. */
const behaviours: Readonly<Record<Verdict, string>> = {
  pass: 'OK',
  fail: 'FAILED',
  warn: 'NON-STRICT',
  info: 'INFORMATIONAL',
  unsupported: 'UNIMPLEMENTED',
}

/**
 * Serves the client cases at the URLs that existing harnesses use: `/getCaseCount`, `/getCaseInfo?case=N`,
 * `/runCase?case=N&agent=A`, `/getCaseStatus?case=N&agent=A` and `/updateReports?agent=A`; `/` is a page that drives the browser that opens it.
 */
export async function serveClientSuite(options: FuzzingServerOptions = {}): Promise<FuzzingServer> {
  const suite = new FuzzingSuite(options)
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
    agents: () => [...suite.results.keys()],
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

class FuzzingSuite {
  readonly cases: readonly ConformanceCase[]
  readonly results: Map<string, Map<string, CaseResult>> = new Map()
  port = 0
  #options: FuzzingServerOptions
  #selected: readonly ConformanceCase[]
  #startedAt = new Date()
  #keysSeen = new Map<string, Set<string>>()

  constructor(options: FuzzingServerOptions) {
    this.#options = options
    this.#selected = selectCases(clientCases, options.only ?? [])
    const slow = options.timeouts === false
    this.cases = this.#selected.filter(
      (row) => !row.requires.includes('each') && !row.requires.includes('h2') && !(slow && row.requires.includes('timeouts')),
    )
  }

  report(agent: string): SuiteReport {
    const known = this.results.get(agent)
    const results = this.#selected.map(
      (row) =>
        known?.get(row.id) ??
        resultOf(row, 'unsupported', row.requires.includes('h2') ? 'needs h2' : row.requires.includes('each') ? 'needs each' : 'not run', 0, []),
    )
    return reportOf('client', agent, this.#options.seed ?? 1, this.#startedAt, results)
  }

  async accept(link: Link): Promise<void> {
    const head = await link.until(() => parseHead(link.unread) ?? (link.state === 'open' ? undefined : null), 10_000)
    if (head === undefined || head === null) {
      link.destroy()
      return
    }
    const target = new URL(head.startLine.split(' ')[1] ?? '/', 'ws://localhost')
    const agent = target.searchParams.get('agent') ?? 'client'
    const row = this.cases[Number(target.searchParams.get('case')) - 1]
    if (target.pathname === '/runCase' && row !== undefined) return this.#run(row, agent, link)
    if (valuesOf(head, 'sec-websocket-key').length === 0) return this.#page(target.pathname, link)
    if (target.pathname === '/getCaseCount') return this.#say(link, head, String(this.cases.length))
    if (target.pathname === '/getCaseInfo' && row !== undefined) return this.#say(link, head, JSON.stringify({ id: row.id, description: row.why }))
    if (target.pathname === '/getCaseStatus' && row !== undefined) {
      const verdict = this.results.get(agent)?.get(row.id)?.verdict
      return this.#say(link, head, JSON.stringify({ behavior: verdict === undefined ? 'UNIMPLEMENTED' : behaviours[verdict] }))
    }
    if (target.pathname === '/updateReports') {
      await this.#options.updateReports?.(this.report(agent))
      return this.#say(link, head, undefined)
    }
    await link.write(Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'))
    link.endSending()
  }

  async #run(row: ConformanceCase, agent: string, link: Link): Promise<void> {
    const keysSeen = this.#keysSeen.get(agent) ?? new Set()
    this.#keysSeen.set(agent, keysSeen)
    let used = false
    const result = await runCase(
      row,
      {
        values: new Map([['port', String(this.port)]]),
        extraFields: [],
        keysSeen,
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
        capabilities: clientCapabilities(this.#options, false),
        maxMessage: this.#options.maxMessage ?? 0,
      },
    )
    link.destroy()
    const results = this.results.get(agent) ?? new Map<string, CaseResult>()
    this.results.set(agent, results)
    results.set(row.id, result)
    this.#options.progress?.({ done: results.size, total: this.cases.length, result })
  }

  /** Opens, sends one text or none, and closes. */
  async #say(link: Link, head: Head, text: string | undefined): Promise<void> {
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
    const frame = (opcode: number, payload: Uint8Array): Uint8Array => serializeFrame({ fin: true, rsv: 0, opcode, maskingKey: undefined, payload })
    await link.write(
      Buffer.concat([
        Buffer.from(lines.join('\r\n')),
        ...(text === undefined ? [] : [frame(opcodes.text, Buffer.from(text))]),
        frame(opcodes.close, Buffer.from([0x03, 0xe8])),
      ]),
    )
    await link.until(() => {
      for (;;) {
        const next = parseFrame(link.unread)
        if (typeof next !== 'object') return link.state === 'open' ? undefined : true
        link.consume(next.byteLength)
        if (next.opcode === opcodes.close) return closeCodeOf(next.payload)
      }
    }, 3000)
    link.endSending()
  }

  async #page(path: string, link: Link): Promise<void> {
    const page = path === '/' ? drivingPage : undefined
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
