import type { Deflater, Inflater, InflateLimits } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'

const UNLIMITED: InflateLimits = { output: 1e9, streams: 1e9 }

/** A deflater's result, whether it comes at once or later. */
export function deflate(deflater: Deflater, bytes: Uint8Array, end = true): Promise<Uint8Array> {
  return settled((done) => deflater.deflate(bytes, end, done))
}

/** An inflater's result, whether it comes at once or later. */
export function inflate(inflater: Inflater, message: Uint8Array, limits: Partial<InflateLimits> = {}): Promise<Uint8Array> {
  return settled((done) => inflater.inflate(message, { ...UNLIMITED, ...limits }, done))
}

function settled(call: (done: (result: Uint8Array | Error) => void) => Uint8Array | undefined): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const finish = (result: Uint8Array | Error): void => (result instanceof Error ? reject(result) : resolve(result))
    const now = call(finish)
    if (now !== undefined) resolve(now)
  })
}
