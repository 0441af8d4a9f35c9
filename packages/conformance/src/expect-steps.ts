import { toBytes } from './bytes.ts'
import type { StatusSet, Step } from './case.ts'
import { checkField, fillPort } from './field-checks.ts'
import { deflateParametersOf, listOf, statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import type { Play } from './play.ts'
import type { PeerEvent } from './peer.ts'
import { checkRequest } from './request-checks.ts'
import { Unmet, Unsupported } from './result.ts'
import { closeCodeOf, excerpt, mayGoOnWire, opcodes } from './wire.ts'

type Expectation = Extract<Step, { expect: string }>
type Handlers = { readonly [K in Expectation['expect']]: (play: Play, step: Extract<Expectation, { expect: K }>) => Promise<void> }

/** What each kind of expectation looks at. A throw of Unmet ends the case. */
export const expectSteps: Handlers & Readonly<Record<string, (play: Play, step: never) => Promise<void>>> = {
  async response(play, step) {
    const head = await play.readHead()
    if (head === undefined) {
      if (step.orDrop !== true) throw play.unmet('the connection ended without a response', step.level)
      return
    }
    const status = statusOf(head)
    if (status === 0) throw play.unmet(`"${head.startLine.slice(0, 60)}" is no status line`, step.level)
    if (!inStatusSet(status, step.status)) {
      const open = status >= 400 && status < 600 ? step.ifRefused : status >= 200 && status < 400 ? step.ifOrdinary : undefined
      throw play.unmet(`answered with ${status}`, open ?? step.level)
    }
    if (step.prefer !== undefined && !step.prefer.includes(status)) play.warn(`answered with ${status}, ${step.prefer.join(' or ')} says more`)
    for (const check of step.checks ?? []) checkField(play, head, check, step.level)
    if (status >= 300 || status === 200) await readContent(play, head, step.framed === true)
  },

  async request(play, step) {
    const head = await play.readRequest()
    if (step.startLine !== undefined) {
      const wanted = fillPort(play, step.startLine)
      if (head.startLine !== wanted) throw play.unmet(`the request line is "${head.startLine.slice(0, 120)}"`, step.level)
    }
    for (const check of step.checks ?? [])
      checkField(play, head, { ...check, ...(typeof check.value === 'string' ? { value: fillPort(play, check.value) } : {}) }, step.level)
    if (step.named !== undefined) await checkRequest[step.named](play, head, step.level)
    if (step.keyDistinct === true && play.subject.keysSeen.size === 0) throw new Unsupported('the only connection of this run so far')
    if (step.keyDistinct === true && play.subject.keysSeen.has(play.key)) throw play.unmet('the key was used before', step.level)
  },

  async deflate(play, step) {
    const agreed = play.head === undefined ? undefined : deflateParametersOf(play.head)
    if (step.agreed && agreed === undefined) {
      if (step.ifDeclined === undefined) throw new Unsupported('the server declined the offer')
      throw play.unmet('permessage-deflate was declined', step.ifDeclined)
    }
    if (!step.agreed && agreed !== undefined)
      throw play.unmet(`answered "${valuesOf(play.head!, 'sec-websocket-extensions').join(', ')}"`, step.level)
    const text = agreed === undefined ? [] : [...agreed].map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    for (const wanted of step.has ?? []) {
      if (!text.some((parameter) => new RegExp(`^(?:${wanted})$`).test(parameter)))
        throw play.unmet(`the response has no ${wanted}: "${text.join('; ')}"`, step.level)
    }
    for (const unwanted of step.lacks ?? []) {
      if (text.some((parameter) => new RegExp(`^(?:${unwanted})$`).test(parameter))) throw play.unmet(`the response has ${unwanted}`, step.level)
    }
    if (agreed !== undefined) {
      await play.ensurePeer()
      play.agree(agreed)
    }
  },

  async message(play, step) {
    const peer = await play.ensurePeer()
    const payload = toBytes(step.text ?? step.binary, play.context)
    const opcode = step.text === undefined ? opcodes.binary : opcodes.text
    let event = await peer.next(play.bounds.answerMs)
    while (event.type === 'pong' && event.unsolicited) event = await peer.next(play.bounds.answerMs)
    if (event.type === 'close') allowRefusal(play, event.code, Math.max(payload.length, peer.longestSent))
    if (play.mayRefuseAgreement !== undefined && event.type !== 'message' && event.type !== 'timeout') throw new Unsupported(play.mayRefuseAgreement)
    if (event.type === 'message') play.mayRefuseAgreement = undefined
    if (event.type !== 'message') throw play.unmet(`${describeEvent(event)} instead of the echo`, step.level)
    if (event.opcode !== opcode) throw play.unmet(`the echo is ${event.opcode === opcodes.text ? 'text' : 'binary'}`, step.level)
    if (!payload.equals(event.payload))
      throw play.unmet(`the echo differs: ${event.payload.length} bytes of ${payload.length}, ${firstDifference(payload, event.payload)}`, step.level)
    if (step.compressed !== undefined && step.compressed !== event.compressed)
      throw play.unmet(event.compressed ? 'the echo is compressed' : 'the echo is not compressed', step.level)
  },

  async pong(play, step) {
    const event = await (await play.ensurePeer()).next(play.bounds.answerMs)
    if (event.type !== 'pong') throw play.unmet(`${describeEvent(event)} instead of a Pong`, step.level)
    if (!toBytes(step.payload, play.context).equals(event.payload))
      throw play.unmet(`the Pong carries ${event.payload.length} bytes, ${excerpt(event.payload)}`, step.level)
  },

  async close(play, step) {
    const peer = await play.ensurePeer()
    for (;;) {
      const event = await peer.next(play.bounds.answerMs)
      if (event.type === 'pong' || (event.type === 'message' && step.orMessages === true)) continue
      if (event.type !== 'close') throw play.unmet(`${describeEvent(event)} instead of a Close frame`, step.level)
      if (event.code === 'malformed' || (typeof event.code === 'number' && !mayGoOnWire(event.code)))
        throw play.unmet(`a Close frame with the code ${event.code}`, step.level)
      if (step.codes !== undefined && !step.codes.includes(event.code)) throw play.unmet(`a Close frame with the code ${event.code}`, step.level)
      if (step.prefer !== undefined && !step.prefer.includes(event.code))
        play.warn(`a Close frame with the code ${event.code}, not ${step.prefer.join(' or ')}`)
      break
    }
    if (!peer.sentClose) await peer.send([{ opcode: opcodes.close, payload: { hex: '03e8' } }])
  },

  async fail(play, step) {
    const peer = await play.ensurePeer()
    let messages = step.messagesBefore ?? 0
    for (;;) {
      const event = await peer.next(step.within === 'close' ? play.bounds.closeMs : play.bounds.answerMs)
      if (event.type === 'message' && messages-- > 0) continue
      if (event.type === 'pong' && event.unsolicited) continue
      if (event.type === 'ended' || event.type === 'reset') {
        play.warn('the connection was dropped without a Close frame')
        return
      }
      if (event.type === 'timeout') throw play.unmet('the connection was not failed', step.level)
      if (event.type !== 'close') throw play.unmet(`${describeEvent(event)} instead of failing the connection`, step.level)
      if (event.code === 'malformed' || (typeof event.code === 'number' && !mayGoOnWire(event.code)))
        throw play.unmet(`a Close frame with the code ${event.code}`, step.level)
      if (!step.codes.some((code) => code === event.code)) allowRefusal(play, event.code, peer.longestSent)
      if (event.code === 'none' || !step.codes.includes(event.code)) play.warn(`failed with the code ${event.code}, not ${step.codes.join(' or ')}`)
      break
    }
    if (!peer.sentClose) await peer.send([{ opcode: opcodes.close, payload: { hex: '03e8' } }])
    await expectSteps.ended(play, { expect: 'ended', ...(step.level === undefined ? {} : { level: step.level }) })
  },

  async ended(play, step) {
    const link = await play.link()
    const peer = play.peer
    // RFC 6455 section 7.1.1: the server closes the TCP connection first.
    if (play.row.end === 'client' && peer !== undefined && peer.sentClose && peer.receivedClose && step.linger !== true) link.endSending()
    // A client may keep its half for as long as it waits for the server to close (RFC 6455 section 7.1.1).
    const waitsForServer = play.row.end === 'client' && peer !== undefined
    const ms =
      step.within === 'handshake' ? play.bounds.handshakeMs : step.within === 'close' || waitsForServer ? play.bounds.closeMs : play.bounds.answerMs
    const deadline = performance.now() + ms
    for (;;) {
      const left = Math.max(0, deadline - performance.now())
      if (peer === undefined) {
        const state = await link.until(() => (link.state === 'open' ? undefined : link.state), left)
        if (state === undefined) throw play.unmet('the connection stays open', step.level)
        if (state === 'reset' && step.cleanly === true) throw play.unmet('the connection was reset', step.level)
        return
      }
      const event = await peer.next(left)
      if (event.type === 'ended' || (event.type === 'reset' && step.cleanly !== true)) return
      if (event.type === 'reset') throw play.unmet('the connection was reset', step.level)
      if (event.type === 'timeout') throw play.unmet('the connection stays open', step.level)
      if (event.type === 'close' && !peer.sentClose) continue
      throw play.unmet(`${describeEvent(event)} instead of the end of the connection`, step.level)
    }
  },

  async 'torn-down'(play, step) {
    const link = await play.link()
    const pieces = 40
    for (let piece = 0; piece < pieces; piece++) {
      await link.write(Buffer.from([0]))
      await new Promise((resolve) => setTimeout(resolve, play.bounds.closeMs / pieces))
      if (link.destroyed) return
    }
    throw play.unmet('the connection is kept although its end was sent', step.level)
  },

  async silence(play, step) {
    const ms = step.ms ?? play.bounds.silenceMs
    if (play.peer !== undefined) {
      const event = await play.peer.next(ms)
      if (event.type !== 'timeout') throw play.unmet(`${describeEvent(event)} although nothing has to come`, step.level)
      return
    }
    const link = await play.link()
    const came = await link.until(() => (link.unread.length > 0 ? 'bytes' : link.state === 'open' ? undefined : 'the end of the connection'), ms)
    if (came !== undefined) throw play.unmet(`${came} came although nothing has to`, step.level)
  },

  async 'frame-shape'(play, step) {
    const peer = await play.ensurePeer()
    const keys = new Set<string>()
    for (let count = 0; count < step.count; ) {
      const frame = await peer.frame(play.bounds.answerMs)
      const isExtra = typeof frame !== 'string' && isUnasked(frame.opcode, step.opcode)
      if (!isExtra) count++
      if (step.orEnd === true && (frame === 'ended' || frame === 'reset')) throw new Unsupported('the connection ended without the frame')
      if (typeof frame === 'string') throw play.unmet(`${describeEvent({ type: frame })} instead of a frame`, step.level)
      if (frame.opcode === opcodes.close && step.opcode !== opcodes.close) allowRefusal(play, closeCodeOf(frame.payload), peer.longestSent)
      if (step.opcode !== undefined && !isExtra && frame.opcode !== step.opcode && frame.opcode !== opcodes.continuation)
        throw play.unmet(`a frame with the opcode ${frame.opcode}`, step.level)
      if (step.masked !== undefined && frame.masked !== step.masked)
        throw play.unmet(frame.masked ? 'the frame is masked' : 'the frame is not masked', step.level)
      if (step.rsv !== undefined && frame.rsv !== step.rsv) throw play.unmet(`the frame's reserved bits are ${frame.rsv}`, step.level)
      if (step.noRsvBut !== undefined && (frame.rsv & ~step.noRsvBut) !== 0)
        throw play.unmet(`the frame's reserved bits are ${frame.rsv}`, step.level)
      if (step.minimal === true && !frame.minimal) throw play.unmet('the length field is longer than needed', step.level)
      if (frame.opcode === opcodes.close && closeCodeOf(frame.payload) === 'malformed') throw play.unmet('a Close frame of one byte', step.level)
      if (step.distinctKeys === true) {
        const key = Buffer.from(frame.maskingKey ?? []).toString('hex')
        if (keys.has(key)) throw play.unmet(`the masking key ${key} was used twice`, step.level)
        keys.add(key)
      }
    }
  },

  async 'never-open'(play, step) {
    const peer = await play.ensurePeer()
    await peer.send([{ opcode: opcodes.text, payload: 'are you open?' }])
    const frame = await peer.frame(play.bounds.answerMs)
    if (frame === 'ended' || frame === 'reset') return
    if (frame === 'timeout' && step.mayStay === true) return
    if (frame === 'timeout') throw play.unmet('the connection was not failed', step.level)
    if (frame.opcode !== opcodes.close) throw play.unmet('the connection was opened', step.level)
    play.warn('a Close frame was sent on a connection that was never open')
  },

  async alive(play, step) {
    await play.step({ do: 'reconnect' })
    try {
      await play.step({ do: 'open' })
      await play.step({ do: 'frames', frames: [{ opcode: opcodes.text, payload: 'still there?' }] })
      await play.step({ expect: 'message', text: 'still there?' })
    } catch (error) {
      throw play.unmet(`a new connection does not work afterwards: ${(error as Error).message}`, step.level)
    }
  },

  async 'no-connection'(play, step) {
    let connected = true
    try {
      await play.link()
      await play.readRequest()
    } catch (error) {
      if (!(error instanceof Unmet)) throw error
      connected = false
    }
    if (connected) throw play.unmet('the client connected', step.level)
  },

  async 'tls-refused'(play, step) {
    const attempt = await play.subject.tlsAttempt?.(play.bounds.answerMs)
    if (attempt === undefined) throw play.unmet('no TLS handshake was begun', step.level)
    if (step.serverName !== undefined && attempt.serverName !== step.serverName)
      throw play.unmet(`the server name indication is ${attempt.serverName ?? 'absent'}`, step.level)
    if (step.serverName === undefined && attempt.completed) throw play.unmet('the client trusted a certificate that nobody signed', step.level)
  },
}

/** An endpoint may send a Ping or a Pong at any time (RFC 6455 sections 5.5.2 and 5.5.3); a Pong counts where no opcode is expected. */
function isUnasked(opcode: number, expected: number | undefined): boolean {
  return opcode !== expected && (opcode === opcodes.ping || (opcode === opcodes.pong && expected !== undefined))
}

/** The smallest message that an endpoint may refuse without having said so: below this, 1009 is a fault. Bytes. */
const leastLimit = 4096

/** RFC 6455 section 10.4: an endpoint may limit its messages. What exceeds the declared limit, or one that 1009 reveals, is unsupported. */
function allowRefusal(play: Play, code: number | string, length: number): void {
  const declared = play.context.maxMessage
  if (code !== 1009 || length <= (declared > 0 ? declared : leastLimit)) return
  throw new Unsupported(`the endpoint closed with 1009: a message of ${length} bytes exceeds its limit`)
}

function inStatusSet(status: number, set: StatusSet): boolean {
  if (set === 'any') return true
  if (set === 'error') return status >= 400 && status < 600
  if (set === 'success') return status >= 200 && status < 300
  return set.includes(status)
}

/** Reads a refusal's content, so that the connection can be used again where it stays. */
async function readContent(play: Play, head: Head, mustBeFramed: boolean): Promise<void> {
  const link = await play.link()
  const length = valuesOf(head, 'content-length')[0]
  const chunked = listOf(head, 'transfer-encoding').some((coding) => coding.toLowerCase() === 'chunked')
  const closes = listOf(head, 'connection').some((option) => option.toLowerCase() === 'close')
  if (mustBeFramed && length === undefined && !chunked && !closes)
    throw play.unmet('a response whose content has no end: neither Content-Length nor Connection: close', undefined)
  const whole = await link.until(
    () => {
      const unread = link.unread
      if (length !== undefined && /^\d+$/.test(length) && unread.length >= Number(length)) return Number(length)
      if (chunked) {
        const end = unread.indexOf('0\r\n\r\n')
        if (end >= 0) return end + 5
      }
      return link.state === 'open' ? undefined : unread.length
    },
    mustBeFramed ? play.bounds.answerMs : 50,
  )
  if (whole !== undefined) link.consume(whole)
  else if (mustBeFramed) throw play.unmet("the response's content does not end", undefined)
}

function describeEvent(event: PeerEvent | { type: 'ended' | 'reset' | 'timeout' }): string {
  switch (event.type) {
    case 'message':
      return `a ${event.opcode === opcodes.text ? 'text' : 'binary'} message`
    case 'pong':
      return 'a Pong'
    case 'close':
      return `a Close frame with the code ${event.code}`
    case 'ended':
      return 'the end of the connection'
    case 'reset':
      return 'a reset'
    case 'timeout':
      return 'nothing'
  }
}

function firstDifference(expected: Uint8Array, received: Uint8Array): string {
  const length = Math.min(expected.length, received.length)
  for (let index = 0; index < length; index++) if (expected[index] !== received[index]) return `first difference at byte ${index}`
  return 'a prefix of the other'
}
