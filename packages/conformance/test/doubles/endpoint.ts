import type { Socket } from 'node:net'
import { closeAnswer, closeFault } from './endpoint-close.ts'
import { EndpointDeflate } from './endpoint-deflate.ts'
import { piecesOf, pongOf, serializeFrame, unmask } from './endpoint-frame.ts'
import type { FrameShape } from './endpoint-frame.ts'
import { readHeader } from './endpoint-header.ts'
import type { EndpointOptions, Message } from './endpoint-options.ts'
import { altered, isGoodSoFar, isGoodText, validUtf8 } from './endpoint-text.ts'

/** How late a legal peer ends its half, longer than the bounds that its cases are given for an answer. Milliseconds. */
export const legalDelayMs = 1500

/**
 * A small echo endpoint after the opening handshake, correct unless a switch makes it wrong.
 * Written for clarity: it knows nothing of hawser or of the suite.
 */
export class Endpoint {
  #socket: Socket
  #options: EndpointOptions
  #m: (name: string) => boolean
  #buffer: Buffer = Buffer.alloc(0)
  #message: Message | undefined
  #sentClose = false
  #done = false
  #failed = false
  #heldPongs: Buffer[] = []
  #pongDebt = 0
  #compression: EndpointDeflate
  #keyPhase = 0
  #sent = 0
  #received = 0
  #pings = 0
  #lastCompressed = false
  #queue: Uint8Array[] = []

  constructor(socket: Socket, options: EndpointOptions) {
    this.#socket = socket
    this.#options = options
    this.#m = (name) => options.mutants.has(name)
    this.#compression = new EndpointDeflate(options, this.#m)
    // The response to the opening handshake is written first.
    if (this.#m('legal-ping-at-once')) {
      setImmediate(() => {
        this.#send(9, Buffer.from('are you there?'))
        this.#flush()
      })
    }
  }

