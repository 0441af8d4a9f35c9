import { type ExtensionCallback, type ExtensionFrame, type ExtensionSession, PENDING } from '../../../src/core/protocol/extension.ts'

type Encode = ExtensionSession['encode']
type Decode = ExtensionSession['decode']

export interface TestSession extends ExtensionSession {
  disposed: number
}

function session(name: string, rsv: number, encode: Encode, decode: Decode): TestSession {
  return {
    name,
    parameters: [],
    rsv,
    disposed: 0,
    encode,
    decode,
    dispose() {
      this.disposed++
    },
  }
}

function xored(frame: ExtensionFrame, mask: number, rsv: number): ExtensionFrame {
  return { ...frame, rsv, payload: frame.payload.map((byte) => byte ^ mask) }
}

/** Turns each byte with `mask` and marks the first frame of a message with `rsv`. */
export function xor(mask: number, rsv: number): TestSession {
  return session(
    `x-xor-${mask}`,
    rsv,
    (frame) => xored(frame, mask, frame.rsv | (frame.first ? rsv : 0)),
    (frame) => xored(frame, mask, frame.rsv & ~rsv),
  )
}

/** Puts `byte` behind each frame: order matters when it is stacked with `appending`. */
export function appending(byte: number): TestSession {
  return session(
    `x-append-${byte}`,
    0,
    (frame) => ({ ...frame, payload: new Uint8Array([...frame.payload, byte]) }),
    (frame) => {
      if (frame.payload.at(-1) !== byte) throw new Error(`not appended by ${byte}`)
      return { ...frame, payload: frame.payload.slice(0, -1) }
    },
  )
}

/** Holds results until `release` is called; `inFlight` counts them. */
export class Gate {
  #waiting: (() => void)[] = []
  get inFlight(): number {
    return this.#waiting.length
  }
  release(): void {
    this.#waiting.shift()?.()
  }
  pass(done: ExtensionCallback, value: () => ExtensionFrame | typeof PENDING): typeof PENDING {
    this.#waiting.push(() => {
      let result: ExtensionFrame | Error
      try {
        result = value() as ExtensionFrame
      } catch (error) {
        result = error as Error
      }
      done(result)
    })
    return PENDING
  }
}

const never: ExtensionCallback = () => {
  throw new Error('an inner test session answers at once')
}

/** `inner`, whose results wait at the gate. It copies the payload, as the contract of PENDING asks. */
export function asynchronous(gate: Gate, inner: TestSession): TestSession {
  const copy = (frame: ExtensionFrame): ExtensionFrame => ({ ...frame, payload: new Uint8Array(frame.payload) })
  return session(
    `${inner.name}-later`,
    inner.rsv,
    (frame, _options, done) => {
      const kept = copy(frame)
      return gate.pass(done, () => inner.encode(kept, {}, never))
    },
    (frame, budget, done) => {
      const kept = copy(frame)
      return gate.pass(done, () => inner.decode(kept, budget, never))
    },
  )
}

/** Throws `error`, or hands it to `done` when the gate is released. */
export function failing(where: 'encode' | 'decode', error: Error, gate?: Gate): TestSession {
  const fail = (_frame: ExtensionFrame, _more: unknown, done: ExtensionCallback): typeof PENDING => {
    if (gate === undefined) throw error
    return gate.pass(done, () => {
      throw error
    })
  }
  const pass = (frame: ExtensionFrame): ExtensionFrame => frame
  return session('x-failing', 0, where === 'encode' ? fail : pass, where === 'decode' ? fail : pass)
}

/** Each byte becomes `times` bytes on receipt, the budget being respected or not. */
export function expanding(times: number): TestSession {
  return session(
    'x-expanding',
    0x40,
    (frame) => frame,
    (frame) => ({ ...frame, rsv: 0, payload: new Uint8Array(frame.payload.length * times) }),
  )
}
