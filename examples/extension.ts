/**
 * A custom extension (RFC 6455 section 9). It offers, accepts or declines, owns RSV2, and changes payloads: it encodes text with ROT13 and marks it
 * with its RSV bit.
 *
 * Prints:
 *   agreed: x-rot13; shift=13
 *   arrived: Hello, hawser
 */
import { connect, serve } from 'hawser'
import type { Extension } from 'hawser'
import { RSV2 } from 'hawser/protocol'
import type { ExtensionFrame, ExtensionSession } from 'hawser/protocol'

const parameters = [['shift', '13']] as const

function rotate(payload: Uint8Array): Uint8Array {
  return payload.map((byte) => {
    const letter = byte | 0x20
    return letter >= 0x61 && letter <= 0x7a ? (byte & 0xe0) + 1 + (((byte & 0x1f) + 12) % 26) : byte
  })
}

const open = (): ExtensionSession => {
  // RSV bits are set on the first frame of a message and apply to all its frames.
  let rotated = false
  return {
    name: 'x-rot13',
    parameters,
    rsv: RSV2,
    encode: (frame: ExtensionFrame) =>
      frame.opcode === 2 ? frame : { ...frame, rsv: frame.rsv | (frame.first ? RSV2 : 0), payload: rotate(frame.payload) },
    decode(frame: ExtensionFrame) {
      if (frame.first) rotated = (frame.rsv & RSV2) !== 0
      return rotated ? { ...frame, rsv: frame.rsv & ~RSV2, payload: rotate(frame.payload) } : frame
    },
    dispose() {},
  }
}

const rot13: Extension = {
  name: 'x-rot13',
  rsv: RSV2,
  offers: () => [parameters],
  accept: ([first]) =>
    first?.[0] === 'shift' && first[1] === '13' ? { accepted: true, parameters, open } : { accepted: false, reason: 'only a shift of 13' },
  confirm: () => ({ accepted: true, parameters, open }),
}

const server = await serve({ extensions: [rot13], message: (socket, message) => socket.send(message) })
const socket = await connect(server.url, { extensions: [rot13] })
const [agreed] = socket.extensions
console.log(`agreed: ${agreed?.name}; ${agreed?.parameters.map(([name, value]) => `${name}=${value}`).join('; ')}`)
socket.send('Hello, hawser')
for await (const message of socket) {
  console.log(`arrived: ${message}`)
  break
}
await socket.close()
await server.drain()