  receive(chunk: Buffer): void {
    if (this.#done) return
    const fresh = this.#buffer.length === 0
    this.#buffer = fresh ? chunk : Buffer.concat([this.#buffer, chunk])
    let frames = 0
    while (!this.#done && this.#buffer.length > 0) {
      const used = this.#frame()
      if (used === 0) {
        if (this.#m('frame-needs-one-segment') && !this.#done) this.#fail(1002)
        if (this.#m('partial-frame-lost')) this.#buffer = Buffer.alloc(0)
        break
      }
      frames++
      this.#buffer = this.#buffer.subarray(used)
      if (this.#m('one-frame-per-segment') && frames === 1) this.#buffer = Buffer.alloc(0)
    }
    this.#flush()
    if (this.#done && !(this.#m('connection-kept') || (this.#failed && this.#m('connection-kept-after-failure')))) this.#finish()
  }

  end(): void {
    if (this.#m('half-close-ignored')) return
    if (this.#m('legal-end-late')) setTimeout(() => this.#socket.end(), legalDelayMs)
    else this.#socket.end()
  }

  #flush(): void {
    const out = Buffer.concat(this.#queue)
    this.#queue = []
    if (out.length === 0 || this.#socket.writableEnded) return
    if (!this.#m('legal-written-bytewise') || out.length > 300) this.#socket.write(out)
    else for (const byte of out) this.#socket.write(Buffer.from([byte]))
  }

  #finish(): void {
    if (this.#m('reset-at-the-end')) {
      setTimeout(() => this.#socket.resetAndDestroy(), 20)
      return
    }
    if (this.#options.role === 'server' || this.#failed) this.#socket.end()
    const timer = setTimeout(() => this.#socket.destroy(), this.#options.closeMs + (this.#m('legal-end-late') ? 2 * legalDelayMs : 0))
    if (this.#m('close-timeout-off')) clearTimeout(timer)
    this.#socket.once('close', () => clearTimeout(timer))
  }

  /** @returns how many bytes the frame took; 0 while it is incomplete */
  #frame(): number {
    const m = this.#m
    const buffer = this.#buffer
    const header = readHeader(buffer, {
      m,
      mustMask: this.#options.role === 'server',
      deflate: this.#options.agreed !== undefined,
      maxMessage: this.#options.maxMessage,
      received: this.#received,
      soFar: this.#message?.length ?? 0,
    })
    if (header === undefined) return 0
    if (typeof header === 'number') return this.#fail(header)
    const { fin, rsv, opcode, control, known, masked, length, lateFault } = header
    const offset = header.offset + (masked ? 4 : 0)
    if (buffer.length < offset + length) return 0
    if (lateFault !== 0) return this.#fail(lateFault)
    const payload = Buffer.from(buffer.subarray(offset, offset + length))
    if (masked) {
      unmask(payload, buffer.subarray(offset - 4, offset), m('unmask-phase-carried') ? this.#keyPhase : 0, m('unmask-words-only'))
      this.#keyPhase = (this.#keyPhase + length) & 3
    }
    if (known) {
      if (control && !(m('control-limits-unchecked') && !fin)) this.#control(opcode, payload)
      else if (!control) this.#data(opcode, fin, rsv, payload)
    }
    return offset + length
  }

  #control(opcode: number, payload: Buffer): void {
    const m = this.#m
    if (m('control-joins-message') && this.#message !== undefined && opcode !== 8) {
      this.#message.parts.push(payload)
    }
    if (opcode === 9) {
      if (this.#sentClose && !m('answers-after-close')) return
      if (m('ping-ignored') || (m('pings-limited-to-500') && ++this.#pings > 500)) return
      if (this.#pongDebt > 0 && m('pong-taken-for-answer')) {
        this.#pongDebt--
        return
      }
      if (m('ping-validated-as-utf8') && !validUtf8(payload)) {
        this.#fail(1007)
        return
      }
      if (m('ping-answered-once-per-segment') && this.#queue.length > 0) return
      const answer = pongOf(payload, m)
      if (m('ping-answered-after-message') && this.#message !== undefined) this.#heldPongs.push(answer)
      else if (m('legal-pong-late')) {
        setTimeout(() => {
          this.#send(10, answer)
          this.#flush()
        }, 15)
      } else {
        if (m('legal-pong-before-pong')) this.#send(10, Buffer.from('unsolicited'))
        this.#send(m('pong-as-text') ? 1 : 10, answer, m('pong-with-rsv') ? { rsv: 2 } : {})
      }
      return
    }
    if (opcode === 10) {
      this.#pongDebt++
      if (m('pong-answered')) this.#send(10, payload)
      if (m('pong-unsolicited-refused')) this.#fail(1002)
      return
    }
    if (m('close-ignored')) return
    if (m('close-inside-message-ignored') && this.#message !== undefined) return
    if (this.#sentClose) {
      if (m('close-answered-twice')) this.#send(8, payload)
      return
    }
    if (m('messages-before-close-dropped')) this.#queue = []
    const queued = Buffer.concat(this.#queue)
    if (m('close-cuts-output') && queued.length > 100_000) {
      this.#queue = [queued.subarray(0, 50_000)]
      this.#done = true
      return
    }
    const fault = closeFault(payload, m)
    if (fault !== 0) {
      this.#fail(fault)
      return
    }
    const answer = closeAnswer(payload, m)
    if (answer !== undefined) this.#send(8, answer)
    this.#sentClose = true
    if (!m('goes-on-after-close') && !m('close-answered-twice') && !m('answers-after-close')) this.#done = true
    else if (!m('connection-kept')) this.#finish()
  }

  #data(opcode: number, fin: boolean, rsv: number, payload: Buffer): void {
    const m = this.#m
    if (opcode === 0) {
      if (this.#message === undefined) {
        const ignored = m('continuation-orphan-ignored') || (m('continuation-orphan-after-compressed-ignored') && this.#lastCompressed)
        if (!ignored) this.#fail(1002)
        return
      }
      if (!m('fragments-beyond-50000-lost') || this.#message.parts.length < 50_000) this.#message.parts.push(payload)
      this.#message.length += payload.length
      if (m('continuation-empty-ends-message') && payload.length === 0) fin = true
    } else {
      if (this.#message !== undefined && !m('interleaved-accepted')) {
        this.#fail(1002)
        return
      }
      this.#message = { opcode, compressed: this.#options.agreed !== undefined && (rsv & 4) !== 0, parts: [payload], length: payload.length }
    }
    const message = this.#message
    if (m('first-fragment-empty-lost') && message.parts.length === 1 && payload.length === 0 && !fin) {
      this.#message = undefined
      return
    }
    if (m('fragments-limited-to-20') && message.parts.length > 20) {
      this.#fail(1009)
      return
    }
    if (!isGoodSoFar(payload, message, m)) {
      this.#fail(1007)
      return
    }
    if (m('fragments-delivered-singly')) {
      this.#echo(message.opcode, payload)
      if (fin) this.#message = undefined
      return
    }
    if (!fin) return
    this.#message = undefined
    this.#lastCompressed = message.compressed
    this.#received++
    const whole = Buffer.concat(message.parts)
    let plain: Buffer = whole
    if (message.compressed) {
      try {
        plain = this.#compression.inflate(whole, message, this.#received)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') this.#fail(1009)
        else if (m('inflate-error-ignored')) this.#echo(message.opcode, whole)
        else this.#fail(1007)
        return
      }
    } else if (this.#options.agreed !== undefined && m('uncompressed-refused')) {
      this.#fail(1002)
      return
    }
    if ((message.opcode === 1 || m('utf8-binary-checked')) && !isGoodText(plain, message, m)) {
      this.#fail(1007)
      return
    }
    this.#echo(message.opcode, plain)
    for (const held of this.#heldPongs.splice(0)) this.#send(10, held)
  }

  #echo(opcode: number, payload: Buffer): void {
    const m = this.#m
    if (this.#sentClose && !m('answers-after-close')) return
    if (m('echo-empty-forgotten') && payload.length === 0) return
    if (m('stalls-after-400-messages') && this.#received > 400) return
    const out = altered(opcode, payload, this.#options.agreed !== undefined, m)
    const kind = m('echo-text-as-binary') && opcode === 1 ? 2 : m('echo-binary-as-text') && opcode === 2 ? 1 : opcode
    if (m('legal-ping-before-echo')) this.#send(9, Buffer.from('echo follows'))
    if (m('legal-pong-before-echo')) this.#send(10, Buffer.from('unsolicited'))
    const mayCompress = this.#options.agreed !== undefined || m('compresses-unasked')
    if (!mayCompress || m('echo-never-compressed') || m('legal-uncompressed')) this.#sendMessage(kind, out, 0)
    else this.#sendMessage(kind, this.#compression.deflate(out), m('echo-with-rsv') ? 7 : 4)
  }

  /** In one frame, or in the fragments that a legal switch asks for. */
  #sendMessage(opcode: number, payload: Buffer, rsv: number): void {
    const m = this.#m
    const pieces = piecesOf(payload, m)
    for (const [index, part] of pieces.entries()) {
      this.#send(index === 0 ? opcode : 0, part, { rsv: index === 0 ? rsv : 0, fin: index === pieces.length - 1 })
      if (m('legal-fragments-with-pings') && index < pieces.length - 1) this.#send(9, Buffer.alloc(0))
    }
  }

  #fail(code: number): 0 {
    const m = this.#m
    if (this.#done) return 0
    if (m('failure-by-drop')) {
      this.#done = true
      this.#failed = true
      return 0
    }
    if (!this.#sentClose) {
      const payload = Buffer.alloc(2)
      payload.writeUInt16BE(m('failure-code-1000') ? 1000 : code)
      this.#send(8, payload)
    }
    this.#sentClose = true
    this.#failed = true
    if (!m('goes-on-after-failure')) this.#done = true
    else {
      this.#sentClose = false
      this.#buffer = this.#buffer.subarray(Math.min(this.#buffer.length, 6))
    }
    return 0
  }

  #send(opcode: number, payload: Buffer, more: FrameShape = {}): void {
    const { role } = this.#options
    this.#queue.push(serializeFrame(opcode, payload, more, { masks: role === 'client', count: ++this.#sent, m: this.#m }))
  }
}
