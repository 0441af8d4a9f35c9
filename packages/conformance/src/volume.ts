import type { Step } from './case.ts'
import { deadlineIn } from './deadline.ts'
import type { Play } from './play.ts'
import type { Peer } from './peer.ts'
import { allowRefusal, describeEvent } from './expect/events.ts'
import { opcodes } from './wire.ts'

export type VolumeStep = Extract<Step, { do: 'volume' }>

/** How much may be under way at once: enough to keep a peer busy, little enough that neither end waits for the other to read. */
const inFlightBytes = 262_144
const inFlightMessages = 64

/** How much longer than for an ordinary answer the suite waits while nothing comes. */
const patience = 5

/**
 * Sends messages of one size and takes every echo, as fast as the peer echoes them, and notes the figures.
 * @throws Unmet for an echo that is missing or differs; at the level `info` when the time for one volume case is up
 */
export async function playVolume(play: Play, step: VolumeStep): Promise<void> {
  const peer = await play.ensurePeer()
  const payloadOf = payloads(play, step)
  const opcode = step.type === 'text' ? opcodes.text : opcodes.binary
  const ahead = Math.max(1, Math.min(inFlightMessages, Math.floor(inFlightBytes / step.size)))
  const start = performance.now()
  let sent = 0
  for (let received = 0; received < step.messages; received++) {
    for (; sent < step.messages && sent - received < ahead; sent++) sendOne(play, peer, opcode, payloadOf(sent), step)
    const left = play.bounds.volumeMs - (performance.now() - start)
    if (left <= 0) throw play.unmet(`${received} of ${step.messages} messages were echoed in ${play.bounds.volumeMs} ms`, 'info')
    const rest = deadlineIn(Math.min(left, patience * play.bounds.answerMs))
    let event = await peer.next(rest())
    while (event.type === 'pong') event = await peer.next(rest())
    const which = `of message ${received + 1} of ${step.messages}`
    if (event.type !== 'message') {
      allowRefusal(play, event, step.size)
      throw play.unmet(`${describeEvent(event)} instead of the echo ${which}`, undefined)
    }
    const wanted = payloadOf(received)
    if (event.opcode !== opcode || !wanted.equals(event.payload))
      throw play.unmet(`the echo ${which} differs: ${event.payload.length} bytes of ${wanted.length}`, undefined)
    play.figures = { messages: received + 1, bytes: (received + 1) * step.size, ms: Math.round(performance.now() - start) }
  }
}

function sendOne(play: Play, peer: Peer, opcode: number, plain: Buffer, step: VolumeStep): void {
  const deflater = step.compressed === true ? play.context.deflater : undefined
  const payload = deflater === undefined ? plain : deflater.deflate(plain)
  peer.sendMessage(opcode, payload, deflater === undefined ? 0 : 4, step.fragment ?? payload.length)
}

/** The payload of each message: cut from one block at another place each time, or with `distinct` one of so many that compress into none but themselves. */
function payloads(play: Play, { size, type, distinct }: VolumeStep): (index: number) => Buffer {
  if (distinct !== undefined) {
    const blocks = Array.from({ length: distinct }, () => play.context.random.bytes(size))
    return (index) => blocks[index % distinct]!
  }
  const places = 61
  const block = type === 'text' ? textBlock(size + places) : play.context.random.bytes(size + places)
  return (index) => block.subarray(index % places, (index % places) + size)
}

/** JSON of ASCII, which compresses as the messages of applications do. */
function textBlock(size: number): Buffer {
  const parts: string[] = []
  for (let length = 0, index = 0; length < size; index++) {
    const part = `{"id":${index * 7919},"user":"user-${index % 97}","text":"message ${index} of many","tags":["a","b-${index % 13}"]},`
    parts.push(part)
    length += part.length
  }
  return Buffer.from(parts.join(''), 'latin1').subarray(0, size)
}

/** Sends Pings one after the other, each after the Pong to the last. */
export async function playPings(play: Play, count: number): Promise<void> {
  const peer = await play.ensurePeer()
  const start = performance.now()
  for (let index = 0; index < count; index++) {
    const payload = Buffer.from(`ping ${index}`)
    peer.sendMessage(opcodes.ping, payload, 0, payload.length)
    const left = deadlineIn(patience * play.bounds.answerMs)
    let event = await peer.next(left())
    while (event.type === 'pong' && event.unsolicited) event = await peer.next(left())
    if (performance.now() - start > play.bounds.volumeMs)
      throw play.unmet(`${index} of ${count} Pings were answered in ${play.bounds.volumeMs} ms`, 'info')
    if (event.type !== 'pong') throw play.unmet(`${describeEvent(event)} instead of Pong ${index + 1} of ${count}`, undefined)
    play.figures = { messages: index + 1, bytes: (index + 1) * payload.length, ms: Math.round(performance.now() - start) }
  }
}
