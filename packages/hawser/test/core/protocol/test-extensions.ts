import type { ExtensionFrame, ExtensionSession } from '../../../src/core/protocol/extension.ts'

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

/** Settles when `release` is called; `inFlight` counts what waits. */
export class Gate {
  private waiting: (() => void)[] = []
  get inFlight(): number {
    return this.waiting.length
  }
  async release(): Promise<void> {
    this.waiting.shift()?.()
    // The promises of the connection's own reactions are all settled after a turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
  }
  pass<T>(value: () => T | Promise<T>): Promise<T> {
    return new Promise<void>((resolve) => this.waiting.push(resolve)).then(value)
  }
}

export function asynchronous(gate: Gate, inner: TestSession): TestSession {
  return session(
    `${inner.name}-later`,
    inner.rsv,
    (frame) => gate.pass(() => inner.encode(frame, {})),
    (frame, budget) => gate.pass(() => inner.decode(frame, budget)),
  )
}

/** Fails as told. */
export function failing(where: 'encode' | 'decode', error: unknown, later = false): TestSession {
  const fail = (): Promise<ExtensionFrame> => {
    if (later) return Promise.reject(error)
    throw error
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
