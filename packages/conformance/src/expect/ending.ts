import { deadlineIn } from '../deadline.ts'
import { causeOfRule, generalCauses } from '../root-causes.ts'
import type { RootCause } from '../root-causes.ts'
import { rules } from '../rules.ts'
import { mayGoOnWire, opcodes } from '../wire.ts'
import { allowRefusal, describeEvent } from './events.ts'
import type { Handlers } from './handlers.ts'

/** The finding of the validator that says the same. */
function forbidden(code: number | string): RootCause {
  return causeOfRule(code === 'malformed' ? rules.closePayload : rules.closeCode)
}

/** Expectations of how the connection ends, and of what is left of its endpoint. */
export const endingSteps: Pick<Handlers, 'close' | 'fail' | 'ended' | 'torn-down' | 'alive'> = {
  async close(play, step) {
    const peer = await play.ensurePeer()
    let left = deadlineIn(play.bounds.answerMs)
    for (;;) {
      const event = await peer.next(left())
      // The echo of a message is progress; anything else does not renew the time limit.
      if (event.type === 'message' && peer.echoesDue >= 0) left = deadlineIn(play.bounds.answerMs)
      if (event.type === 'pong' || (event.type === 'message' && step.orMessages === true)) continue
      if (event.type !== 'close') throw play.unmet(`${describeEvent(event)} instead of a Close frame`, step.level)
      if (event.code === 'malformed' || (typeof event.code === 'number' && !mayGoOnWire(event.code)))
        throw play.unmet(`a Close frame with the code ${event.code}`, step.level, forbidden(event.code))
      if (typeof event.code === 'number' && step.notCodes?.includes(event.code) === true)
        throw play.unmet(`a Close frame with the code ${event.code}`, step.level)
      if (step.codes !== undefined && !step.codes.includes(event.code)) throw play.unmet(`a Close frame with the code ${event.code}`, step.level)
      break
    }
    if (!peer.sentClose) await peer.send([{ opcode: opcodes.close, payload: { hex: '03e8' } }])
  },

  async fail(play, step, perform) {
    const peer = await play.ensurePeer()
    let messages = step.messagesBefore ?? 0
    const left = deadlineIn(step.within === 'close' ? play.bounds.closeMs : play.bounds.answerMs)
    for (;;) {
      const event = await peer.next(left())
      if (event.type === 'message' && messages-- > 0) continue
      if (event.type === 'pong' && event.unsolicited) continue
      if (event.type === 'ended' || event.type === 'reset') {
        if (!step.codes.includes(1009)) allowRefusal(play, event, peer.longestSent)
        play.warn('the connection was dropped without a Close frame', generalCauses.dropped)
        return
      }
      if (event.type === 'timeout') throw play.unmet('the connection was not failed', step.level)
      if (event.type !== 'close') throw play.unmet(`${describeEvent(event)} instead of failing the connection`, step.level)
      if (event.code === 'malformed' || (typeof event.code === 'number' && !mayGoOnWire(event.code)))
        throw play.unmet(`a Close frame with the code ${event.code}`, step.level, forbidden(event.code))
      if (!step.codes.includes(1009)) allowRefusal(play, event, peer.longestSent)
      if (event.code === 'none' || !step.codes.includes(event.code))
        play.warn(`failed with the code ${event.code}, not ${step.codes.join(' or ')}`, generalCauses.failureCode)
      break
    }
    if (!peer.sentClose) await peer.send([{ opcode: opcodes.close, payload: { hex: '03e8' } }])
    await perform({ expect: 'ended', ...(step.level === undefined ? {} : { level: step.level }) })
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
    const left = deadlineIn(ms)
    for (;;) {
      if (peer === undefined) {
        const state = await link.until(() => (link.state === 'open' ? undefined : link.state), left())
        if (state === undefined) throw play.unmet('the connection stays open', step.level)
        if (state === 'reset' && step.cleanly === true) throw play.unmet('the connection was reset', step.level)
        return
      }
      const event = await peer.next(left())
      if (event.type === 'ended' || (event.type === 'reset' && step.cleanly !== true)) return
      if (event.type === 'reset') throw play.unmet('the connection was reset', step.level)
      if (event.type === 'timeout') throw play.unmet('the connection stays open', step.level, peer.receivedClose ? generalCauses.keptOpen : undefined)
      if (event.type === 'close' && !peer.sentClose) continue
      // RFC 6455 section 5.5.1: after its Close frame an endpoint sends no data frames; of Pongs nothing is said.
      if (event.type === 'pong') continue
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

  async alive(play, step, perform) {
    await perform({ do: 'reconnect' })
    try {
      await perform({ do: 'open' })
      await perform({ do: 'frames', frames: [{ opcode: opcodes.text, payload: 'still there?' }] })
      await perform({ expect: 'message', text: 'still there?' })
    } catch (error) {
      throw play.unmet(`a new connection does not work afterwards: ${(error as Error).message}`, step.level, generalCauses.notResumed)
    }
  },
}
