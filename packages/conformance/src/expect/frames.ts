import { toBytes } from '../bytes.ts'
import { deadlineIn } from '../deadline.ts'
import { Unsupported } from '../result.ts'
import { closeEvent } from '../peer.ts'
import type { PeerEvent } from '../peer.ts'
import { causeOfRule, generalCauses } from '../root-causes.ts'
import type { RootCause } from '../root-causes.ts'
import { rules } from '../rules.ts'
import { closeCodeOf, excerpt, opcodes } from '../wire.ts'
import { allowRefusal, describeEvent } from './events.ts'
import type { Handlers } from './handlers.ts'

/** Expectations of what comes while the connection is open. */
export const frameSteps: Pick<Handlers, 'message' | 'pong' | 'silence' | 'frame-shape'> = {
  async message(play, step) {
    const peer = await play.ensurePeer()
    const payload = toBytes(step.text ?? step.binary, play.context)
    const opcode = step.text === undefined ? opcodes.binary : opcodes.text
    const early = play.expectsRefusal ? generalCauses.notEchoed : undefined
    const left = deadlineIn(play.bounds.answerMs)
    let event = await peer.next(left())
    while (event.type === 'pong' && event.unsolicited) event = await peer.next(left())
    if (event.type !== 'message') {
      allowRefusal(play, event, Math.max(payload.length, peer.longestSent))
      if (play.mayRefuseAgreement !== undefined && event.type !== 'timeout') throw new Unsupported(play.mayRefuseAgreement)
      throw play.unmet(`${describeEvent(event)} instead of the echo`, step.level, early)
    }
    play.mayRefuseAgreement = undefined
    if (event.opcode !== opcode) throw play.unmet(`the echo is ${event.opcode === opcodes.text ? 'text' : 'binary'}`, step.level, early)
    if (!payload.equals(event.payload)) {
      const difference = `${event.payload.length} bytes of ${payload.length}, ${firstDifference(payload, event.payload)}`
      throw play.unmet(`the echo differs: ${difference}`, step.level, early)
    }
    if (step.compressed !== undefined && step.compressed !== event.compressed)
      throw play.unmet(event.compressed ? 'the echo is compressed' : 'the echo is not compressed', step.level)
  },

  async pong(play, step) {
    const peer = await play.ensurePeer()
    const payload = toBytes(step.payload, play.context)
    const early = play.expectsRefusal ? generalCauses.notPonged : undefined
    const held: PeerEvent[] = []
    let other: string | undefined
    const left = deadlineIn(play.bounds.answerMs)
    for (;;) {
      const event = await peer.next(Math.min(left(), play.bounds.answerMs / (other === undefined ? 1 : 4)))
      if (event.type === 'pong') {
        if (payload.equals(event.payload)) break
        // An unsolicited Pong may come before the answer (RFC 6455 section 5.5.3).
        other ??= `the Pong carries ${event.payload.length} bytes, ${excerpt(event.payload)}`
      } else if (event.type === 'message' && peer.echoesDue >= 0) held.push(event)
      else throw play.unmet(other ?? `${describeEvent(event)} instead of a Pong`, step.level, early)
    }
    peer.putBack(held)
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
    let left = deadlineIn(play.bounds.answerMs)
    for (let count = 0; count < step.count; ) {
      const frame = await peer.frame(left())
      const isExtra = typeof frame !== 'string' && isUnasked(frame.opcode, step.opcode)
      if (!isExtra) {
        count++
        left = deadlineIn(play.bounds.answerMs)
      }
      if (step.orEnd === true && (frame === 'ended' || frame === 'reset')) throw new Unsupported('the connection ended without the frame')
      if (typeof frame === 'string') throw play.unmet(`${describeEvent({ type: frame })} instead of a frame`, step.level)
      if (frame.opcode === opcodes.close && step.opcode !== opcodes.close) allowRefusal(play, closeEvent(frame), peer.longestSent)
      if (step.opcode !== undefined && !isExtra && frame.opcode !== step.opcode && frame.opcode !== opcodes.continuation)
        throw play.unmet(`a frame with the opcode ${frame.opcode}`, step.level)
      if (step.masked !== undefined && frame.masked !== step.masked)
        throw play.unmet(frame.masked ? 'the frame is masked' : 'the frame is not masked', step.level)
      if (step.rsv !== undefined && frame.rsv !== step.rsv)
        throw play.unmet(`the frame's reserved bits are ${frame.rsv}`, step.level, reservedBits(frame.rsv))
      if (step.noRsvBut !== undefined && (frame.rsv & ~step.noRsvBut) !== 0)
        throw play.unmet(`the frame's reserved bits are ${frame.rsv}`, step.level, reservedBits(frame.rsv))
      if (step.minimal === true && !frame.minimal) throw play.unmet('the length field is longer than needed', step.level)
      if (frame.opcode === opcodes.close && closeCodeOf(frame.payload) === 'malformed')
        throw play.unmet('a Close frame of one byte', step.level, causeOfRule(rules.closePayload))
      if (step.distinctKeys === true) {
        const key = Buffer.from(frame.maskingKey ?? []).toString('hex')
        if (keys.has(key)) throw play.unmet(`the masking key ${key} was used twice`, step.level)
        keys.add(key)
      }
    }
  },
}

/** The finding of the validator that says the same. */
function reservedBits(rsv: number): RootCause {
  return causeOfRule((rsv & 3) === 0 ? rules.rsv1 : rules.reserved)
}

/** An endpoint may send a Ping or a Pong at any time (RFC 6455 sections 5.5.2 and 5.5.3); a Pong counts where no opcode is expected. */
function isUnasked(opcode: number, expected: number | undefined): boolean {
  return opcode !== expected && (opcode === opcodes.ping || (opcode === opcodes.pong && expected !== undefined))
}

function firstDifference(expected: Uint8Array, received: Uint8Array): string {
  const length = Math.min(expected.length, received.length)
  for (let index = 0; index < length; index++) if (expected[index] !== received[index]) return `first difference at byte ${index}`
  return 'a prefix of the other'
}
