import type { Play } from '../play.ts'
import type { PeerEvent } from '../peer.ts'
import { Unsupported } from '../result.ts'
import { opcodes } from '../wire.ts'

/** The smallest message that an endpoint may refuse without having said so: below this, 1009 is a fault. Bytes. */
const leastLimit = 4096

/** RFC 6455 section 10.4: an endpoint may limit its messages. What exceeds the declared limit, or one that 1009 reveals, is unsupported. */
export function allowRefusal(play: Play, code: number | string, length: number): void {
  const declared = play.context.maxMessage
  if (code !== 1009 || length <= (declared > 0 ? declared : leastLimit)) return
  throw new Unsupported(`the endpoint closed with 1009: a message of ${length} bytes exceeds its limit`)
}

export function describeEvent(event: PeerEvent | { type: 'ended' | 'reset' | 'timeout' }): string {
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
