import type { Socket } from 'node:net'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'

/** What was agreed, from this endpoint's view: `own` is how it compresses, `peer` what it may receive. */
export interface Agreed {
  readonly own: { bits: number; takeover: boolean }
  readonly peer: { bits: number; takeover: boolean }
}

export interface EndpointOptions {
  readonly role: 'client' | 'server'
  readonly mutants: ReadonlySet<string>
  readonly maxMessage: number
  readonly closeMs: number
  readonly agreed: Agreed | undefined
}

interface Message {
  opcode: number
  compressed: boolean
  parts: Buffer[]
  length: number
}

/** How late a legal peer ends its half, longer than the bounds that its cases are given for an answer. Milliseconds. */
export const legalDelayMs = 1500

const wireCodes = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014])

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
  #ownHistory: Uint8Array = Buffer.alloc(0)
  #peerHistory: Uint8Array = Buffer.alloc(0)
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
    if (buffer.length < 2) return 0
    const fin = (buffer[0]! & 0x80) !== 0
    const rsv = (buffer[0]! >> 4) & 7
    const opcode = buffer[0]! & 15
    const control = opcode >= 8
    const masked = (buffer[1]! & 0x80) !== 0
    let length = buffer[1]! & 0x7f
    let offset = 2
    const form = length < 126 ? 7 : length === 126 ? 16 : 64

    const deflate = this.#options.agreed !== undefined
    const rsv1Good =
      deflate && (opcode === 1 || opcode === 2 || (opcode === 0 && m('rsv1-on-continuation-accepted')) || (control && m('rsv1-on-control-accepted')))
    const bad = rsv & ~(rsv1Good ? 4 : 0)
    const rsvIgnored =
      m('rsv-ignored') ||
      (m('rsv1-ignored') && bad === 4) ||
      (m('rsv-ignored-on-control') && control) ||
      (m('rsv2-rsv3-ignored') && (bad & 4) === 0) ||
      (m('rsv3-ignored-when-empty') && bad === 1 && !control && length === 0)
    if (bad !== 0 && !rsvIgnored) return this.#fail(1002)

    const known = opcode <= 2 || (opcode >= 8 && opcode <= 10)
    const opcodeIgnored = (m('opcode-data-ignored') && opcode > 2 && opcode < 8) || (m('opcode-control-ignored') && opcode > 10)
    if (!known && !opcodeIgnored && !m('opcode-checked-late')) return this.#fail(1002)
    const mustMask = this.#options.role === 'server'
    if (
      masked !== mustMask &&
      !m('mask-bit-unchecked') &&
      !(m('mask-bit-unchecked-on-control') && control) &&
      !(m('mask-bit-unchecked-after-100') && this.#received > 100)
    ) {
      if (!m('mask-bit-checked-late')) return this.#fail(1002)
    }
    if (control && known && !m('control-limits-unchecked')) {
      const emptyAccepted = m('control-fragmented-empty-accepted') && (buffer[1]! & 0x7f) === 0
      if (!fin && !m('control-fragmented-accepted') && !emptyAccepted) return this.#fail(1002)
      if (form !== 7 && !m('control-too-long-accepted') && !m('control-length-checked-late')) return this.#fail(1002)
    }
    if (m('length-125-refused') && length === 125) return this.#fail(1002)

    if (form === 16) {
      if (buffer.length < 4) return 0
      length = m('length-16-little-endian') ? buffer.readUInt16LE(2) : m('length-16-signed') ? buffer.readInt16BE(2) : buffer.readUInt16BE(2)
      if (length < 0) return this.#fail(1002)
      offset = 4
    } else if (form === 64) {
      if (buffer.length < 10) return 0
      let long = buffer.readBigUInt64BE(2)
      if (long >> 63n === 1n) {
        if (!m('length-sign-bit-ignored')) return this.#fail(1002)
        long &= 0x7fffffffn
      }
      if (m('length-64-as-32') && long > 0xffffn) long &= 0xffffn
      length = long > 0x7fffffffn ? 0x7fffffff : Number(long)
      offset = 10
    }
    if (m('length-long-form-refused') && ((form === 16 && length < 126) || (form === 64 && length < 65536))) return this.#fail(1002)
    const soFar = m('limit-per-frame') || opcode !== 0 ? 0 : (this.#message?.length ?? 0)
    const limit = m('limit-off-by-one') ? this.#options.maxMessage - 1 : m('limit-too-small') ? 150_000 : this.#options.maxMessage
    const tooLong = !control && soFar + length > limit
    if (tooLong && !m('limit-off') && !m('limit-checked-late')) return this.#fail(1009)

    if (masked) {
      if (buffer.length < offset + 4) return 0
      offset += 4
    }
    if (buffer.length < offset + length) return 0
    if (tooLong && m('limit-checked-late') && !m('limit-off')) return this.#fail(1009)
    if (masked !== mustMask && m('mask-bit-checked-late')) return this.#fail(1002)
    if (control && form !== 7 && m('control-length-checked-late')) return this.#fail(1002)
    if (!known && !opcodeIgnored) return this.#fail(1002)
    const payload = Buffer.from(buffer.subarray(offset, offset + length))
    if (masked) {
      const words = m('unmask-words-only') ? payload.length & ~3 : payload.length
      const phase = m('unmask-phase-carried') ? this.#keyPhase : 0
      for (let index = 0; index < words; index++) payload[index] = payload[index]! ^ buffer[offset - 4 + ((index + phase) & 3)]!
      this.#keyPhase = (this.#keyPhase + payload.length) & 3
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
      const answer = m('pong-empty')
        ? Buffer.alloc(0)
        : m('pong-cut-at-100')
          ? payload.subarray(0, 100)
          : m('pong-changed')
            ? Buffer.from([...payload, 0x21].slice(0, 125))
            : payload
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
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined
    if (payload.length === 1 && !m('close-one-byte-accepted')) {
      this.#fail(1002)
      return
    }
    if (code !== undefined) {
      const usable =
        (wireCodes.has(code) && !(m('close-codes-of-2011-only') && code > 1011)) ||
        (code >= 3000 && code <= 4999 && !m('close-private-codes-refused')) ||
        (m('close-undefined-codes-accepted') && (code === 1004 || code > 1015)) ||
        m('close-codes-unchecked')
      if (!usable) {
        this.#fail(1002)
        return
      }
      if (m('close-reason-limited-to-100') && payload.length > 102) {
        this.#fail(1002)
        return
      }
      if (!validUtf8(payload.subarray(2)) && !m('close-reason-unchecked') && !(m('close-reason-checked-to-100') && payload.length > 102)) {
        this.#fail(1007)
        return
      }
      if (m('close-reason-ascii-only') && payload.subarray(2).some((byte) => byte > 127 || byte === 0)) {
        this.#fail(1007)
        return
      }
    }
    const answer = Buffer.alloc(2)
    answer.writeUInt16BE(
      m('close-answered-with-1000') ? 1000 : m('close-answered-with-1001') ? 1001 : (code ?? (m('close-empty-answered-with-1000') ? 1000 : 1005)),
    )
    const empty = code === undefined && !m('close-answered-with-1005') && !m('close-empty-answered-with-1000')
    if (m('legal-close-empty') || m('legal-close-1000') || m('legal-close-1001') || m('legal-close-reason') || m('close-reason-not-utf8')) {
      const reasoned = Buffer.concat([
        Buffer.from([0x03, m('legal-close-1001') ? 0xe9 : 0xe8]),
        m('close-reason-not-utf8') ? Buffer.from([0xff]) : Buffer.from(m('legal-close-reason') ? 'bye €' : ''),
      ])
      this.#send(8, m('legal-close-empty') ? Buffer.alloc(0) : reasoned)
    } else if (!m('close-not-answered'))
      this.#send(8, empty && !m('close-answered-with-1000') && !m('close-answered-with-1001') ? Buffer.alloc(0) : answer)
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
    if (m('utf8-fails-fast') && message.opcode === 1 && !message.compressed && !validUtf8(Buffer.concat(message.parts), true)) {
      this.#fail(1007)
      return
    }
    if (m('utf8-checked-by-fragment') && message.opcode === 1 && !message.compressed && !validUtf8(payload)) {
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
        plain = this.#inflate(whole, message)
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
    if (message.opcode === 1 || m('utf8-binary-checked')) {
      const unchecked =
        m('utf8-unchecked') ||
        (m('utf8-unchecked-when-compressed') && message.compressed) ||
        (m('utf8-unchecked-late-when-compressed') && message.compressed && validUtf8(plain.subarray(0, 4096), true)) ||
        (m('utf8-first-fragment-only') && validUtf8(message.parts[0]!, true) && message.parts.length > 1) ||
        (m('utf8-first-64-bytes-only') && validUtf8(plain.subarray(0, 64), true))
      if (!unchecked && !validUtf8(lenient(plain, m))) {
        this.#fail(1007)
        return
      }
      if (m('utf8-noncharacters-refused') && /(?:[\xf0-\xf4][\x80-\xbf]|\xef)\xbf[\xbe\xbf]|\xef\xb7[\x90-\xaf]/.test(plain.toString('latin1'))) {
        this.#fail(1007)
        return
      }
      if (m('utf8-astral-refused') && plain.some((byte) => byte >= 0xf0)) {
        this.#fail(1007)
        return
      }
      if (m('utf8-ascii-only') && message.opcode === 1 && plain.some((byte) => byte > 127)) {
        this.#fail(1007)
        return
      }
    }
    this.#echo(message.opcode, plain)
    for (const held of this.#heldPongs.splice(0)) this.#send(10, held)
  }

  #echo(opcode: number, payload: Buffer): void {
    const m = this.#m
    if (this.#sentClose && !m('answers-after-close')) return
    if (m('echo-empty-forgotten') && payload.length === 0) return
    let out = payload
    if (m('stalls-after-400-messages') && this.#received > 400) return
    if (m('echo-cut-above-1-MiB')) out = out.subarray(0, 1 << 20)
    if (m('echo-cut-above-4-MiB')) out = out.subarray(0, 4 * 1024 * 1024)
    if (m('echo-cut-above-1-MiB-when-compressed') && this.#options.agreed !== undefined) out = out.subarray(0, 1 << 20)
    if (m('text-normalized') && opcode === 1) out = Buffer.from(out.toString().normalize('NFC'))
    if (m('text-decomposed') && opcode === 1) out = Buffer.from(out.toString().normalize('NFD'))
    if (m('text-crlf-as-lf') && opcode === 1) out = Buffer.from(out.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
    if (m('echo-cut-by-one')) out = out.subarray(0, -1)
    if (m('echo-doubled')) out = Buffer.concat([out, out])
    if (m('text-cut-at-nul') && opcode === 1 && out.includes(0)) out = out.subarray(0, out.indexOf(0))
    const kind = m('echo-text-as-binary') && opcode === 1 ? 2 : m('echo-binary-as-text') && opcode === 2 ? 1 : opcode
    const agreed = this.#options.agreed
    if (m('legal-ping-before-echo')) this.#send(9, Buffer.from('echo follows'))
    if (m('legal-pong-before-echo')) this.#send(10, Buffer.from('unsolicited'))
    if (m('legal-uncompressed')) {
      this.#sendMessage(kind, out, 0)
      return
    }
    if ((agreed === undefined && !m('compresses-unasked')) || m('echo-never-compressed')) this.#sendMessage(kind, out, 0)
    else this.#sendMessage(kind, this.#deflate(out), m('echo-with-rsv') ? 7 : 4)
  }

  /** In one frame, or in the fragments that a legal switch asks for. */
  #sendMessage(opcode: number, payload: Buffer, rsv: number): void {
    const m = this.#m
    const size = payload.length > 2000 ? 4096 : m('legal-fragments-of-1') ? 1 : 7
    const empty = m('legal-fragments-empty')
    if (!m('legal-fragments-of-1') && !m('legal-fragments-with-pings') && !empty) {
      this.#send(opcode, payload, { rsv })
      return
    }
    const parts: Buffer[] = empty ? [Buffer.alloc(0)] : []
    for (let at = 0; at < payload.length; at += size) parts.push(payload.subarray(at, at + size))
    if (empty || parts.length === 0) parts.push(Buffer.alloc(0))
    for (const [index, part] of parts.entries()) {
      this.#send(index === 0 ? opcode : 0, part, { rsv: index === 0 ? rsv : 0, fin: index === parts.length - 1 })
      if (m('legal-fragments-with-pings') && index < parts.length - 1) this.#send(9, Buffer.alloc(0))
    }
  }

  #inflate(packed: Buffer, message: Message): Buffer {
    const m = this.#m
    const peer = this.#options.agreed!.peer
    const takeover = m('inflate-without-takeover') ? false : m('inflate-keeps-context') ? true : peer.takeover
    const sources = m('inflate-by-fragment') ? message.parts : [packed]
    const outputs = sources.map((source) =>
      inflateRawSync(Buffer.concat([source, Buffer.from([0, 0, 0xff, 0xff])]), {
        windowBits: m('inflate-window-9') ? 9 : 15,
        ...(m('inflate-window-9') ? { chunkSize: 64 } : {}),
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(m('limit-off') || m('limit-of-compressed-size') ? {} : { maxOutputLength: this.#options.maxMessage }),
        ...(takeover && this.#peerHistory.length > 0 ? { dictionary: this.#peerHistory } : {}),
      }),
    )
    const plain = Buffer.concat(outputs)
    if (m('inflate-stops-at-64-KiB') && plain.length > 65536) throw new Error('too long')
    if (m('inflate-empty-refused') && plain.length === 0) throw new Error('empty')
    if (m('inflate-final-block-refused') && (packed[0]! & 1) === 1) throw new Error('final')
    if (m('inflate-stored-refused') && (packed[0]! & 6) === 0 && plain.length > 0) throw new Error('stored')
    if (m('context-lost-after-100-messages') && this.#received % 100 === 0) this.#peerHistory = Buffer.alloc(0)
    this.#peerHistory = Buffer.concat([this.#peerHistory, plain]).subarray(m('inflate-window-short') ? -64 : -32768)
    return plain
  }

  #deflate(plain: Buffer): Buffer {
    const m = this.#m
    const own = this.#options.agreed?.own ?? { bits: 15, takeover: true }
    const takeover = own.takeover || m('deflate-keeps-context')
    const bits = m('deflate-window-15') ? 15 : own.bits
    const packed = deflateRawSync(plain, {
      windowBits: Math.max(9, bits),
      level: bits === 8 || m('legal-stored') ? 0 : 6,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(takeover && this.#ownHistory.length > 0 ? { dictionary: this.#ownHistory } : {}),
    })
    if (takeover) this.#ownHistory = Buffer.concat([this.#ownHistory, plain]).subarray(-(1 << bits))
    if (m('deflate-damaged')) packed[0] = packed[0]! ^ 6
    return m('deflate-tail-cut-short') ? packed.subarray(0, -6) : packed.subarray(0, -4)
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

  #send(opcode: number, payload: Buffer, more: { rsv?: number; fin?: boolean } = {}): void {
    const m = this.#m
    this.#sent++
    const long = m('length-never-shortest') || (m('close-length-long') && opcode === 8)
    const form = long ? 64 : payload.length < 126 ? 7 : payload.length < 65536 ? 16 : 64
    let masks = this.#options.role === 'client'
    if (m('masks-wrongly') || (m('mask-missing-sometimes') && this.#sent % 10 === 9) || (m('mask-missing-once-in-100') && this.#sent % 100 === 99))
      masks = !masks
    if (m('masks-control-wrongly') && opcode >= 8) masks = !masks
    const head = Buffer.alloc(2 + (form === 7 ? 0 : form === 16 ? 2 : 8))
    const notFinal = more.fin === false || (m('pong-not-final') && opcode === 10) || (m('close-not-final') && opcode === 8)
    const rsv = m('sends-reserved-bits')
      ? 1
      : m('rsv2-on-long-frames') && payload.length > 1000
        ? 2
        : m('rsv1-on-continuations') && opcode === 0
          ? 4
          : (more.rsv ?? 0)
    head[0] = (notFinal ? 0 : 0x80) | (rsv << 4) | opcode
    head[1] = (masks ? 0x80 : 0) | (form === 7 ? payload.length : form === 16 ? 126 : 127)
    if (form === 16) head.writeUInt16BE(payload.length, 2)
    if (form === 64) head.writeBigUInt64BE(BigInt(payload.length), 2)
    const body = Buffer.from(payload)
    const key = Buffer.from(
      m('masking-key-zero')
        ? [0, 0, 0, 0]
        : m('masking-key-constant')
          ? [1, 2, 3, 4]
          : Array.from({ length: 4 }, () => Math.floor(Math.random() * 256)),
    )
    if (masks) for (let index = 0; index < body.length; index++) body[index] = body[index]! ^ key[index & 3]!
    this.#queue.push(Buffer.concat(masks ? [head, key, body] : [head, body]))
  }
}

/** With `partial`, an incomplete character at the end is no fault yet. */
function validUtf8(bytes: Buffer, partial = false): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: partial })
    return true
  } catch {
    return false
  }
}

/** Takes out what a lenient decoder lets through. */
function lenient(bytes: Buffer, m: (name: string) => boolean): Buffer {
  let text = bytes.toString('latin1')
  if (m('utf8-surrogates-accepted')) text = text.replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, '')
  if (m('utf8-overlong-accepted')) text = text.replace(/[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}/g, '')
  if (m('utf8-beyond-accepted'))
    text = text.replace(/\xf4[\x90-\xbf][\x80-\xbf]{2}|[\xf5-\xf7][\x80-\xbf]{3}|[\xf8-\xfb][\x80-\xbf]{4}|[\xfc\xfd][\x80-\xbf]{5}/g, '')
  if (m('utf8-truncated-accepted'))
    text = text.replace(/(?:[\xc2-\xdf]|[\xe1-\xec][\x80-\xbf]?|[\xf0-\xf3](?:[\x90-\xbf][\x80-\xbf]?)?|\xf0\x9f\x98)$/g, '')
  if (m('utf8-lone-continuation-accepted')) text = text.replace(/(^|[\0-\x7f])[\x80-\xbf]+/g, '$1')
  return Buffer.from(text, 'latin1')
}
