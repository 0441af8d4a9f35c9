import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { Endpoint } from './endpoint.ts'
import type { Agreed } from './endpoint-options.ts'
import { Carrier, decode, encode, frame, number } from './h2-frames.ts'
import type { Fields } from './h2-frames.ts'
import { splitList } from './negotiate.ts'

export interface DoubleH2ClientOptions {
  readonly mutants?: Iterable<string>
  readonly maxMessage?: number
}

/** A small echo client over cleartext HTTP/2 with prior knowledge (RFC 8441), correct unless a switch makes it wrong. */
export async function runDoubleH2Client(address: string, options: DoubleH2ClientOptions, signal?: AbortSignal): Promise<void> {
  const mutants = new Set(options.mutants)
  const has = (name: string): boolean => mutants.has(name)
  const url = new URL(address)
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  signal?.addEventListener('abort', () => socket.destroy())
  socket.on('error', () => {})
  const send = (type: number, flags: number, stream: number, payload: Uint8Array): void => {
    if (!socket.destroyed) socket.write(frame(type, flags, stream, payload))
  }
  let buffer: Buffer = Buffer.alloc(0)
  let [window, streamWindow] = [65_535, 65_535]
  let pending: Buffer = Buffer.alloc(0)
  let endpoint: Endpoint | undefined
  let [asked, answered, ended, endAfter, reset] = [false, false, false, false, false]
  const flush = (): void => {
    while (pending.length > 0 && !reset) {
      const size = Math.min(pending.length, has('window-ignored') ? 16_384 : Math.min(window, streamWindow, 16_384))
      if (size <= 0) return
      send(0, 0, 1, pending.subarray(0, size))
      pending = pending.subarray(size)
      window -= size
      streamWindow -= size
    }
    if (!endAfter || ended || reset) return
    ended = true
    send(0, 1, 1, Buffer.alloc(0))
    socket.end()
  }
  const carrier = new Carrier(
    (bytes) => {
      pending = Buffer.concat([pending, bytes])
      flush()
    },
    () => {
      if (has('stream-kept-after-close')) return
      endAfter = true
      flush()
    },
    () => giveUp(),
  )
  const giveUp = (): void => {
    if (!ended && !reset && !has('stream-kept-after-close')) send(3, 0, 1, number(8))
    reset = true
    socket.end()
  }
  const request = (): void => {
    asked = true
    send(1, 4 | (has('request-ends-stream') ? 1 : 0), 1, encode(requestFields(url, has)))
    if (has('sends-before-response')) send(0, 0, 1, Buffer.from([0x81, 0x80, 1, 2, 3, 4]))
  }
  const open = (agreed: Agreed | undefined): void => {
    endpoint = new Endpoint(carrier as unknown as Socket, {
      role: 'client',
      mutants,
      maxMessage: options.maxMessage ?? 1 << 20,
      closeMs: 300,
      agreed,
    })
  }
  const take = (type: number, flags: number, stream: number, payload: Buffer): void => {
    if (type === 4 && (flags & 1) === 0) {
      let enabled = has('setting-unchecked') || has('setting-absent-accepted')
      for (let at = 0; at + 6 <= payload.length; at += 6) {
        const [id, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)]
        if (id === 8) enabled = value === 1 || has('setting-unchecked')
        if (id === 4) streamWindow += value - 65_535
      }
      send(4, 1, 0, Buffer.alloc(0))
      if (!asked && enabled) request()
      else if (!asked) socket.end()
    } else if (type === 6 && (flags & 1) === 0) {
      if (!has('http2-ping-ignored')) send(6, 1, 0, payload)
    } else if (type === 7) {
      if (has('goaway-ends-everything') || (!answered && !has('goaway-ignored'))) socket.end()
    } else if (type === 8) {
      if (has('window-never-noticed')) return
      if (stream === 0) window += payload.readUInt32BE(0)
      else streamWindow += payload.readUInt32BE(0)
      flush()
    } else if (type === 3) {
      if (has('reset-ignored')) setTimeout(() => send(0, 0, 1, Buffer.from([0x81, 0x80, 1, 2, 3, 4])), 100)
      else {
        reset = true
        socket.end()
      }
    } else if (type === 1) {
      const fields = decode(payload)
      const status = fields.find(([name]) => name === ':status')?.[1]
      if (status !== '101' && status?.startsWith('1') === true && !has('interim-is-final')) return
      answered = true
      const verdict = judge(fields, status, has)
      if (verdict === 'refused') giveUp()
      else if (has('first-data-lost')) setTimeout(() => open(verdict), 30)
      else open(verdict)
      if ((flags & 1) !== 0 && !has('end-stream-with-response-ignored')) carrier.end()
    } else if (type === 0) {
      if (payload.length > 0 && !has('window-never-updated')) {
        send(8, 0, 0, number(payload.length))
        send(8, 0, 1, number(payload.length))
      }
      if (!reset) endpoint?.receive(payload)
      if ((flags & 1) !== 0 && !has('end-stream-ignored')) endpoint?.end()
    }
  }
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    while (buffer.length >= 9 && buffer.length >= 9 + buffer.readUIntBE(0, 3)) {
      const length = buffer.readUIntBE(0, 3)
      const [type, flags, stream] = [buffer[3]!, buffer[4]!, buffer.readUInt32BE(5)]
      const payload = Buffer.from(buffer.subarray(9, 9 + length))
      buffer = buffer.subarray(9 + length)
      take(type, flags, stream, payload)
    }
  })
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))]))
  await closed
}

