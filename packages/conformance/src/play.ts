import type { BytesContext } from './bytes.ts'
import { toBytes } from './bytes.ts'
import type { ConformanceCase, Level, RequestSpec, ResponseSpec, Split, Step, FrameSpec, Bytes } from './case.ts'
import { DeflateContext } from './deflate.ts'
import type { Exchange } from './exchange.ts'
import { expectSteps } from './expect-steps.ts'
import { acceptOf, buildFields, deflateParametersOf, listOf, parseHead, statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import type { Link } from './link.ts'
import { Peer } from './peer.ts'
import { clientPlaceholders } from './placeholders.ts'
import { Unmet, Unsupported } from './result.ts'
import type { Bounds, RunCaseOptions } from './run-case.ts'
import type { Validator } from './validator.ts'

/** The endpoint under test, as one case sees it. */
export interface PlaySubject {
  /** Dials a server, or waits for a client. @throws Unmet when no connection comes about */
  connect(exchange: Exchange): Promise<Link>
  /** What rows write as `{host}`, `{path}`, `{refused-origin}`, `{subprotocol}`, `{port}`. */
  readonly values: ReadonlyMap<string, string>
  /** Field lines that every request of the suite carries besides those of the opening handshake. */
  readonly extraFields: readonly (readonly [string, string])[]
  /** Every Sec-WebSocket-Key that clients sent in this run before. */
  readonly keysSeen: Set<string>
  /** How an attempt over TLS ended, where the suite listens with a certificate nobody trusts. */
  tlsAttempt?(ms: number): Promise<{ readonly serverName: string | undefined; readonly completed: boolean } | undefined>
  /** A new HTTP/2 connection with one Extended CONNECT. @throws Unmet when none comes about */
  openStream?(exchange: Exchange, fields: readonly (readonly [string, string])[]): Promise<{ readonly head: Head; readonly link: Link | undefined }>
  /** The Extended CONNECT of a client. @throws Unmet when none comes */
  takeStream?(exchange: Exchange): Promise<{ readonly head: Head; respond(fields: readonly (readonly [string, string])[]): Promise<Link> }>
  runH2?(script: string, bounds: Bounds, exchange: Exchange): Promise<void>
}

/** One case being played: the connection, what was agreed, and the warnings so far. */
export class Play {
  readonly row: ConformanceCase
  readonly subject: PlaySubject
  readonly bounds: Bounds
  readonly context: BytesContext & { deflater: DeflateContext | undefined }
  readonly exchange: Exchange
  readonly warnings: string[] = []
  /** The key of the opening handshake in progress. */
  key = ''
  head: Head | undefined
  peer: Peer | undefined
  /** Why a peer may end the connection instead of its first echo: it cannot do what the suite agreed on. */
  mayRefuseAgreement: string | undefined
  #link: Link | undefined
  #validator: Validator | undefined
  /** permessage-deflate is named in the response that opened the connection. */
  #mayCompress = false
  #respond: ((fields: readonly (readonly [string, string])[]) => Promise<Link>) | undefined

  constructor(
    row: ConformanceCase,
    subject: PlaySubject,
    options: RunCaseOptions,
    context: BytesContext & { deflater: DeflateContext | undefined },
    exchange: Exchange,
  ) {
    this.row = row
    this.subject = subject
    this.bounds = options.bounds
    this.context = context
    this.exchange = exchange
    this.#validator = options.validator
  }

  async step(step: Step): Promise<void> {
    if ('expect' in step) {
      await expectSteps[step.expect](this, step as never)
      return
    }
    switch (step.do) {
      case 'open':
        return this.#open(step)
      case 'request':
        return this.sendRequest(step.request ?? {}, step.split, step.then, step.thenBytes)
      case 'response':
        await this.readRequest()
        return this.#sendResponse(step.response ?? {}, step.split, step.then, step.thenBytes)
      case 'bytes':
        return (await this.link()).write(toBytes(step.bytes, this.context), step.split)
      case 'frames':
        return (await this.ensurePeer()).send(step.frames, step.split)
      case 'end':
        return (await this.link()).endSending()
      case 'reset':
        return (await this.link()).reset()
      case 'wait':
        return new Promise((resolve) => setTimeout(resolve, step.ms))
      case 'trickle':
        return this.#trickle(step.line, step.within === 'handshake' ? this.bounds.handshakeMs : this.bounds.closeMs, step.level)
      case 'pause':
        return (await this.link()).pause()
      case 'resume':
        return (await this.link()).resume()
      case 'reconnect':
        this.destroy()
        this.peer = undefined
        this.#link = undefined
        this.head = undefined
        return
      case 'h2':
        if (this.subject.runH2 === undefined) throw new Unsupported('needs h2')
        return this.subject.runH2(step.script, this.bounds, this.exchange)
    }
  }

  async link(): Promise<Link> {
    this.#link ??= await this.subject.connect(this.exchange)
    return this.#link
  }

  async ensurePeer(): Promise<Peer> {
    if (this.peer === undefined) {
      const peer = new Peer(await this.link(), this.row.end === 'server', this.context)
      const { end, id } = this.row
      peer.onFrame = (frame, afterClose) => {
        const mayCompress = peer.inflater !== undefined || this.#mayCompress
        this.#validator?.frame(frame, { end, mayCompress, afterClose }, id, this.exchange)
      }
      this.peer = peer
    }
    return this.peer
  }

  destroy(): void {
    this.peer?.showRest()
    if (this.row.end === 'client' && this.key !== '') this.subject.keysSeen.add(this.key)
    this.#link?.destroy()
  }

  /** Whether it fails or warns is for the step's level to say, or else for the case's. */
  unmet(message: string, level: Level | undefined): Unmet {
    return new Unmet(message, level)
  }

  warn(message: string): void {
    this.warnings.push(message)
  }

  async sendRequest(spec: RequestSpec, split?: Split, then?: readonly FrameSpec[], thenBytes?: Bytes): Promise<void> {
    const link = await this.link()
    this.key = this.context.random.bytes(16).toString('base64')
    const fill = (text: string): string => this.#fill(text)
    const eol = spec.eol ?? '\r\n'
    let text: string
    if (spec.raw !== undefined) text = fill(spec.raw)
    else {
      const lines = buildFields(
        [
          ['Host', '{host}'],
          ['Upgrade', 'websocket'],
          ['Connection', 'Upgrade'],
          ['Sec-WebSocket-Key', '{key}'],
          ['Sec-WebSocket-Version', '13'],
          ...this.subject.extraFields,
        ],
        spec,
      )
      const start = `${spec.method ?? 'GET'} ${spec.target ?? '{path}'} ${spec.version ?? 'HTTP/1.1'}`.trimEnd()
      text = [start, ...lines, '', ''].map(fill).join(eol)
    }
    const sentKey = /^sec-websocket-key:[ \t]*([^\r\n]*?)[ \t]*$/im.exec(text)
    if (sentKey !== null) this.key = sentKey[1]!
    this.exchange.add('suite', 'decoded', text.split(/\r?\n/, 1)[0]!.slice(0, 200))
    const parts = [Buffer.from(text, 'latin1'), toBytes(spec.content, this.context)]
    if (then !== undefined) parts.push((await this.ensurePeer()).serialize(then))
    if (thenBytes !== undefined) parts.push(toBytes(thenBytes, this.context))
    await link.write(Buffer.concat(parts), split)
  }

  /** Interim responses are skipped (RFC 9110 section 15.2). @returns undefined when the connection ended before a whole head came */
  async readHead(): Promise<Head | undefined> {
    let head = await this.#readAnyHead()
    for (let interim = 0; interim < 16 && head !== undefined && isInterim(head); interim++) head = await this.#readAnyHead()
    return head
  }

  async #readAnyHead(): Promise<Head | undefined> {
    const ms = this.bounds.answerMs
    const link = await this.link()
    const found = await link.until(() => parseHead(link.unread) ?? (link.state === 'open' ? undefined : 'ended'), ms)
    if (found === undefined) {
      if (link.unread.length > 0) throw new Unmet('an HTTP message head was begun and not completed')
      throw new Unmet('no answer came in time')
    }
    if (found === 'ended') return undefined
    link.consume(found.byteLength)
    this.exchange.add('peer', 'decoded', found.startLine.slice(0, 200))
    this.#validator?.head(found, this.row.id, this.exchange)
    this.head = found
    if (this.row.end === 'server') this.#mayCompress = valuesOf(found, 'sec-websocket-extensions').join().includes('permessage-deflate')
    return found
  }

  /** The client's request; read once. */
  async readRequest(): Promise<Head> {
    if (this.head !== undefined) return this.head
    const head = this.row.over === 'http2' ? await this.#takeStream() : await this.readHead()
    if (head === undefined) throw new Unmet('the client ended the connection before its request was complete')
    this.key = valuesOf(head, 'sec-websocket-key')[0] ?? ''
    const offersSubprotocol = valuesOf(head, 'sec-websocket-protocol').length > 0
    if (this.row.requires.includes('subprotocol-offer') && !offersSubprotocol) throw new Unsupported('the client offers no subprotocol')
    if (this.row.requires.includes('no-subprotocol-offer') && offersSubprotocol) throw new Unsupported('the client offers subprotocols')
    if (this.row.requires.includes('deflate') && !/permessage-deflate/.test(valuesOf(head, 'sec-websocket-extensions').join())) {
      throw new Unsupported('the client offers no permessage-deflate')
    }
    return head
  }

  /** permessage-deflate as the response in `head` agreed on it. */
  agree(parameters: Map<string, string>): void {
    const bits = (name: string): number => Number(parameters.get(name) ?? '15')
    const server = new DeflateContext(bits('server_max_window_bits'), !parameters.has('server_no_context_takeover'))
    const client = new DeflateContext(bits('client_max_window_bits'), !parameters.has('client_no_context_takeover'))
    const peer = this.peer
    if (peer === undefined) return
    peer.inflater = this.row.end === 'server' ? server : client
    this.context.deflater = this.row.end === 'server' ? client : server
  }

  async #trickle(line: string, ms: number, level: Level | undefined): Promise<void> {
    const link = await this.link()
    const deadline = performance.now() + ms
    while (performance.now() < deadline) {
      await link.write(Buffer.from(line, 'latin1'))
      if ((await link.until(() => (link.state === 'open' ? undefined : true), ms / 40)) === true) return
    }
    throw new Unmet('the connection stays open', level)
  }

  /** @returns the response to an opening handshake that worked */
  async #opened(step: Extract<Step, { do: 'open' }>): Promise<Head> {
    if (this.row.over === 'http2') {
      if (this.subject.openStream === undefined) throw new Unsupported('needs h2')
      const { head, link } = await this.subject.openStream(
        this.exchange,
        step.deflate === undefined ? [] : [['sec-websocket-extensions', step.deflate]],
      )
      if (link === undefined) throw new Unmet(`the opening handshake was answered with ${statusOf(head)}`)
      this.#link = link
      this.head = head
      return head
    }
    const set = step.deflate === undefined ? {} : { 'Sec-WebSocket-Extensions': step.deflate }
    await this.sendRequest({ ...step.request, set: { ...set, ...step.request?.set } })
    const head = await this.readHead()
    if (head === undefined) throw new Unmet('the server ended the connection instead of answering the opening handshake')
    if (statusOf(head) !== 101) throw new Unmet(`the opening handshake was answered with ${statusOf(head)}`)
    return head
  }

  async #open(step: Extract<Step, { do: 'open' }>): Promise<void> {
    if (this.row.end === 'server') {
      const head = await this.#opened(step)
      const peer = await this.ensurePeer()
      if (step.deflate === undefined) return
      const agreed = deflateParametersOf(head)
      if (agreed === undefined) throw new Unsupported(`the server declined "${step.deflate}"`)
      if (step.takeover === true && agreed.has('client_no_context_takeover')) throw new Unsupported('the server wants no context takeover')
      this.agree(agreed)
      peer.link.exchange.add('suite', 'note', `agreed: ${valuesOf(head, 'sec-websocket-extensions').join(', ')}`)
      return
    }
    const request = await this.readRequest()
    if (step.deflate === undefined) return this.#accept(step.response, [])
    const offers = listOf(request, 'sec-websocket-extensions').filter((offer) => /^permessage-deflate(?:[ \t]*;|$)/.test(offer))
    if (offers.length === 0) throw new Unsupported('the client offers no permessage-deflate')
    if (step.deflate.includes('client_max_window_bits') && !offers.some((offer) => offer.includes('client_max_window_bits'))) {
      throw new Unsupported('the client does not offer client_max_window_bits')
    }
    await this.#accept(step.response, [['Sec-WebSocket-Extensions', step.deflate]])
    this.agree(deflateParametersOf({ startLine: '', fields: [['sec-websocket-extensions', step.deflate]], malformed: [], byteLength: 0 })!)
    this.exchange.add('suite', 'note', `agreed: ${step.deflate}`)
    // RFC 7692 section 7.1.2.2: zlib makes no raw stream for a window of 2^8, and a client that cannot fails the connection.
    if (/client_max_window_bits=8\b/.test(step.deflate)) this.mayRefuseAgreement = 'the client cannot use a window of 8 bits'
  }

  async #takeStream(): Promise<Head> {
    if (this.subject.takeStream === undefined) throw new Unsupported('needs h2')
    const { head, respond } = await this.subject.takeStream(this.exchange)
    this.head = head
    this.#respond = respond
    return head
  }

  /** The response that opens the connection. */
  async #accept(spec: ResponseSpec | undefined, fields: readonly (readonly [string, string])[]): Promise<void> {
    if (this.#respond === undefined) return this.#sendResponse({ ...spec, set: { ...Object.fromEntries(fields), ...spec?.set } })
    const subprotocol = this.subprotocolOffered
    const chosen = subprotocol === undefined ? [] : ([['sec-websocket-protocol', subprotocol]] as const)
    const lines = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
    this.#link = await this.#respond([[':status', '200'], ...chosen, ...lines])
    await this.ensurePeer()
  }

  async #sendResponse(spec: ResponseSpec, split?: Split, then?: readonly FrameSpec[], thenBytes?: Bytes): Promise<void> {
    const link = await this.link()
    const eol = spec.eol ?? '\r\n'
    const text =
      spec.raw ??
      (spec.before ?? '') +
        [
          spec.statusLine ?? 'HTTP/1.1 101 Switching Protocols',
          ...buildFields(
            [
              ['Upgrade', 'websocket'],
              ['Connection', 'Upgrade'],
              ['Sec-WebSocket-Accept', '{accept}'],
              // A client that goes by the WHATWG standard fails when it offered subprotocols and none comes back.
              ...(this.subprotocolOffered === undefined ? [] : ([['Sec-WebSocket-Protocol', '{subprotocol}']] as const)),
            ],
            spec,
          ),
          '',
          '',
        ].join(eol)
    const filled = this.#fill(text)
    this.#mayCompress = filled.includes('permessage-deflate')
    this.exchange.add('suite', 'decoded', filled.split(/\r?\n/, 1)[0]!.slice(0, 200))
    const parts = [Buffer.from(filled, 'latin1'), toBytes(spec.content, this.context)]
    const peer = await this.ensurePeer()
    if (then !== undefined) parts.push(peer.serialize(then))
    if (thenBytes !== undefined) parts.push(toBytes(thenBytes, this.context))
    await link.write(Buffer.concat(parts), split)
  }

  /** The first subprotocol in the client's request. */
  get subprotocolOffered(): string | undefined {
    return this.row.end === 'client' && this.head !== undefined ? listOf(this.head, 'sec-websocket-protocol')[0] : undefined
  }

  #fill(text: string): string {
    const client = this.row.end === 'client' ? clientPlaceholders(this.key, this.subprotocolOffered ?? '') : undefined
    return text.replace(/\{([a-z-]+)\}/g, (whole, name: string) => {
      if (name === 'key') return this.key
      if (name === 'accept') return acceptOf(this.key)
      return client?.get(name) ?? this.subject.values.get(name) ?? whole
    })
  }
}

function isInterim(head: Head): boolean {
  const status = statusOf(head)
  return status >= 100 && status <= 199 && status !== 101
}
