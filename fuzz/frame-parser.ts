import { isUtf8 } from 'node:buffer'
import { isCloseCodeOnWire, parseFrameHeader, serializeFrame } from '../packages/hawser/src/core/protocol/index.ts'
import { ScribblingMasker } from '../packages/hawser/test/core/platform.ts'
import { LIMITS, Recorder, StreamRecorder } from '../packages/hawser/test/core/protocol/recorder.ts'

/**
 * Invariant: whatever bytes come and however they are split, the connection, with a masker of the platform or without, with streams or without, never throws, holds
 * no more than its limits, and tells exactly what a plain reading of RFC 6455 section 5 over the whole input tells, up to the first violation.
 */
export function run(iterations: number, seed: number): void {
  const random = generator(seed)
  for (let i = 0; i < iterations; i++) {
    const role = random(2) === 0 ? 'client' : 'server'
    const input = makeInput(role, random)
    const expected = reference(role, input)
    for (const split of ['whole', 'pieces', 'bytes'] as const) {
      if (split === 'bytes' && input.length > 600) continue
      const found = observe(role, input, split, random)
      if (found.join('\n') !== expected.join('\n')) {
        throw new Error(
          `seed ${seed}, iteration ${i}, ${role}, ${split}: ${Buffer.from(input).toString('hex')}\nexpected\n${expected.join('\n')}\nfound\n${found.join('\n')}`,
        )
      }
    }
  }
}

const LIMIT = 2000
const FRAGMENTS = 6

type Random = (below: number) => number