function requestFields(url: URL, has: (name: string) => boolean): Fields {
  return [
    [':method', has('method-get') ? 'GET' : 'CONNECT'],
    ...(has('protocol-absent') ? [] : ([[':protocol', 'websocket']] as const)),
    [':scheme', 'http'],
    [':path', url.pathname + url.search],
    [':authority', url.host],
    ...(has('version-absent') ? [] : ([['sec-websocket-version', '13']] as const)),
    ...(has('offer-without-client-window') ? [] : ([['sec-websocket-extensions', 'permessage-deflate; client_max_window_bits']] as const)),
    ...(has('connection-sent') ? ([['connection', 'Upgrade']] as const) : []),
    ...(has('upper-case-sent') ? ([['X-Name', 'a']] as const) : []),
    ...(has('key-sent') ? ([['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ==']] as const) : []),
  ]
}

function judge(fields: Fields, status: string | undefined, has: (name: string) => boolean): Agreed | undefined | 'refused' {
  const one = (name: string): string | undefined => fields.find(([field]) => field === name)?.[1]
  const good = status === undefined ? has('status-missing-accepted') : /^2/.test(status) && !(has('status-200-only') && status !== '200')
  if (!good && !has('status-unchecked') && !(status === '101' && has('status-101-accepted'))) return 'refused'
  if (has('status-204-refused') && status === '204') return 'refused'
  if (!has('field-names-unchecked') && fields.some(([name]) => name !== name.toLowerCase())) return 'refused'
  if (!has('connection-fields-accepted') && (one('connection') !== undefined || one('upgrade') !== undefined)) return 'refused'
  if (has('accept-checked') && one('sec-websocket-accept') !== undefined) return 'refused'
  if (one('sec-websocket-protocol') !== undefined && !has('subprotocol-unchecked')) return 'refused'
  const elements = splitList(one('sec-websocket-extensions') ?? '', has)
  if (elements === undefined) return has('extension-grammar-unchecked') ? undefined : 'refused'
  const [deflate] = elements
  if (deflate === undefined) return undefined
  if (deflate.name !== 'permessage-deflate') return has('extension-not-offered-accepted') ? undefined : 'refused'
  const parameters = new Map(deflate.parameters)
  const bits = (name: string): number => Number(parameters.get(name) ?? 15)
  return {
    own: { bits: bits('client_max_window_bits'), takeover: !parameters.has('client_no_context_takeover') },
    peer: { bits: bits('server_max_window_bits'), takeover: !parameters.has('server_no_context_takeover') },
  }
}
