import { refuseIncoming, refuseOutgoing } from './refusal.ts'
import type { SubprotocolCodec } from './codec.ts'

/** Binary messages, as bytes. A text message is refused with a `MessageError`. */
export function binary(): SubprotocolCodec<Uint8Array, Uint8Array> {
  return {
    decode(data) {
      if (typeof data !== 'string') return data
      throw refuseIncoming(data, [{ message: 'expected a binary message, received a text one', path: [] }])
    },
    encode(message) {
      if (message instanceof Uint8Array) return message
      throw refuseOutgoing([{ message: `expected a Uint8Array, received ${typeof message}`, path: [] }])
    },
  }
}
