import { ConnectionError } from '../errors.ts'
import type { BufferPool, ByteMasker, TextCodec } from '../platform.ts'
import { POLICY_VIOLATION } from './close-code.ts'
import { parseCloseBody } from './closing.ts'
import type { ExtensionSession } from './extension.ts'
import type { FrameHeader } from './frame.ts'
import { FrameParser, type FrameRules, type FrameSink, HOLD_DECODING, HOLD_FINISHED, HOLD_PAUSED } from './frame-parser.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { ConnectionLimits } from './limits.ts'
import { MessageAssembler, type Suspender } from './message-assembler.ts'
import { CLOSE, PONG } from './opcode.ts'
import type { Output } from './output.ts'
import * as rules from './rules.ts'
import type { Sender } from './sender.ts'

export interface InputOptions {
  readonly role: 'client' | 'server'
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly buffers: BufferPool
  readonly masker?: ByteMasker | undefined
  readonly textAs?: 'string' | 'bytes'
  readonly frameRules?: FrameRules | undefined
}

/** Takes chunks to the parser and what comes out of it to where it belongs; holds back what may not be used yet. */
export class Input implements FrameSink, Suspender {
  /** A chunk is being worked on: whoever gave it flushes afterwards. */
  receiving = false
  private readonly options: InputOptions
  private readonly lifecycle: Lifecycle
  private readonly sender: Sender
  private readonly output: Output
  private readonly parser: FrameParser
  private readonly assembler: MessageAssembler
  /** The output of before this chunk has not been taken: the transport does not keep up. */
  private backlogged = false
  /** Received and not used yet; the first from `restStart` on. */
  private rest: Uint8Array[] | undefined
  private restStart = 0
  private controlFrames = 0
  private controlFramesSince: number

  constructor(options: InputOptions, lifecycle: Lifecycle, sender: Sender, output: Output) {
    this.options = options
    this.lifecycle = lifecycle
    this.sender = sender
    this.output = output
    this.controlFramesSince = lifecycle.now
    this.assembler = new MessageAssembler(options, lifecycle.handler, this)
    this.parser = new FrameParser(options.frameRules ?? frameRules(options), this)
  }

  get heldBytes(): number {
    let bytes = this.assembler.heldBytes
    if (this.rest !== undefined) for (const chunk of this.rest) bytes += chunk.length
    return bytes
  }

  get paused(): boolean {
    return (this.parser.hold & HOLD_PAUSED) !== 0
  }

  get holds(): boolean {
    const { hold } = this.parser
    return (hold & HOLD_FINISHED) === 0 && (hold !== 0 || this.rest !== undefined)
  }

  /** What has been received is not used up. */
  get busy(): boolean {
    return this.receiving || this.holds
  }

  pause(): void {
    this.parser.hold |= HOLD_PAUSED
  }

  resume(): void {
    if (!this.paused) return
    this.parser.hold &= ~HOLD_PAUSED
    this.goOn()
  }

  /** What comes from now on does not matter. */
  finish(): void {
    this.parser.hold |= HOLD_FINISHED
    this.assembler.clear()
    this.rest = undefined
  }

  receive(chunk: Uint8Array): void {
    const { parser } = this
    if ((parser.hold & HOLD_FINISHED) !== 0) {
      this.lifecycle.discard(chunk.length)
      return
    }
    if (this.receiving || this.rest !== undefined || parser.hold !== 0) {
      this.rest ??= []
      this.rest.push(chunk)
      if (!this.receiving) this.useRest()
      return
    }
    this.backlogged = this.output.byteLength !== 0
    this.receiving = true
    try {
      parser.push(chunk, 0)
    } finally {
      this.receiving = false
      if (parser.position < chunk.length) this.keepRest(chunk)
      if (this.rest !== undefined) this.useRest()
      else if (!this.holds) this.lifecycle.inputUsed()
    }
  }

  whole(bytes: Uint8Array, start: number, end: number, isText: boolean, seen: number): void {
    const error = this.assembler.whole(bytes, start, end, isText, seen)
    if (error !== undefined) this.lifecycle.fail(error)
  }

