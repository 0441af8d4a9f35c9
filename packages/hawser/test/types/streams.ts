import type { BinaryMessageStream, MessageStream, Socket, TextMessageStream } from '../../src/index.ts'
import { connect, serve } from '../../src/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => undefined
}

export const server = serve({
  subprotocols: ['chat'],
  upgrade: () => ({ context: { id: 7 } }),
  async stream(socket, message) {
    expectType<MessageStream>()(message, true)
    expectType<number>()(socket.context.id, true)
    if (message.isText) {
      expectType<TextMessageStream>()(message, true)
      for await (const chunk of message) expectType<string>()(chunk, true)
    } else {
      expectType<BinaryMessageStream>()(message, true)
      for await (const chunk of message) expectType<Uint8Array>()(chunk, true)
    }
    const either = message as MessageStream
    for await (const chunk of either) expectType<string | Uint8Array>()(chunk, true)
    await socket.sendStream(either)
    expectType<unknown>()(await either.json(), true)
  },
})

export async function sources(socket: Socket): Promise<void> {
  await socket.sendStream(new Blob(['a']))
  await socket.sendStream(new ReadableStream<string>())
  await socket.sendStream(new ReadableStream<Uint8Array>())
  // @ts-expect-error pieces are strings or bytes
  await socket.sendStream(new Set([1]))
}

export async function taking(): Promise<void> {
  const socket = await connect('ws://localhost/', { messages: 'streams' })
  const message = await socket.receiveStream()
  const stream: ReadableStream<string | Uint8Array> = message.stream()
  await stream.cancel()
  for await (const one of socket.streams()) expectType<MessageStream>()(one, true)
  // @ts-expect-error one of two modes
  await connect('ws://localhost/', { messages: 'pieces' })
}
