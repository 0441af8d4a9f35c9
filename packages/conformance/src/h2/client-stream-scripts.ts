import { Unmet } from '../result.ts'
import { enableConnectProtocol, nextOf } from './client-play.ts'
import type { ClientPlay } from './client-play.ts'

const initialWindowSize = 4

/** Scripts about a client's stream from its answer to its end. */
export const streamScripts: ReadonlyMap<string, (play: ClientPlay) => Promise<void>> = new Map<string, (play: ClientPlay) => Promise<void>>([
  [
    'goaway-before-response',
    async ({ asked, ms }) => {
      const { h2, request } = await asked()
      await h2.goAway(0, 0)
      await h2.until(() => (h2.over(request.stream) || h2.closed ? true : undefined), ms, 'the client waits for an answer that will not come')
    },
  ],
  [
    'goaway-when-open',
    async ({ opened, echo }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.goAway(stream, 0)
      await echo(h2, stream, 'after')
    },
  ],
  [
    'reset-when-open',
    async ({ opened, echo, silenceMs }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.sendFrame(stream, 1, Buffer.from('lost'), silenceMs)
      await h2.resetStream(stream)
      // What was under way may still come; after a round trip of PING nothing does.
      await h2.ping(silenceMs * 10)
      const before = h2.received(stream)
      await h2.settle(silenceMs * 5)
      if (h2.received(stream) > before) throw new Unmet('the client sends on a stream that was reset')
    },
  ],
  [
    'end-stream-when-open',
    async ({ opened, echo, ms }) => {
      const { h2, stream } = await opened()
      await echo(h2, stream, 'before')
      await h2.endStream(stream)
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the client does not end its side')
    },
  ],
  [
    'end-stream-with-response',
    async ({ asked, ms }) => {
      const { h2, request } = await asked()
      await h2.respond(request.stream, [[':status', '200']], true)
      await h2.until(() => (h2.over(request.stream) ? true : undefined), ms, 'the client does not end its side')
    },
  ],
  [
    'close',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      await h2.sendFrame(stream, 8, Buffer.from([0x03, 0xe8]), ms)
      await nextOf(h2, stream, 8, ms, 'Close frame')
      await h2.endStream(stream)
      await h2.until(() => (h2.over(stream) ? true : undefined), ms, 'the stream stays open after the closing handshake')
    },
  ],
  [
    'masked',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      await h2.sendFrame(stream, 9, Buffer.from('ping'), ms)
      if (!(await nextOf(h2, stream, 10, ms, 'Pong')).masked) throw new Unmet('a frame is not masked')
    },
  ],
  [
    'http2-ping',
    async ({ opened, echo, ms }) => {
      const { h2, stream } = await opened()
      await h2.ping(ms)
      await echo(h2, stream, 'after a PING of HTTP/2')
    },
  ],
  [
    'window-respected',
    async ({ opened, ms, silenceMs }) => {
      const { h2, stream } = await opened(
        [],
        [
          [enableConnectProtocol, 1],
          [initialWindowSize, 100],
        ],
      )
      h2.givesWindowBack = false
      await h2.sendFrame(stream, 1, Buffer.alloc(1000, 'w'), ms)
      await h2.settle(silenceMs * 3)
      if (h2.received(stream) > 100) throw new Unmet(`${h2.received(stream)} bytes came through a window of 100`)
      h2.givesWindowBack = true
      h2.sendWindowUpdate(stream, 10_000)
      await nextOf(h2, stream, 1, ms, 'echo')
    },
  ],
  [
    'large',
    async ({ opened, ms }) => {
      const { h2, stream } = await opened()
      const payload = Buffer.alloc(500_000, 'flow control ')
      await h2.sendFrame(stream, 2, payload, ms)
      if (!payload.equals((await nextOf(h2, stream, 2, ms * 3, 'echo')).payload)) throw new Unmet('the echo differs')
    },
  ],
])
