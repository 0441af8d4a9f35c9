import type { StatusSet } from '../case.ts'
import { checkField, fillPort } from '../field-checks.ts'
import { deflateParametersOf, listOf, statusOf, valuesOf } from '../head.ts'
import type { Head } from '../head.ts'
import type { Play } from '../play.ts'
import { checkRequest } from '../request-checks.ts'
import { Unmet, Unsupported } from '../result.ts'
import { causeOfRefusal } from '../root-causes.ts'
import { opcodes } from '../wire.ts'
import type { Handlers } from './handlers.ts'

/** Expectations of the opening handshake. */
export const handshakeSteps: Pick<Handlers, 'response' | 'request' | 'deflate' | 'never-open' | 'no-connection' | 'tls-refused'> = {
  async response(play, step) {
    const head = await play.handshake.readHead(step.ifSilent ?? step.level)
    if (head === undefined) {
      if (step.orDrop !== true) throw play.unmet('the connection ended without a response', step.level)
      return
    }
    const status = statusOf(head)
    if (status === 0) throw play.unmet(`"${head.startLine.slice(0, 60)}" is no status line`, step.level)
    if (!inStatusSet(status, step.status)) {
      const open = status >= 400 && status < 600 ? step.ifRefused : status >= 200 && status < 400 ? step.ifOrdinary : undefined
      if (status === 101 && step.assumesRefusal === true) throw new Unsupported('the server does not refuse the request that the case is about')
      const cause = status >= 400 && Array.isArray(step.status) && step.status.includes(101) ? causeOfRefusal(play.row) : undefined
      throw play.unmet(`answered with ${status}`, open ?? step.level, cause)
    }
    if (step.prefer !== undefined && !step.prefer.includes(status))
      play.warn(`answered with ${status}, ${step.prefer.join(' or ')} says more`, undefined, 'info')
    for (const check of step.checks ?? []) checkField(play, head, check, step.level)
    if (status === 101 && step.versionIfOpen !== undefined && !play.versions.has(step.versionIfOpen))
      throw play.unmet(`version ${step.versionIfOpen} is answered with 101 and not named`, step.level)
    for (const version of listOf(head, 'sec-websocket-version')) play.versions.add(version)
    if (status >= 300 || status === 200) await readContent(play, head, step.framed === true)
  },

  async request(play, step) {
    const head = await play.handshake.readRequest()
    if (step.startLine !== undefined) {
      const wanted = fillPort(play, step.startLine)
      if (head.startLine !== wanted) throw play.unmet(`the request line is "${head.startLine.slice(0, 120)}"`, step.level)
    }
    for (const check of step.checks ?? [])
      checkField(play, head, { ...check, ...(typeof check.value === 'string' ? { value: fillPort(play, check.value) } : {}) }, step.level)
    if (step.named !== undefined) await checkRequest[step.named](play, head, step.level)
    if (step.keyDistinct === true && play.subject.keysSeen.size === 0) throw new Unsupported('the only connection of this run so far')
    if (step.keyDistinct === true && play.subject.keysSeen.has(play.handshake.key)) throw play.unmet('the key was used before', step.level)
  },

  async deflate(play, step) {
    const agreed = play.handshake.head === undefined ? undefined : deflateParametersOf(play.handshake.head)
    if (step.agreed && agreed === undefined) {
      if (step.ifDeclined === undefined) throw new Unsupported('the server declined the offer')
      throw play.unmet('permessage-deflate was declined', step.ifDeclined)
    }
    if (!step.agreed && agreed !== undefined)
      throw play.unmet(`answered "${valuesOf(play.handshake.head!, 'sec-websocket-extensions').join(', ')}"`, step.level)
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

  async 'no-connection'(play, step) {
    let connected = true
    try {
      await play.link()
      await play.handshake.readRequest()
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

function inStatusSet(status: number, set: StatusSet): boolean {
  if (set === 'any') return true
  if (set === 'error') return status >= 400 && status < 600
  if (set === 'open-or-error') return status === 101 || (status >= 400 && status < 600)
  if (set === 'not-open') return status !== 101
  return set.includes(status)
}

/** Reads a refusal's content, so that the connection can be used again where it stays. */
async function readContent(play: Play, head: Head, mustBeFramed: boolean): Promise<void> {
  const link = await play.link()
  const length = valuesOf(head, 'content-length')[0]
  const chunked = listOf(head, 'transfer-encoding').some((coding) => coding.toLowerCase() === 'chunked')
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
  else if (mustBeFramed) throw play.unmet("the response's content does not end: neither by its length nor with the connection", undefined)
}
