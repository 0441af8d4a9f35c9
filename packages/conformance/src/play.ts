import type { Bounds } from './bounds.ts'
import type { BytesContext } from './bytes.ts'
import type { ConformanceCase, Level } from './case.ts'
import { DeflateContext } from './deflate.ts'
import type { Exchange } from './exchange.ts'
import { OpeningHandshake } from './handshake.ts'
import { unreadOfLong } from './link.ts'
import type { Link } from './link.ts'
import { Peer } from './peer.ts'
import type { OnFrame } from './peer.ts'
import { tierOf, Unmet } from './result.ts'
import type { Closing, Figures } from './result.ts'
import { expectsRefusal } from './root-causes.ts'
import type { RootCause } from './root-causes.ts'
import type { PlaySubject } from './subject.ts'
import type { Validator } from './validator.ts'

/** How a case is played. */
export interface PlayOptions {
  readonly bounds: Bounds
  /** Sees every frame and head that the peer sends. */
  readonly validator?: Validator
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
    options: PlayOptions,
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
      peer.onFrame = this.checkFrame(() => peer.inflater !== undefined || this.handshake.mayCompress)
      this.peer = peer
    }
    return this.peer
  }

  /** Shows the validator each frame. @param mayCompress whether permessage-deflate is agreed, or may be */
  checkFrame(mayCompress: () => boolean): OnFrame {
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

  /** Ends the connection; the case goes on with a new one. */
  reconnect(): void {
    this.destroy()
    this.peer = undefined
    this.#link = undefined
    this.handshake = new OpeningHandshake(this)
  }

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
}
