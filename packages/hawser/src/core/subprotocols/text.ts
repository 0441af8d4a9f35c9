import { refuseIncoming, refuseOutgoing } from './refusal.ts'
import type { SubprotocolCodec } from './codec.ts'

/** Text messages, as strings. A binary message is refused with a `MessageError`. */
export function text(): SubprotocolCodec<string, string> {
  return {
    decode(data) {
      if (typeof data === 'string') return data
      throw refuseIncoming(data, [{ message: 'expected a text message, received a binary one', path: [] }])
    },
    encode(message) {
      if (typeof message === 'string') return message
      throw refuseOutgoing([{ message: `expected a string, received ${typeof message}`, path: [] }])
    },
  }
}
