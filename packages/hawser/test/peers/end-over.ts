import { createRuntime } from '../../src/connection/runtime.ts'
import { coreOptions, readSocketSettings } from '../../src/connection/socket-settings.ts'
import type { TransportHandler } from '../../src/connection/transport.ts'
import { WebSocketConnection } from '../../src/connection/websocket-connection.ts'
import type { CloseInfo } from '../../src/index.ts'
import { createTestPlatform, ManualClock, settle, transportPair } from '../../src/testing/index.ts'

/** What one end made of the bytes it was given. */
export interface Outcome {
  readonly messages: readonly (string | readonly number[])[]
  readonly info: CloseInfo
  /** What it answered with: the close code of its last Close frame. */
  readonly answered: number | undefined
}

/** Gives `chunks`, and then the end, to a connection of this role over an in-memory transport. */
export async function receive(role: 'client' | 'server', chunks: readonly Uint8Array[]): Promise<Outcome> {
  const clock = new ManualClock()
  const runtime = createRuntime(createTestPlatform(1), clock)
  const settings = readSocketSettings({ limits: { message: 100_000, fragments: 10 } })
  const [near, far] = transportPair({ capacity: 1 << 20 })
  const messages: (string | number[])[] = []
  const written: Uint8Array[] = []
  const peer: TransportHandler = { data: (chunk) => void written.push(chunk), end: () => far.end(), drained() {}, closed() {} }
  far.attach(peer)
  far.resume()
  const connection = new WebSocketConnection({
    transport: near,
    runtime,
    settings,
    core: coreOptions(role, settings, runtime.platform, [], false),
    handlers: { message: (_socket, message: string | Uint8Array) => void messages.push(typeof message === 'string' ? message : [...message]) },
    owner: {
      report: (error) => {
        throw error
      },
      connectionClosed: () => undefined,
    },
    subprotocol: '',
    codec: undefined,
    context: undefined,
  })
  connection.open(false)
  for (const chunk of chunks) far.write([chunk])
  far.end()
  // One microtask a chunk.
  for (let turn = 0; turn <= chunks.length; turn += 10) await settle()
  await clock.advance(60_000)
  return { messages, info: await connection.closed, answered: lastCloseCode(role, Buffer.concat(written)) }
}

function lastCloseCode(role: 'client' | 'server', bytes: Buffer): number | undefined {
  let code: number | undefined
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = (bytes[at] as number) & 0x0f
    const length = (bytes[at + 1] as number) & 0x7f
    const start = at + 2 + (role === 'client' ? 4 : 0)
    const payload = Buffer.from(bytes.subarray(start, start + length))
    if (role === 'client') for (let i = 0; i < length; i++) payload[i] = (payload[i] as number) ^ (bytes[at + 2 + (i & 3)] as number)
    if (opcode === 8) code = length >= 2 ? payload.readUInt16BE(0) : 1005
    at = start + length
  }
  return code
}
