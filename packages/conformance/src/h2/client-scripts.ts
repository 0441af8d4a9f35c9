import type { Socket } from 'node:net'
import type { Exchange } from '../exchange.ts'
import type { OnFrame } from '../peer.ts'
import { Unmet } from '../result.ts'
import type { Bounds } from '../bounds.ts'
import { openingScripts } from './client-opening-scripts.ts'
import { enableConnectProtocol, nextOf } from './client-play.ts'
import type { ClientPlay } from './client-play.ts'
import { streamScripts } from './client-stream-scripts.ts'
import { acceptHttp2 } from './connect.ts'

export interface H2ClientContext {
  readonly socket: Socket
  readonly bounds: Bounds
  readonly exchange: Exchange
  readonly onFrame: OnFrame
  readonly authority: string
  readonly secure: boolean
}

export async function runH2ClientScript(script: string, context: H2ClientContext): Promise<void> {
  const run = openingScripts.get(script) ?? streamScripts.get(script)
  if (run === undefined) throw new Error(`no HTTP/2 script for a client is called ${script}`)
  const { answerMs: ms, silenceMs } = context.bounds
  const accept: ClientPlay['accept'] = async (settings = [[enableConnectProtocol, 1]]) => {
    const h2 = await acceptHttp2(context.socket, settings, context.exchange)
    h2.onFrame = context.onFrame
    return h2
  }
  const asked: ClientPlay['asked'] = async (settings) => {
    const h2 = await accept(settings)
    return { h2, request: await h2.nextRequest(ms) }
  }
  const echo: ClientPlay['echo'] = async (h2, stream, text) => {
    await h2.sendFrame(stream, 1, Buffer.from(text), ms)
    const frame = await nextOf(h2, stream, 1, ms, 'echo')
    if (Buffer.from(frame.payload).toString() !== text) throw new Unmet('the echo differs')
  }
  const givesUp: ClientPlay['givesUp'] = async (h2, stream) => {
    await h2.sendFrame(stream, 1, Buffer.from('is anybody there?'), silenceMs).catch(() => {})
    const frame = await h2.frame(stream, ms)
    if (frame !== 'ended' && frame.opcode !== 8) throw new Unmet('the connection was opened')
  }
  const opened: ClientPlay['opened'] = async (fields = [], settings) => {
    const { h2, request } = await asked(settings)
    await h2.respond(request.stream, [[':status', '200'], ...fields])
    return { h2, stream: request.stream }
  }
  try {
    await run({ ms, silenceMs, authority: context.authority, secure: context.secure, accept, asked, opened, echo, givesUp })
  } finally {
    context.socket.destroy()
  }
}
