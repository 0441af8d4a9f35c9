import { type EncodeOptions, type ExtensionFrame, type ExtensionSession, PENDING } from '../../../src/core/protocol/extension.ts'

type Answer = ExtensionFrame | Promise<ExtensionFrame>

/** A session whose pending steps are promises. */
export type PromisedSession<S extends ExtensionSession = ExtensionSession> = Omit<S, 'encode' | 'encodeShared' | 'decode'> & {
  encode(frame: ExtensionFrame, options: EncodeOptions): Answer
  encodeShared(frame: ExtensionFrame, options: EncodeOptions): Answer
  decode(frame: ExtensionFrame, budget: number): Answer
}

export function promised<S extends ExtensionSession>(session: S): PromisedSession<S> {
  const step = (name: 'encode' | 'encodeShared' | 'decode', frame: ExtensionFrame, argument: unknown): Answer => {
    let settle: ((result: ExtensionFrame | Error) => void) | undefined
    const later = new Promise<ExtensionFrame>((resolve, reject) => {
      settle = (result) => (result instanceof Error ? reject(result) : resolve(result))
    })
    const run = session[name] as (frame: ExtensionFrame, argument: unknown, done: unknown) => ExtensionFrame | typeof PENDING
    const answer = run.call(session, frame, argument, settle)
    return answer === PENDING ? later : answer
  }
  return new Proxy(session, {
    get: (target, name) => {
      if (name === 'encode' || name === 'encodeShared' || name === 'decode') {
        return (frame: ExtensionFrame, argument: unknown) => step(name, frame, argument)
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as unknown as PromisedSession<S>
}