function generator(seed: number): Random {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function makeInput(role: 'client' | 'server', random: Random): Uint8Array {
  const frames: Uint8Array[] = []
  let open = false
  for (let count = 1 + random(6); count > 0; count--) {
    const control = random(4) === 0
    const fin = control || random(3) > 0
    const opcode = control ? [9, 10, 9, 10, 8][random(5)]! : open ? 0 : 1 + random(2)
    if (!control) open = !fin
    const payload = makePayload(opcode, random)
    const wrong = random(12) === 0
    const maskingKey = (role === 'server') !== (wrong && random(3) === 0) ? random(2 ** 32) : undefined
    const lengthOctets = wrong && random(3) === 0 ? ([2, 8] as const)[random(2)]! : undefined
    const frame = serializeFrame({
      opcode: wrong && random(3) === 0 ? random(16) : opcode,
      fin: wrong && random(4) === 0 ? !fin : fin,
      rsv: wrong && random(3) === 0 ? random(8) << 4 : 0,
      payload,
      maskingKey,
      ...(lengthOctets === undefined ? {} : { lengthOctets }),
    })
    if (random(30) === 0) frame[random(frame.length)] = random(256)
    frames.push(frame)
  }
  const all = new Uint8Array(Buffer.concat(frames))
  return random(8) === 0 ? all.subarray(0, random(all.length + 1)) : all
}

function makePayload(opcode: number, random: Random): Uint8Array {
  if (opcode === 8) {
    const code = [1000, 1001, 1005, 1011, 3000, 999, 2000, 4999][random(8)]!
    const body = [code >>> 8, code & 0xff, 0x62, 0xc3, 0xa9, 0xff]
    return new Uint8Array(body.slice(0, [0, 2, 3, 5, 1, 6, 2, 2][random(8)]))
  }
  const length = [0, 1, 5, 125, 126, 127, 300, 1990, 2001][opcode > 8 ? random(4) : random(9)]!
  if (opcode === 2) return new Uint8Array(length).map(() => random(256))
  const characters = ['a', 'a', 'a', 'é', '€', '𝄞']
  const ascii = random(2) === 0
  const string = Array.from({ length }, () => (ascii ? 'a' : characters[random(6)]!)).join('')
  const bytes = new Uint8Array(Buffer.from(string).subarray(0, length))
  if (random(10) === 0 && length > 0) bytes[random(length)] = 0xff
  return bytes
}

function observe(role: 'client' | 'server', input: Uint8Array, split: 'whole' | 'pieces' | 'bytes', random: Random): string[] {
  const limits = { ...LIMITS, message: LIMIT, frame: LIMIT, fragments: FRAGMENTS, incompleteBytes: 2 * LIMIT + 1024 }
  const masker = random(2) === 0 ? undefined : new ScribblingMasker()
  const recorder = new (random(2) === 0 ? Recorder : StreamRecorder)(role, { limits, masker })
  for (let at = 0; at < input.length; ) {
    const length = split === 'whole' ? input.length : split === 'bytes' ? 1 : 1 + random(200)
    recorder.receive(input.subarray(at, at + length))
    if (recorder.connection.heldBytes > limits.incompleteBytes) throw new Error(`held ${recorder.connection.heldBytes}`)
    at += length
  }
  const log = recorder.log.filter((line) => line !== 'closing' && line !== 'end transport')
  const info = recorder.finish()
  if (info.received !== undefined) log.push(`Close ${info.received.code} ${info.received.reason}`.trim())
  else if (info.sent !== undefined) log.push(`failed ${info.sent.code}`)
  return log
}

/** Section 5 read from top to bottom over the whole input, slow and plain. */
function reference(role: 'client' | 'server', input: Uint8Array): string[] {
  const log: string[] = []
  const failed = (code: number): string[] => [...log, `failed ${code}`]
  let message: { opcode: number; bytes: number[]; frames: number } | undefined
  for (let at = 0; at < input.length; ) {
    const first = input[at]!
    const opcode = first & 15
    const fin = first > 127
    const second = input[at + 1]
    if ((opcode > 2 && opcode < 8) || opcode > 10 || (first & 0x70) !== 0) return failed(1002)
    if (opcode > 7 ? !fin : (opcode === 0) !== (message !== undefined)) return failed(1002)
    if (second === undefined) return log
    if (second > 127 !== (role === 'server') || (opcode > 7 && (second & 127) > 125)) return failed(1002)
    const header = parseFrameHeader(input, at)
    if (header === undefined) return log
    if (header.lengthTopBit || !header.minimalLength) return failed(1002)
    const total = header.payloadLength + (opcode > 7 ? 0 : (message?.bytes.length ?? 0))
    if (header.payloadLength > LIMIT || total > LIMIT) return failed(1009)
    if (opcode < 8 && (message?.frames ?? 0) === FRAGMENTS) return failed(1009)
    const start = at + header.headerLength
    const key = [24, 16, 8, 0].map((shift) => (header.maskingKey >>> shift) & 255)
    const payload = Array.from(input.subarray(start, start + header.payloadLength), (byte, i) => byte ^ key[i & 3]!)
    const whole = payload.length === header.payloadLength
    if (opcode < 8) {
      message ??= { opcode, bytes: [], frames: 0 }
      message.frames++
      message.bytes.push(...payload)
      const bytes = new Uint8Array(message.bytes)
      const done = whole && fin
      if (message.opcode === 1 && !(done ? isUtf8(bytes) : isPrefix(bytes))) return failed(1007)
      if (done) {
        log.push(
          message.opcode === 1
            ? `message text ${JSON.stringify(Buffer.from(bytes).toString())}`
            : `message binary ${Buffer.from(bytes).toString('hex')}`.trimEnd(),
        )
        message = undefined
      }
    }
    if (!whole) return log
    if (opcode > 8) log.push(`${opcode === 9 ? 'ping' : 'pong'} ${Buffer.from(payload).toString('hex')}`.trim())
    if (opcode === 8) {
      const code = payload.length === 0 ? 1005 : (payload[0]! << 8) | payload[1]!
      const reason = Buffer.from(payload.slice(2))
      if (payload.length === 1 || (payload.length > 1 && !isCloseCodeOnWire(code))) return failed(1002)
      if (!isUtf8(reason)) return failed(1007)
      return [...log, `Close ${code} ${reason}`.trim()]
    }
    at = start + payload.length
  }
  return log
}

/** Some continuation makes it valid: tried with what can complete a sequence. */
function isPrefix(bytes: Uint8Array): boolean {
  const tails = [[], [0x80], [0x80, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80], [0x90, 0x80, 0x80], [0xa0, 0x80]]
  return tails.some((tail) => isUtf8(new Uint8Array([...bytes, ...tail])))
}
