import type { BytesContext } from './bytes.ts'
import { toBytes } from './bytes.ts'
import type { ConformanceCase, Level, Step } from './case.ts'
import { DeflateContext } from './deflate.ts'
import type { Exchange } from './exchange.ts'
import { expectSteps } from './expect/index.ts'
import { OpeningHandshake } from './handshake.ts'
import type { Head } from './head.ts'
import { unreadOfLong } from './link.ts'
import type { Link } from './link.ts'
import { Peer } from './peer.ts'
import type { OnFrame } from './peer.ts'
import { tierOf, Unmet, Unsupported } from './result.ts'
import type { Closing, Figures } from './result.ts'
import { expectsRefusal } from './root-causes.ts'
import type { RootCause } from './root-causes.ts'
import type { Bounds, RunCaseOptions } from './run-case.ts'
import { playPings, playVolume } from './volume.ts'
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
  runH2?(script: string, bounds: Bounds, exchange: Exchange, onFrame: OnFrame): Promise<void>
}

/** One case being played: the connection, what was agreed, and the warnings so far. */
export class Play {
  readonly row: ConformanceCase
  readonly subject: PlaySubject
  readonly bounds: Bounds
  readonly context: BytesContext & { deflater: DeflateContext | undefined }
  readonly exchange: Exchange
  readonly validator: Validator | undefined
  figures: Figures | undefined
  /** The versions that the server named in its answers. */
  readonly versions: Set<string> = new Set<string>()
  readonly warnings: { readonly message: string; readonly cause: RootCause | undefined; readonly level: 'should' | 'info' }[] = []
  handshake: OpeningHandshake = new OpeningHandshake(this)
  peer: Peer | undefined
  /** The peer has to refuse what the case sends in the end: what goes wrong before is another defect. */
  readonly expectsRefusal: boolean
  /** Why a peer may end the connection instead of its first echo: it cannot do what the suite agreed on. */
  mayRefuseAgreement: string | undefined
  #link: Link | undefined
  #isOver = false

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
    this.expectsRefusal = expectsRefusal(row.steps)
    this.validator = options.validator
  }

  async step(step: Step): Promise<void> {
    if ('expect' in step) {
      await expectSteps[step.expect](this, step as never)
      return
    }
    switch (step.do) {
      case 'open':
        return this.handshake.open(step)
      case 'request':
        return this.handshake.sendRequest(step.request ?? {}, step.split, step.then, step.thenBytes)
      case 'response':
        await this.handshake.readRequest()
        return this.handshake.sendResponse(step.response ?? {}, step.split, step.then, step.thenBytes)
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
        this.handshake = new OpeningHandshake(this)
        return
      case 'volume':
        return playVolume(this, step)
      case 'pings':
        return playPings(this, step.count)
      case 'h2':
        if (this.subject.runH2 === undefined) throw new Unsupported('needs h2')
        return this.subject.runH2(
          step.script,
          this.bounds,
          this.exchange,
          this.#checkFrame(() => false),
        )
    }
  }

  async link(): Promise<Link> {
    this.#link ??= await this.subject.connect(this.exchange)
    if (this.#isOver) this.#link.destroy()
    if (tierOf(this.row) === 'volume') this.#link.mostUnread = Math.max(this.#link.mostUnread, unreadOfLong)
    return this.#link
  }

  /** Goes on with a connection that came about in another way: a stream of HTTP/2. */
  useLink(link: Link): void {
    this.#link = link
  }

  async ensurePeer(): Promise<Peer> {
    if (this.peer === undefined) {
      const peer = new Peer(await this.link(), this.row.end === 'server', this.context)
      peer.onFrame = this.#checkFrame(() => peer.inflater !== undefined || this.handshake.mayCompress)
      this.peer = peer
    }
    return this.peer
  }

  #checkFrame(mayCompress: () => boolean): OnFrame {
    const { end, id } = this.row
    return (frame, afterClose) => this.validator?.frame(frame, { end, mayCompress: mayCompress(), afterClose }, id, this.exchange)
  }

  /** How the connection ended so far; undefined where it was never opened. */
  get closing(): Closing | undefined {
    const { peer } = this
    if (peer === undefined) return undefined
    const { state } = peer.link
    const verdict = state === 'reset' ? 'reset' : state === 'open' ? 'open' : peer.closeCode !== undefined && peer.sentClose ? 'clean' : 'unclean'
    return { verdict, ...(peer.closeCode === undefined ? {} : { code: peer.closeCode }) }
  }

  /** Ends the case's connection; `reconnect` goes on with a new one, {@link finish} does not. */
  destroy(): void {
    this.peer?.showRest()
    if (this.row.end === 'client' && this.handshake.key !== '') this.subject.keysSeen.add(this.handshake.key)
    this.#link?.destroy()
  }

  finish(): void {
    this.#isOver = true
    this.destroy()
  }

  /** Whether it fails or warns is for the step's level to say, or else for the case's. */
  unmet(message: string, level: Level | undefined, cause?: RootCause): Unmet {
    return new Unmet(message, level, cause)
  }

  /** A SHOULD that is not met, or at the level `info` something to tell; the case goes on. */
  warn(message: string, cause?: RootCause, level: 'should' | 'info' = 'should'): void {
    this.warnings.push({ message, cause, level })
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
}
