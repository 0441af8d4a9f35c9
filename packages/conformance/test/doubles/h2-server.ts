import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { Endpoint } from './endpoint.ts'
import { Carrier, decode, encode, frame } from './h2-frames.ts'
import type { Agreed } from './endpoint-options.ts'
import { negotiate, splitList } from './negotiate.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

interface Stream {
  readonly id: number
  window: number
  pending: Buffer
  endpoint: Endpoint | undefined
  carrier: Carrier | undefined
  ended: boolean
  endAfter: boolean
}

export interface DoubleH2Options {
  readonly mutants?: Iterable<string>
  readonly subprotocols?: readonly string[]
  readonly refusedOrigin?: string
  readonly unknownPath?: string
}

/** A small HTTP/2 server of WebSockets (RFC 8441), frames and all, correct unless a switch makes it wrong. */
export class DoubleH2Server {
  #server: Server
  #mutants: ReadonlySet<string>
  #options: DoubleH2Options
  #sockets = new Set<Socket>()

  constructor(options: DoubleH2Options = {}) {
    this.#options = options
    this.#mutants = new Set(options.mutants)
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/echo`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(socket: Socket): void {
    const has = (name: string): boolean => this.#mutants.has(name)
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    const streams = new Map<number, Stream>()
    let buffer: Buffer = Buffer.alloc(0)
    let prefaced = false
    let window = 65_535
    let initialWindow = 65_535
    const send = (type: number, flags: number, stream: number, payload: Uint8Array): void => {
      if (!socket.destroyed) socket.write(frame(type, flags, stream, payload))
    }
    const reset = (stream: number, code: number): void => {
      const payload = Buffer.alloc(4)
      payload.writeUInt32BE(code)
      send(3, 0, stream, payload)
    }
    const flush = (stream: Stream): void => {
      while (stream.pending.length > 0) {
        const size = Math.min(stream.pending.length, window, stream.window, 16_384)
        if (size <= 0) return
        send(0, 0, stream.id, stream.pending.subarray(0, size))
        stream.pending = stream.pending.subarray(size)
        window -= size
        stream.window -= size
      }
      if (stream.endAfter && !stream.ended) {
        stream.ended = true
        send(0, 1, stream.id, Buffer.alloc(0))
      }
    }
    const setting = (value: number): Buffer => Buffer.from([0, 8, 0, 0, 0, value])
    const respond = (stream: number, fields: readonly (readonly [string, string])[], ends: boolean): void => {
      send(1, 4 | (ends ? 1 : 0), stream, encode(fields))
    }
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      if (!prefaced) {
        if (buffer.length < 24) return
        buffer = buffer.subarray(24)
        prefaced = true
        send(4, 0, 0, has('setting-absent') ? Buffer.from([0, 3, 0, 0, 0, 200]) : setting(1))
      }
      while (buffer.length >= 9 && buffer.length >= 9 + buffer.readUIntBE(0, 3)) {
        const length = buffer.readUIntBE(0, 3)
        const [type, flags, id] = [buffer[3]!, buffer[4]!, buffer.readUInt32BE(5)]
        const payload = Buffer.from(buffer.subarray(9, 9 + length))
        buffer = buffer.subarray(9 + length)
        const stream = streams.get(id)
        if (type === 4 && (flags & 1) === 0) {
          for (let at = 0; at + 6 <= payload.length; at += 6) if (payload.readUInt16BE(at) === 4) initialWindow = payload.readUInt32BE(at + 2)
          send(4, 1, 0, Buffer.alloc(0))
        } else if (type === 8) {
          if (has('flow-control-stalls')) continue
          if (id === 0) window += payload.readUInt32BE(0)
          else if (stream !== undefined) stream.window += payload.readUInt32BE(0)
          for (const one of streams.values()) flush(one)
        } else if (type === 3) {
          if (has('cancel-ends-connection')) socket.destroy()
          streams.delete(id)
        } else if (type === 1) {
          if (has('streams-limited-to-20') && streams.size >= 20) {
            reset(id, 7)
            continue
          }
          const opened: Stream = {
            id,
            window: initialWindow,
            pending: Buffer.alloc(0),
            endpoint: undefined,
            carrier: undefined,
            ended: false,
            endAfter: false,
          }
          const fields = decode(payload)
          const answer = this.#answer(fields, (flags & 1) !== 0)
          if (answer === 'reset') {
            reset(id, 1)
            if (has('reset-ends-connection')) socket.destroy()
            continue
          }
          const success = answer[0]![1] === '200' || answer[0]![1] === '101'
          const elements = splitList(fields.find(([name]) => name === 'sec-websocket-extensions')?.[1] ?? '', has) ?? []
          const outcome = negotiate(elements, has)
          const negotiated: { text: string; agreed: Agreed } | undefined = outcome === 'refuse' ? undefined : outcome
          if (success && negotiated !== undefined) answer.push(['sec-websocket-extensions', negotiated.text])
          respond(id, answer, !success || has('success-ends-stream'))
          if (!success) {
            if (has('refusal-ends-connection')) socket.end()
            continue
          }
          streams.set(id, opened)
          if (has('setting-switched-off')) send(4, 0, 0, setting(0))
          const carrier = new Carrier(
            (bytes) => {
              opened.pending = Buffer.concat([opened.pending, bytes])
              flush(opened)
            },
            () => {
              if (has('stream-kept-after-close')) return
              opened.endAfter = true
              flush(opened)
            },
            () => {
              if (!opened.ended && !has('stream-kept-after-close')) reset(id, 8)
            },
          )
          opened.carrier = carrier
          opened.endpoint = new Endpoint(carrier as unknown as Socket, {
            role: 'server',
            mutants: this.#mutants,
            maxMessage: 1 << 20,
            closeMs: 300,
            agreed: negotiated?.agreed,
          })
        } else if (type === 0 && stream !== undefined) {
          if (payload.length > 0) {
            const increment = Buffer.alloc(4)
            increment.writeUInt32BE(payload.length)
            if (!has('window-never-updated')) {
              send(8, 0, 0, increment)
              send(8, 0, id, increment)
            }
            stream.endpoint?.receive(payload)
          }
          if ((flags & 1) !== 0 && !has('end-stream-ignored')) stream.carrier?.end()
        }
      }
    })
  }

  #answer(fields: [string, string][], ends: boolean): [string, string][] | 'reset' {
    const has = (name: string): boolean => this.#mutants.has(name)
    const one = (name: string): string | undefined => fields.find(([field]) => field === name)?.[1]
    if (fields.some(([name]) => name !== name.toLowerCase()) && !has('upper-case-accepted')) return 'reset'
    if ((one('connection') !== undefined && !has('connection-accepted')) || (one('upgrade') !== undefined && !has('upgrade-accepted'))) return 'reset'
    if (one(':protocol') !== undefined && one(':method') !== 'CONNECT' && !has('protocol-on-get-accepted')) return 'reset'
    if (one(':protocol') === undefined && !has('classic-connect-accepted')) return [[':status', '405']]
    if (one(':protocol') !== undefined) {
      if (one(':scheme') === undefined && !has('scheme-missing-accepted')) return 'reset'
      if (one(':path') === undefined && !has('path-missing-accepted')) return 'reset'
      if (one(':authority') === undefined && !has('authority-missing-accepted')) return 'reset'
    }
    if (has('authority-tunnelled') && one(':authority') === 'other.example:1') return [[':status', '302']]
    if (one(':protocol') !== 'websocket' && one(':protocol') !== undefined && !has('protocol-unchecked')) return [[':status', '501']]
    if (ends && !has('end-stream-on-request-ignored')) return [[':status', '400']]
    const version = one('sec-websocket-version')
    const versions: [string, string][] = has('versions-not-listed') ? [] : [['sec-websocket-version', '13']]
    const versionGood =
      version === '13' ||
      (version === undefined ? has('version-missing-accepted') : has('version-unchecked') || (has('version-lenient') && Number(version) === 13))
    if (!versionGood) return [[':status', has('version-refused-with-426') ? '426' : '400'], ...versions]
    if (one('origin') !== undefined && one('origin') === this.#options.refusedOrigin && !has('origin-unchecked')) return [[':status', '403']]
    if (one(':path') === this.#options.unknownPath && !has('path-unchecked')) return [[':status', '404']]
    const offered = (one('sec-websocket-protocol') ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
    if (offered.some((name) => !token.test(name)) && !has('subprotocol-grammar-unchecked')) return [[':status', '400']]
    const extensions = one('sec-websocket-extensions') ?? ''
    if (splitList(extensions, has) === undefined && !has('extension-grammar-unchecked')) return [[':status', '400']]
    const chosen = has('subprotocol-never')
      ? undefined
      : has('subprotocol-first-offered')
        ? offered[0]
        : offered.find((name) => this.#options.subprotocols?.includes(name))
    return [
      [':status', has('success-is-101') ? '101' : '200'],
      ...(chosen === undefined ? [] : ([['sec-websocket-protocol', chosen]] as [string, string][])),
      ...(has('extensions-echoed') && extensions !== '' ? ([['sec-websocket-extensions', extensions]] as [string, string][]) : []),
      ...(has('accept-answered') ? ([['sec-websocket-accept', 'x']] as [string, string][]) : []),
      ...(has('accept-answered-to-key') && one('sec-websocket-key') !== undefined ? ([['sec-websocket-accept', 'x']] as [string, string][]) : []),
    ]
  }
}
