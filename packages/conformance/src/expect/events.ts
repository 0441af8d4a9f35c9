import type { Play } from '../play.ts'
import type { PeerEvent } from '../peer.ts'
import { Unsupported } from '../result.ts'
import { opcodes } from '../wire.ts'

/** The smallest message that an endpoint may refuse without having said so: below this, 1009 is a fault. Bytes. */
const leastLimit = 4096

/**
 * RFC 6455 section 10.4: an endpoint may limit its messages.
 * @throws Unsupported for what exceeds the declared limit, however it is refused, or a limit that 1009 reveals
 */
export function allowRefusal(play: Play, event: PeerEvent, length: number): void {
  const declared = play.context.maxMessage
  if (declared > 0) {
    if (length > declared) throw new Unsupported(`a message of ${length} bytes exceeds the declared limit of ${declared}`)
    return
  }
  if (event.type === 'close' && event.code === 1009 && length > leastLimit)
    throw new Unsupported(`the endpoint closed with 1009: a message of ${length} bytes exceeds its limit`)
}

export function describeEvent(event: PeerEvent): string {
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
