import type { ConnectionError } from '../../../src/core/errors.ts'
import { Connection } from '../../../src/core/protocol/connection.ts'
import type { SendOutcome } from '../../../src/core/protocol/sending.ts'
import type { ConnectionOptions } from '../../../src/core/protocol/connection-options.ts'
import type { CloseInfo, ConnectionTransport, MessageSink, PieceSink } from '../../../src/core/protocol/events.ts'
import type { ExtensionFrame } from '../../../src/core/protocol/extension.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import type { ConnectionLimits } from '../../../src/core/protocol/limits.ts'
import { platform, text } from '../platform.ts'

export const LIMITS: ConnectionLimits = {
  frame: 1 << 20,
  message: 1 << 20,
  fragments: 16384,
  incompleteMs: 120_000,
  incompleteBytes: 2 * (1 << 20) + 65536,
  controlFramesPerSecond: 1000,
}

export const KEY = 0x37fa213d

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

export function unhex(string: string): Uint8Array {
  return new Uint8Array(Buffer.from(string.replace(/\s+/g, ''), 'hex'))
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** A connection with the log of all it said; `written` is what left it, taken after each call as the layer above would. */
export class Recorder implements MessageSink, ConnectionTransport {
  readonly log: string[] = []
  readonly messages: (string | Uint8Array)[] = []
  readonly connection: Connection
  info: CloseInfo | undefined
  now = 0
  /** Called inside `message`. */
  onMessage: ((data: string | Uint8Array) => void) | undefined
  onClosing: (() => void) | undefined
  isWorking = false
  /** The transport takes nothing: output stays in the connection, and `unsentBytes` is what the test says. */
  isFull = false
  sentBytes = 0
  unsentBytes = 0
  #written: Uint8Array[] = []

  constructor(role: 'client' | 'server', options: Partial<ConnectionOptions> = {}) {
    const { random, buffers } = platform()
    this.connection = new Connection({ role, limits: LIMITS, extensions: [], text, random, buffers, ...options }, this, this, 0)
  }

  /** Gives each chunk as a copy: the parser unmasks in place. */
  receive(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.connection.receive(chunk.slice(), this.now)
      this.flush()
    }
    return this
  }

  /** Fails the connection where an extension could not encode, as the layer above does. */
  sent(outcome: SendOutcome): void {
    if (outcome instanceof Error) this.connection.fail(outcome, this.now)
  }

  flush(): void {
    if (this.isFull) return
    for (const segment of this.connection.output.take()) {
      this.sentBytes += segment.length
      this.#written.push(segment.slice())
    }
    this.connection.output.release()
  }

  /** What left since the last call. */
  take(): Uint8Array {
    this.flush()
    const all = join(this.#written)
    this.#written = []
    return all
  }

  takeHex(): string {
    return hex(this.take())
  }

  get error(): ConnectionError | undefined {
    return this.info?.error
  }

  /** The code of the Close frame that was sent because of an error, once the transport is gone. */
  finish(): CloseInfo {
    this.connection.transportClosed(undefined, this.now)
    if (this.info === undefined) throw new Error('not closed')
    return this.info
  }

  message(data: string | Uint8Array, isText: boolean): void {
    this.messages.push(data)
    this.log.push(`message ${isText ? 'text' : 'binary'} ${typeof data === 'string' ? JSON.stringify(data) : hex(data)}`.trimEnd())
    this.onMessage?.(data)
  }
  ping(payload: Uint8Array): void {
    this.log.push(`ping ${hex(payload)}`.trim())
  }
  pong(payload: Uint8Array): void {
    this.log.push(`pong ${hex(payload)}`.trim())
  }
  closing(): void {
    this.log.push('closing')
    this.onClosing?.()
  }
  outputReady(): void {
    this.flush()
  }
  extensionDone(direction: 'encode' | 'decode', result: ExtensionFrame | Error | undefined): void {
    this.connection.extensionDone(direction, result, this.now)
    this.flush()
  }
  endTransport(): void {
    this.log.push('end transport')
  }
  abortTransport(): void {
    this.log.push('abort transport')
  }
  closed(info: CloseInfo): void {
    this.info = info
    this.log.push(`closed ${info.code}${info.wasClean ? ' clean' : ''} ${info.initiator}`)
  }
}

/** The same for a connection with streams: a message is put together from its pieces, so that the log is that of whole messages. */
export class StreamRecorder extends Recorder implements PieceSink {
  /** Sizes of the pieces of all messages. */
  readonly sizes: number[] = []
  /** Why messages were cut off. */
  readonly cuts: (ConnectionError | undefined)[] = []
  /** Called inside `piece`. */
  onPiece: (() => void) | undefined
  #isText = false
  #pieces: Uint8Array[] = []

  constructor(role: 'client' | 'server', options: Partial<ConnectionOptions> = {}) {
    const limits = options.limits ?? LIMITS
    super(role, { ...options, streams: true, limits: { streamedMessage: limits.message, ...limits } })
  }

  get pieces(): this {
    return this
  }

  begin(isText: boolean): void {
    this.#isText = isText
    this.#pieces = []
  }

  piece(bytes: Uint8Array, start: number, end: number): void {
    this.sizes.push(end - start)
    this.#pieces.push(bytes.slice(start, end))
    this.onPiece?.()
  }

  end(): void {
    const bytes = join(this.#pieces)
    this.message(this.#isText ? Buffer.from(bytes).toString() : bytes, this.#isText)
  }

  cut(error: ConnectionError | undefined): void {
    this.cuts.push(error)
  }
}

export const utf8 = (string: string): Uint8Array => new Uint8Array(Buffer.from(string))
export const fromClient = (opcode: number, payload: Uint8Array | string = '', fin = true): Uint8Array =>
  serializeFrame({ opcode, fin, payload: typeof payload === 'string' ? utf8(payload) : payload, maskingKey: KEY })
export const fromServer = (opcode: number, payload: Uint8Array | string = '', fin = true): Uint8Array =>
  serializeFrame({ opcode, fin, payload: typeof payload === 'string' ? utf8(payload) : payload })
export const closeFrame = (code: number): Uint8Array => new Uint8Array([code >>> 8, code & 0xff])

/** Both ends; `exchange` carries what they wrote to each other, three times. */
export function pair(): { client: Recorder; server: Recorder; exchange(): void } {
  const client = new Recorder('client')
  const server = new Recorder('server')
  const exchange = (): void => {
    for (let i = 0; i < 3; i++) {
      const up = client.take()
      if (up.length > 0) server.receive(up)
      const down = server.take()
      if (down.length > 0) client.receive(down)
    }
  }
  return { client, server, exchange }
}