  begin(header: FrameHeader): ConnectionError | undefined {
    return this.assembler.begin(header)
  }

  piece(bytes: Uint8Array, start: number, end: number, seen: number, header: FrameHeader, last: boolean): ConnectionError | undefined {
    return this.assembler.piece(bytes, start, end, seen, header, last)
  }

  control(opcode: number, payload: Uint8Array): void {
    const { lifecycle, options } = this
    if (opcode === CLOSE) {
      const close = parseCloseBody(payload, options.text)
      if (close instanceof ConnectionError) lifecycle.fail(close)
      else lifecycle.remoteClose(close)
      return
    }
    if (this.isFlood()) {
      const message = `more than ${options.limits.controlFramesPerSecond} Ping and Pong frames came within a second`
      lifecycle.fail(new ConnectionError(message, { fault: 'peer', closeCode: POLICY_VIOLATION, rule: rules.CONTROL_FLOOD }))
      return
    }
    if (opcode === PONG) {
      lifecycle.handler.pong(payload)
      return
    }
    // Section 5.5.3: when a Pong still waits for the transport, only the most recent Ping is answered.
    if (lifecycle.state !== 'lost') this.sender.pong(payload, this.backlogged)
    lifecycle.handler.ping(payload)
  }

  violation(error: ConnectionError): void {
    this.lifecycle.fail(error)
  }

  suspend(settled: Promise<() => ConnectionError | undefined>): void {
    this.parser.hold |= HOLD_DECODING
    void settled.then((step) => {
      if ((this.parser.hold & HOLD_FINISHED) !== 0) return
      this.parser.hold &= ~HOLD_DECODING
      this.lifecycle.now = NaN
      this.receiving = true
      try {
        const error = step()
        if (error !== undefined) this.lifecycle.fail(error)
      } finally {
        this.receiving = false
        this.goOn()
        if (this.lifecycle.state !== 'closed') this.lifecycle.handler.inputReady?.()
      }
    })
  }

  private goOn(): void {
    if (this.receiving) return
    this.lifecycle.now = NaN
    this.useRest()
    this.lifecycle.ready()
  }

  private useRest(): void {
    const { parser } = this
    this.backlogged = this.output.byteLength !== 0
    this.receiving = true
    try {
      while (this.rest !== undefined && parser.hold === 0) {
        const chunk = this.rest.shift()!
        const start = this.restStart
        if (this.rest.length === 0) this.rest = undefined
        this.restStart = 0
        parser.position = start
        try {
          parser.push(chunk, start)
        } finally {
          if (parser.position < chunk.length) this.keepRest(chunk)
        }
      }
    } finally {
      this.receiving = false
    }
    if (!this.holds) this.lifecycle.inputUsed()
  }

  /** Keeps what the parser has not used; a small rest does not keep a large chunk alive. */
  private keepRest(chunk: Uint8Array): void {
    const { hold, position } = this.parser
    if ((hold & HOLD_FINISHED) !== 0) {
      this.rest = undefined
      return
    }
    const small = (chunk.length - position) * 4 < chunk.buffer.byteLength
    this.restStart = small ? 0 : position
    this.rest ??= []
    this.rest.unshift(small ? new Uint8Array(chunk.subarray(position)) : chunk)
  }

  private isFlood(): boolean {
    const { now } = this.lifecycle
    if (now - this.controlFramesSince >= 1000) {
      this.controlFramesSince = now
      this.controlFrames = 0
    }
    return ++this.controlFrames > this.options.limits.controlFramesPerSecond
  }
}

/** What a parser is told about every connection with these options. */
export function frameRules(options: Omit<InputOptions, 'text' | 'buffers'>): FrameRules {
  const { role, limits, extensions, masker, textAs } = options
  let rsv = 0
  for (const extension of extensions) rsv |= extension.rsv
  const maxWhole = extensions.length === 0 ? Math.min(limits.frame, limits.message) : -1
  return { masked: role === 'server', rsv, maxPayload: limits.frame, maxWhole, masker, textIsDecoded: textAs !== 'bytes' }
}
