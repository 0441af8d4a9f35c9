/** Compares one batch of real messages byte by byte; a subject is measured only if its answers are right. */
import { constants, createInflateRaw } from 'node:zlib'
import { FrameScanner } from './frames.ts'
import type { Link, LinkOwner } from './link.ts'
import { batches, replyBytes } from './work.ts'
import type { Batch, Work } from './work.ts'

export interface Verified {
  /** The answers came compressed. */
  readonly compressed: boolean
  readonly replyBytes: number
}

export async function verify(link: Link, work: Work, floor: boolean): Promise<Verified> {
  const batch = batches(work)[0] as Batch
  const chunks: Buffer[] = []
  const scanner = new FrameScanner()
  link.scanner = work.deflate && !floor ? scanner : undefined
  link.owed = floor ? batch.bytes.length : work.deflate ? work.inFlight : replyBytes(work, floor)
  link.tap = (bytes) => void chunks.push(Buffer.from(bytes))
  await new Promise<void>((resolve, reject) => {
    const owner: LinkOwner = { complete: () => resolve(), broken: (_, why) => reject(new Error(why)) }
    link.own(owner)
    link.socket.write(batch.bytes)
  })
  link.tap = undefined
  link.own(undefined)
  const bytes = Buffer.concat(chunks)
  if (floor) {
    if (!bytes.equals(batch.bytes)) throw new Error('the floor returned other bytes')
    return { compressed: false, replyBytes: bytes.length }
  }
  const messages = await payloads(bytes)
  if (messages.length !== batch.payloads.length) throw new Error(`sent ${batch.payloads.length} messages, received ${messages.length}`)
  for (const [i, expected] of batch.payloads.entries()) {
    if (!messages[i]?.equals(expected)) throw new Error(`message ${i} of ${expected.length} bytes came back different`)
  }
  return { compressed: scanner.compressed > 0, replyBytes: bytes.length }
}

/** Whole messages of a server's byte stream. */
async function payloads(bytes: Buffer): Promise<Buffer[]> {
  const messages: Buffer[] = []
  let parts: Buffer[] = []
  const inflate = createInflateRaw({ chunkSize: 1 << 20 })
  let compressed = false
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number
    const short = (bytes[at + 1] as number) & 0x7f
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
    at += short === 126 ? 4 : short === 127 ? 10 : 2
    if ((first & 0x0f) !== 0) compressed = (first & 0x40) !== 0
    parts.push(bytes.subarray(at, at + length))
    at += length
    if ((first & 0x80) === 0) continue
    const whole = Buffer.concat(parts)
    messages.push(compressed ? await inflated(inflate, whole) : whole)
    parts = []
  }
  return messages
}

function inflated(stream: ReturnType<typeof createInflateRaw>, data: Buffer): Promise<Buffer> {
  const out: Buffer[] = []
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => void out.push(chunk)
    stream.on('data', take)
    stream.once('error', reject)
    stream.write(Buffer.concat([data, Buffer.from([0, 0, 0xff, 0xff])]))
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      stream.off('data', take)
      stream.off('error', reject)
      resolve(Buffer.concat(out))
    })
  })
}
