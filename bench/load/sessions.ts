/** HTTP/2 connections of the load generator, each of which carries up to a hundred WebSockets. */
import { once } from 'node:events'
import * as http2 from 'node:http2'
import { Awake } from './awake.ts'
import { Link } from './link.ts'
import type { Target } from './link.ts'

/** The number that servers allow by default. */
const streamsEach = 100

export class Sessions {
  readonly #sessions: http2.ClientHttp2Session[] = []

  /** With `count` connections to the server. */
  static async to(target: Target, count: number): Promise<Sessions> {
    const sessions = new Sessions()
    await sessions.#connect(target, count)
    return sessions
  }

  /** Opens a stream, and ends it when it is answered. */
  async handshake(target: Target): Promise<void> {
    const { link } = await this.#stream(target, 0)
    Awake.worked = true
    const closed = new Promise((resolve) => link.socket.once('close', resolve))
    link.socket.end()
    await closed
  }

  /** The links `from` to `to`, without the last. */
  async open(target: Target, from: number, to: number): Promise<{ link: Link; head: string }[]> {
    await this.#connect(target, Math.ceil(to / streamsEach))
    return Promise.all(Array.from({ length: to - from }, (_, i) => this.#stream(target, from + i)))
  }

  close(): void {
    for (const session of this.#sessions) session.destroy()
  }

  async #connect(target: Target, wanted: number): Promise<void> {
    while (this.#sessions.length < wanted) this.#sessions.push(await connect(target.port))
  }

  async #stream(target: Target, index: number): Promise<{ link: Link; head: string }> {
    const authority = `127.0.0.1:${target.port}`
    const connect = { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':path': '/', ':authority': authority }
    const session = this.#sessions[Math.floor(index / streamsEach)] as http2.ClientHttp2Session
    const stream = session.request({ ...connect, 'sec-websocket-version': '13' }, { endStream: false })
    const [fields] = (await once(stream, 'response')) as [{ readonly ':status'?: number }]
    if (fields[':status'] !== 200) throw new Error(`not a 200: ${fields[':status']}`)
    return { link: Link.over(stream, target, index), head: '' }
  }
}

async function connect(port: number): Promise<http2.ClientHttp2Session> {
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false, settings: { initialWindowSize: 1 << 20 } })
  await once(session, 'remoteSettings')
  session.on('error', () => {})
  session.setLocalWindowSize(8 << 20)
  return session
}
