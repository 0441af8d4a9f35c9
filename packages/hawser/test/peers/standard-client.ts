/** What a client sees of a server that knows the commands of `exercise`: the same program for every WebSocket of the WHATWG API. */

export interface Seen {
  readonly protocol: string
  readonly opened: boolean
  readonly text: string
  readonly empty: string
  readonly binary: readonly number[]
  readonly large: number
  readonly largeIntact: boolean
  readonly fragments: string
  readonly pinged: string
  readonly byClient: Closed
  readonly byServer: Closed
  /** Which event came; undici 6 fires no 'close' after 'error', Deno one with code 0. */
  readonly refused: 'open' | 'error'
}

export interface Closed {
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

export interface Expected {
  readonly fragments?: boolean
  readonly ping?: boolean
}

interface Client {
  binaryType: string
  readonly protocol: string
  readonly readyState: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  addEventListener(type: string, listener: (event: any) => void): void
}

type ClientClass = new (url: string, protocols?: string[]) => any

export const largeBytes: number = 3 * 1024 * 1024 + 17

export const fragmented = 'ein grüßendes 🦊 in pieces'

export async function exercise(WebSocketClass: ClientClass, url: string, expected: Expected = {}): Promise<Seen> {
  const one = await open(WebSocketClass, `${url}exercise`, ['wamp', 'soap'])
  const text = await one.ask('grüße, 🦊')
  const empty = await one.ask('')
  const binary = await one.ask(Uint8Array.from([0, 127, 128, 255]))
  const payload = Uint8Array.from({ length: largeBytes }, (_, index) => (index * 7 + (index >> 10)) & 255)
  const large = new Uint8Array(await one.ask(payload))
  const fragments = expected.fragments === false ? fragmented : await one.ask('fragments')
  const pinged = expected.ping === false ? 'pong came' : await one.ask('ping')
  one.socket.close(4001, 'client says so')
  const two = await open(WebSocketClass, `${url}exercise`)
  two.socket.send('close')
  const refused = await refuse(WebSocketClass, `${url}refuse`)
  return {
    protocol: one.socket.protocol,
    opened: one.opened,
    text,
    empty,
    binary: [...new Uint8Array(binary)],
    large: large.byteLength,
    largeIntact: large.every((byte, index) => byte === payload[index]),
    fragments,
    pinged,
    byClient: await one.closed,
    byServer: await two.closed,
    refused,
  }
}

/** What `exercise` sees where everything is right. 'soap' is declared, 'wamp' is not. */
export const allRight: Seen = {
  protocol: 'soap',
  opened: true,
  text: 'grüße, 🦊',
  empty: '',
  binary: [0, 127, 128, 255],
  large: largeBytes,
  largeIntact: true,
  fragments: fragmented,
  pinged: 'pong came',
  byClient: { code: 4001, reason: 'client says so', wasClean: true },
  byServer: { code: 4002, reason: 'server says so', wasClean: true },
  refused: 'error',
}

function refuse(WebSocketClass: ClientClass, url: string): Promise<'open' | 'error'> {
  const socket: Client = new WebSocketClass(url)
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve('open'))
    socket.addEventListener('error', () => resolve('error'))
  })
}

async function open(
  WebSocketClass: ClientClass,
  url: string,
  protocols?: string[],
): Promise<{ socket: Client; opened: boolean; ask(data: string | Uint8Array<ArrayBuffer>): Promise<any>; closed: Promise<Closed> }> {
  const socket: Client = protocols === undefined ? new WebSocketClass(url) : new WebSocketClass(url, protocols)
  socket.binaryType = 'arraybuffer'
  const waiting: { resolve(data: unknown): void; reject(error: Error): void }[] = []
  socket.addEventListener('message', ({ data }) => waiting.shift()?.resolve(data))
  socket.addEventListener('error', () => undefined)
  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener('close', ({ code, reason, wasClean }) => {
      for (const { reject } of waiting) reject(new Error(`closed ${code} ${reason}`))
      resolve({ code, reason, wasClean })
    })
  })
  const opened = await Promise.race([
    new Promise<boolean>((resolve) => socket.addEventListener('open', () => resolve(true))),
    closed.then(() => false),
  ])
  return {
    socket,
    opened,
    closed,
    ask: (data) =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        socket.send(data)
      }),
  }
}
