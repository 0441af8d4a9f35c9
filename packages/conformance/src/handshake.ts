import type { Bounds } from './bounds.ts'
import { toBytes } from './bytes.ts'
import type { BytesContext } from './bytes.ts'
import type { ConformanceCase, Level, Step } from './case.ts'
import type { Bytes, FrameSpec, RequestSpec, ResponseSpec, Split } from './specs.ts'
import { acceptOf, buildFields, deflateParametersOf, isEndless, listOf, mostInterim, parseHead, statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import type { Exchange } from './exchange.ts'
import type { Link } from './link.ts'
import type { Peer } from './peer.ts'
import { clientPlaceholders } from './placeholders.ts'
import { Unmet, Unsupported } from './result.ts'
import type { PlaySubject } from './subject.ts'
import type { Validator } from './validator.ts'
import { causeOf, generalCauses } from './root-causes.ts'

/** What an opening handshake needs of the case that it is part of. */
export interface HandshakeCase {
  readonly row: ConformanceCase
  readonly subject: PlaySubject
  readonly bounds: Bounds
  readonly context: BytesContext
  readonly exchange: Exchange
  readonly validator: Validator | undefined
  /** Why a peer may end the connection instead of its first echo. */
  mayRefuseAgreement: string | undefined
  link(): Promise<Link>
  useLink(link: Link): void
  ensurePeer(): Promise<Peer>
  agree(parameters: Map<string, string>): void
}

/** The opening handshake of one case's connection, from the suite's end. */
export class OpeningHandshake {
  /** The key of the request. */
  key = ''
  /** What the peer sent: a request, or the final response to one. */
  head: Head | undefined
  /** permessage-deflate is named in the response that opened the connection. */
  mayCompress = false
  #play: HandshakeCase
  /** The suite's request, as a server reads it. */
  #sent: Head | undefined
  #respond: ((fields: readonly (readonly [string, string])[]) => Promise<Link>) | undefined

  constructor(play: HandshakeCase) {
    this.#play = play
  }

  async open(step: Extract<Step, { do: 'open' }>): Promise<void> {
    if (this.#play.row.end === 'server') {
      const head = await this.#opened(step)
      const peer = await this.#play.ensurePeer()
      if (step.deflate === undefined) return
      const agreed = deflateParametersOf(head)
      if (agreed === undefined) throw new Unsupported(`the server declined "${step.deflate}"`)
      if (step.takeover === true && agreed.has('client_no_context_takeover')) throw new Unsupported('the server wants no context takeover')
      this.#play.agree(agreed)
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
    this.#play.agree(deflateParametersOf({ startLine: '', fields: [['sec-websocket-extensions', step.deflate]], malformed: [], byteLength: 0 })!)
    this.#play.exchange.add('suite', 'note', `agreed: ${step.deflate}`)
    // RFC 7692 section 7.1.2.2: zlib makes no raw stream for a window of 2^8, and a client that cannot fails the connection.
    if (/client_max_window_bits=8\b/.test(step.deflate)) this.#play.mayRefuseAgreement = 'the client cannot use a window of 8 bits'
  }

  async sendRequest(spec: RequestSpec, split?: Split, then?: readonly FrameSpec[], thenBytes?: Bytes): Promise<void> {
    const link = await this.#play.link()
    this.key = this.#play.context.random.bytes(16).toString('base64')
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
          ...this.#play.subject.extraFields,
        ],
        spec,
      )
      const start = `${spec.method ?? 'GET'} ${spec.target ?? '{path}'} ${spec.version ?? 'HTTP/1.1'}`.trimEnd()
      text = [start, ...lines, '', ''].map(fill).join(eol)
    }
    const sentKey = /^sec-websocket-key:[ \t]*([^\r\n]*?)[ \t]*$/im.exec(text)
    if (sentKey !== null) this.key = sentKey[1]!
    this.#play.exchange.add('suite', 'decoded', text.split(/\r?\n/, 1)[0]!.slice(0, 200))
    this.#sent = parseHead(Buffer.from(text, 'latin1'))
    const parts = [Buffer.from(text, 'latin1'), toBytes(spec.content, this.#play.context)]
    if (then !== undefined) parts.push((await this.#play.ensurePeer()).serialize(then))
    if (thenBytes !== undefined) parts.push(toBytes(thenBytes, this.#play.context))
    await link.write(Buffer.concat(parts), split)
  }

  /** Interim responses are skipped (RFC 9110 section 15.2). @returns undefined when the connection ended before a whole head came */
  async readHead(level?: Level): Promise<Head | undefined> {
    let head = await this.#readAnyHead(level)
    for (let interim = 0; interim < mostInterim && head !== undefined && isInterim(head); interim++) head = await this.#readAnyHead(level)
    return head
  }

  async #readAnyHead(level: Level | undefined): Promise<Head | undefined> {
    const ms = this.#play.bounds.answerMs
    const link = await this.#play.link()
    const found = await link.until(
      () => parseHead(link.unread) ?? (isEndless(link.unread) ? 'endless' : link.state === 'open' ? undefined : 'ended'),
      ms,
    )
    if (found === 'endless') throw new Unmet(`${link.unread.length} bytes came without the end of an HTTP message head`, level)
    if (found === undefined) {
      if (link.unread.length > 0) throw new Unmet('an HTTP message head was begun and not completed', level)
      throw new Unmet('no answer came in time', level, generalCauses.noAnswer)
    }
    if (found === 'ended') return undefined
    link.consume(found.byteLength)
    this.#play.exchange.add('peer', 'decoded', found.startLine.slice(0, 200))
    this.#play.validator?.head(found, this.#play.row.id, this.#play.exchange, this.#sent)
    this.head = found
    if (this.#play.row.end === 'server') this.mayCompress = valuesOf(found, 'sec-websocket-extensions').join().includes('permessage-deflate')
    return found
  }

  /** The client's request; read once. */
  async readRequest(): Promise<Head> {
    if (this.head !== undefined) return this.head
    const head = this.#play.row.over === 'http2' ? await this.#takeStream() : await this.readHead()
    if (head === undefined) throw new Unmet('the client ended the connection before its request was complete')
    this.key = valuesOf(head, 'sec-websocket-key')[0] ?? ''
    const offersSubprotocol = valuesOf(head, 'sec-websocket-protocol').length > 0
    if (this.#play.row.requires.includes('subprotocol-offer') && !offersSubprotocol) throw new Unsupported('the client offers no subprotocol')
    if (this.#play.row.requires.includes('no-subprotocol-offer') && offersSubprotocol) throw new Unsupported('the client offers subprotocols')
    if (this.#play.row.requires.includes('deflate') && !/permessage-deflate/.test(valuesOf(head, 'sec-websocket-extensions').join())) {
      throw new Unsupported('the client offers no permessage-deflate')
    }
    return head
  }

  /** @returns the response to an opening handshake that worked */
  async #opened(step: Extract<Step, { do: 'open' }>): Promise<Head> {
    if (this.#play.row.over === 'http2') {
      if (this.#play.subject.openStream === undefined) throw new Unsupported('needs h2')
      const { head, link } = await this.#play.subject.openStream(
        this.#play.exchange,
        step.deflate === undefined ? [] : [['sec-websocket-extensions', step.deflate]],
      )
      if (link === undefined) throw new Unmet(`the opening handshake was answered with ${statusOf(head)}`, undefined, generalCauses.opening)
      this.#play.useLink(link)
      this.head = head
      return head
    }
    const set = step.deflate === undefined ? {} : { 'Sec-WebSocket-Extensions': step.deflate }
    await this.sendRequest({ ...step.request, set: { ...set, ...step.request?.set } })
    const head = await this.readHead()
    if (head === undefined)
      throw new Unmet('the server ended the connection instead of answering the opening handshake', undefined, generalCauses.opening)
    // Without the offer it works: whether a server may refuse it for an offer that it cannot take is open to reading.
    if (statusOf(head) !== 101 && step.deflate !== undefined)
      throw new Unmet(`the offer "${step.deflate}" was answered with ${statusOf(head)}`, 'should', causeOf('deflate/offers'))
    if (statusOf(head) !== 101) throw new Unmet(`the opening handshake was answered with ${statusOf(head)}`, undefined, generalCauses.opening)
    return head
  }

  async #takeStream(): Promise<Head> {
    if (this.#play.subject.takeStream === undefined) throw new Unsupported('needs h2')
    const { head, respond } = await this.#play.subject.takeStream(this.#play.exchange)
    this.head = head
    this.#respond = respond
    return head
  }

  /** The response that opens the connection. */
  async #accept(spec: ResponseSpec | undefined, fields: readonly (readonly [string, string])[]): Promise<void> {
    if (this.#respond === undefined) return this.sendResponse({ ...spec, set: { ...Object.fromEntries(fields), ...spec?.set } })
    const subprotocol = this.subprotocolOffered
    const chosen = subprotocol === undefined ? [] : ([['sec-websocket-protocol', subprotocol]] as const)
    const lines = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
    this.#play.useLink(await this.#respond([[':status', '200'], ...chosen, ...lines]))
    await this.#play.ensurePeer()
  }

  async sendResponse(spec: ResponseSpec, split?: Split, then?: readonly FrameSpec[], thenBytes?: Bytes): Promise<void> {
    const link = await this.#play.link()
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
    this.mayCompress = filled.includes('permessage-deflate')
    this.#play.exchange.add('suite', 'decoded', filled.split(/\r?\n/, 1)[0]!.slice(0, 200))
    const parts = [Buffer.from(filled, 'latin1'), toBytes(spec.content, this.#play.context)]
    const peer = await this.#play.ensurePeer()
    if (then !== undefined) parts.push(peer.serialize(then))
    if (thenBytes !== undefined) parts.push(toBytes(thenBytes, this.#play.context))
    await link.write(Buffer.concat(parts), split)
  }

  /** The first subprotocol in the client's request. */
  get subprotocolOffered(): string | undefined {
    return this.#play.row.end === 'client' && this.head !== undefined ? listOf(this.head, 'sec-websocket-protocol')[0] : undefined
  }

  #fill(text: string): string {
    const client = this.#play.row.end === 'client' ? clientPlaceholders(this.key, this.subprotocolOffered ?? '') : undefined
    return text.replace(/\{([a-z\d-]+)\}/g, (whole, name: string) => {
      if (name === 'key') return this.key
      if (name === 'accept') return acceptOf(this.key)
      return client?.get(name) ?? this.#play.subject.values.get(name) ?? whole
    })
  }
}

function isInterim(head: Head): boolean {
  const status = statusOf(head)
  return status >= 100 && status <= 199 && status !== 101
}
