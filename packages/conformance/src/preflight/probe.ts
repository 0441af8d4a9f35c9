import { SeededRandom } from '../bytes.ts'
import { deflateParametersOf, isEndless, mostInterim, parseHead, statusOf } from '../head.ts'
import { deadlineIn } from '../deadline.ts'
import { dial } from '../dial.ts'
import { Exchange } from '../exchange.ts'
import { Link, unreadOfLong } from '../link.ts'
import { Peer } from '../peer.ts'
import type { PeerEvent } from '../peer.ts'
import { connectionFault, handshakeFault, silenceFault } from './faults.ts'

/** How the preflight goes about the server. */
export interface ProbeOptions {
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly insecure: boolean
  /** For each answer, in milliseconds. */
  readonly answerMs: number
}

/** One open connection of the preflight, and whether the server agreed to what it offered. */
export interface Probe {
  readonly peer: Peer
  readonly deflate: boolean
}

/** Opens a WebSocket connection. @param extensions the value of Sec-WebSocket-Extensions @throws PreflightError */
export async function openProbe(target: URL, { fields, insecure, answerMs }: ProbeOptions, extensions?: string): Promise<Probe> {
  const socket = await dial(target, { insecure, ms: answerMs }).catch((error: Error) => {
    throw connectionFault(target, error)
  })
  const link = new Link(socket, new Exchange(), false)
  link.mostUnread = unreadOfLong
  const random = new SeededRandom(1, 'preflight')
  const lines = [
    `GET ${target.pathname}${target.search} HTTP/1.1`,
    `Host: ${target.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${random.bytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
  ]
  let interim = 0
  try {
    await link.write(Buffer.from([...lines, '', ''].join('\r\n'), 'latin1'))
    for (;;) {
      const head = await link.until(() => parseHead(link.unread) ?? (link.state === 'open' && !isEndless(link.unread) ? undefined : null), answerMs)
      if (head === undefined || head === null) {
        const isTls = target.protocol === 'ws:' && link.unread.length === 0 && (await speaksTls(target, answerMs))
        throw silenceFault(target, { received: link.unread, isOver: head === null, isTls, ms: answerMs })
      }
      link.consume(head.byteLength)
      const status = statusOf(head)
      if (status >= 100 && status <= 199 && status !== 101 && interim++ < mostInterim) continue
      if (status !== 101) {
        await link.until(() => (link.unread.length > 0 || link.state !== 'open' ? true : undefined), 200)
        throw handshakeFault(target, head, link.unread.toString('utf8', 0, 400))
      }
      const peer = new Peer(link, true, { random, maxMessage: 0, deflater: undefined, drawn: new Map() })
      return { peer, deflate: deflateParametersOf(head) !== undefined }
    }
  } catch (error) {
    link.destroy()
    throw error
  }
}

async function speaksTls(target: URL, ms: number): Promise<boolean> {
  try {
    const socket = await dial(new URL(target.href.replace(/^ws:/, 'wss:')), { insecure: true, ms })
    socket.destroy()
    return true
  } catch {
    return false
  }
}

/** What a message came back as. */
export type Echo =
  | { readonly type: 'echoed' }
  | { readonly type: 'refused'; readonly code: number }
  | { readonly type: 'other'; readonly what: string }

/** Sends one message and waits for the same one. */
export async function tryEcho(
  { peer }: Probe,
  opcode: 1 | 2,
  payload: string | { readonly fill: string; readonly length: number },
  answerMs: number,
): Promise<Echo> {
  await peer.send([{ opcode, payload }])
  const event = await nextEvent(peer, answerMs)
  if (event.type === 'close' && typeof event.code === 'number') return { type: 'refused', code: event.code }
  if (event.type !== 'message') return { type: 'other', what: describe(event) }
  const sent = typeof payload === 'string' ? Buffer.from(payload) : Buffer.alloc(payload.length, payload.fill)
  if (event.opcode === opcode && sent.equals(event.payload)) return { type: 'echoed' }
  if (sent.length > 60 && sent.length !== event.payload.length) return { type: 'other', what: `a message of ${event.payload.length} bytes` }
  return { type: 'other', what: describe(event) }
}

/** The next event but a Pong; what no endpoint may send is an event, too. */
export async function nextEvent(peer: Peer, ms: number): Promise<PeerEvent | { readonly type: 'wrong'; readonly what: string }> {
  const deadline = deadlineIn(ms)
  try {
    for (;;) {
      const event = await peer.next(deadline())
      if (event.type !== 'pong') return event
    }
  } catch (error) {
    return { type: 'wrong', what: (error as Error).message }
  }
}

export function describe(event: PeerEvent | { readonly type: 'wrong'; readonly what: string }): string {
  switch (event.type) {
    case 'message': {
      const start = Buffer.from(event.payload.subarray(0, 60))
      const shown = event.opcode === 1 ? JSON.stringify(start.toString('utf8')) : start.toString('hex')
      return `the ${event.opcode === 1 ? 'text' : 'binary'} message ${shown}${event.payload.length > 60 ? '…' : ''}`
    }
    case 'close':
      return `a Close frame with ${typeof event.code === 'number' ? `code ${event.code}` : 'no code'}`
    case 'wrong':
      return event.what.replace(/^the peer sent /, '')
    case 'timeout':
      return 'nothing'
    case 'pong':
      return 'a Pong'
    default:
      return 'the end of the connection'
  }
}
