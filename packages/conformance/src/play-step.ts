import { toBytes } from './bytes.ts'
import type { Level, Step } from './case.ts'
import { expectSteps } from './expect/index.ts'
import type { Play } from './play.ts'
import { Unmet, Unsupported } from './result.ts'
import { playPings, playVolume } from './volume.ts'

/** Plays one step of a case. @throws Unmet, Unsupported */
export async function playStep(play: Play, step: Step): Promise<void> {
  if ('expect' in step) {
    await expectSteps[step.expect](play, step as never, (more) => playStep(play, more))
    return
  }
  switch (step.do) {
    case 'open':
      return play.handshake.open(step)
    case 'request':
      return play.handshake.sendRequest(step.request ?? {}, step.split, step.then, step.thenBytes)
    case 'response':
      await play.handshake.readRequest()
      return play.handshake.sendResponse(step.response ?? {}, step.split, step.then, step.thenBytes)
    case 'bytes':
      return (await play.link()).write(toBytes(step.bytes, play.context), step.split)
    case 'frames':
      return (await play.ensurePeer()).send(step.frames, step.split)
    case 'end':
      return (await play.link()).endSending()
    case 'reset':
      return (await play.link()).reset()
    case 'wait':
      return new Promise((resolve) => setTimeout(resolve, step.ms))
    case 'trickle':
      return trickle(play, step.line, step.within === 'handshake' ? play.bounds.handshakeMs : play.bounds.closeMs, step.level)
    case 'pause':
      return (await play.link()).pause()
    case 'resume':
      return (await play.link()).resume()
    case 'reconnect':
      return play.reconnect()
    case 'volume':
      return playVolume(play, step)
    case 'pings':
      return playPings(play, step.count)
    case 'h2':
      if (play.subject.runH2 === undefined) throw new Unsupported('needs h2')
      return play.subject.runH2(
        step.script,
        play.bounds,
        play.exchange,
        play.checkFrame(() => false),
      )
  }
}

/** Writes the line now and then. @throws Unmet when the connection is open after `ms` milliseconds */
async function trickle(play: Play, line: string, ms: number, level: Level | undefined): Promise<void> {
  const link = await play.link()
  const deadline = performance.now() + ms
  while (performance.now() < deadline) {
    await link.write(Buffer.from(line, 'latin1'))
    if ((await link.until(() => (link.state === 'open' ? undefined : true), ms / 40)) === true) return
  }
  throw new Unmet('the connection stays open', level)
}
