/** Connections as HAR 1.2 with the WebSocket entries of browsers' tools, and back. */
import { decodeText, fromBase64, toBase64 } from './bytes.js'
import { joined } from './frames.js'

/** @import { ConnectionReport, FrameReport } from '../report.ts' */
/** @import { LineReport } from '../handshake-report.ts' */

/** @typedef {{ name: string, value: string }} Pair */
/** @typedef {{ type: 'send' | 'receive', time: number, opcode: number, data: string }} HarMessage */

/**
 * @param {ConnectionReport} report
 * @param {boolean} [secure]
 */
export function toHar(report, secure = false) {
  const { handshake, startedAt, endedAt } = report
  const url = urlOf(report, secure)
  const httpVersion = handshake.httpVersion === '2' ? 'h2' : `HTTP/${handshake.httpVersion || '1.1'}`
  const size = new TextEncoder().encode(handshake.response.content).length
  const time = endedAt === null ? 0 : Math.max(0, endedAt - startedAt)
  return {
    log: {
      version: '1.2',
      creator: { name: 'hawser', version: '1' },
      pages: [],
      entries: [
        {
          startedDateTime: new Date(startedAt).toISOString(),
          time,
          request: {
            method: handshake.httpVersion === '2' ? 'CONNECT' : 'GET',
            url,
            httpVersion,
            cookies: [],
            headers: pairs(handshake.request.lines),
            queryString: queryOf(url),
            headersSize: handshake.request.raw.length,
            bodySize: 0,
          },
          response: {
            status: handshake.status ?? 0,
            statusText: handshake.status === 101 ? 'Switching Protocols' : '',
            httpVersion,
            cookies: [],
            headers: pairs(handshake.response.lines),
            content: {
              size,
              mimeType: 'x-unknown',
              ...(handshake.response.content === '' ? {} : { text: handshake.response.content }),
            },
            redirectURL: '',
            headersSize: handshake.response.raw.length,
            bodySize: size,
          },
          cache: {},
          timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 0, receive: time },
          _resourceType: 'websocket',
          _webSocketMessages: messages(report),
          _hawser: report,
        },
      ],
    },
  }
}

/**
 * The connections in a HAR, of this page or of a browser.
 * @param {unknown} har
 * @returns {ConnectionReport[]}
 */
export function fromHar(har) {
  const entries = /** @type {{ log?: { entries?: any[] } }} */ (har).log?.entries
  if (!Array.isArray(entries)) throw new Error('it has no log.entries, so it is no HAR')
  const found = entries.filter(isWebSocket)
  if (found.length === 0) throw new Error('no entry of this HAR is a WebSocket')
  return found.map((entry) => {
    const { _hawser: own } = entry
    return own ?? fromEntry(entry)
  })
}

/** @param {any} entry */
function isWebSocket(entry) {
  const { _resourceType: type, _webSocketMessages: list } = entry ?? {}
  return type === 'websocket' || Array.isArray(list)
}

/** @param {any} entry of a browser, which knows messages and no frames @returns {ConnectionReport} */
function fromEntry(entry) {
  const startedAt = Date.parse(entry.startedDateTime)
  if (Number.isNaN(startedAt)) throw new Error('an entry has no startedDateTime')
  const status = Number(entry.response?.status) || null
  const { _webSocketMessages: given } = entry
  /** @type {any[]} */
  const all = Array.isArray(given) ? given.filter((one) => typeof one?.data === 'string') : []
  // Chromium writes an error of the connection among the messages, with the opcode -1
  const isMessage = (/** @type {any} */ one) => one.type !== 'error' && Number.isInteger(one.opcode) && one.opcode >= 0 && one.opcode <= 15
  const list = all.filter(isMessage)
  const errors = all.filter((one) => !isMessage(one)).map(({ data }) => data)
  const counters = {
    sent: { frames: 0, messages: 0, bytes: 0 },
    received: { frames: 0, messages: 0, bytes: 0 },
  }
  const frames = list.map((message, number) => {
    const bytes = message.opcode === 1 ? new TextEncoder().encode(message.data) : bytesOf(message.data)
    const isControl = message.opcode >= 8
    const direction = message.type === 'send' ? 'sent' : 'received'
    const counter = counters[direction]
    counter.frames++
    if (!isControl) counter.messages++
    counter.bytes += bytes.length
    /** @type {FrameReport} */
    const frame = {
      number,
      time: Number.isFinite(message.time) ? message.time * 1000 : startedAt,
      direction,
      opcode: message.opcode,
      fin: true,
      rsv: [],
      maskingKey: null,
      length: bytes.length,
      payload: toBase64(bytes.subarray(0, 4096)),
      message: isControl ? null : counter.messages,
      messageOpcode: isControl ? null : message.opcode,
      inflated: null,
      skipped: 0,
    }
    return frame
  })
  const isOpen = status === 101
  return {
    id: 0,
    role: 'client',
    state: isOpen ? 'CLOSED' : 'FAILED',
    target: String(entry.request?.url ?? '?'),
    remote: String(entry.serverIPAddress ?? ''),
    httpVersion: '',
    startedAt,
    endedAt: startedAt + Math.max(0, Number(entry.time) || 0),
    status,
    subprotocol: '',
    extensions: '',
    code: null,
    problem: errors.join('; ') || (isOpen ? '' : 'the handshake failed'),
    ...counters,
    handshake: {
      httpVersion: '',
      status,
      verdict: {
        outcome: isOpen ? 'opened' : 'failed',
        text: 'This connection was loaded from a HAR of another program, which explains nothing.',
        citation: undefined,
      },
      request: headOf(entry.request?.headers),
      response: { ...headOf(entry.response?.headers), content: String(entry.response?.content?.text ?? '') },
      accept: undefined,
      choices: [],
    },
    frames,
    nextFrame: frames.length,
    firstFrame: 0,
    skipped: 0,
    traffic: { seconds: [], roundTrips: [], buffered: 0 },
    compression: null,
    closing: null,
  }
}

/** Base64, or what is none as UTF-8. @param {string} data */
function bytesOf(data) {
  try {
    return fromBase64(data)
  } catch {
    return new TextEncoder().encode(data)
  }
}

/** @param {unknown} fields */
function headOf(fields) {
  /** @type {Pair[]} */
  const list = Array.isArray(fields) ? fields.filter((one) => typeof one?.name === 'string') : []
  const lines = list.map(({ name, value }) => ({
    raw: `${name}: ${value}`,
    name,
    part: /** @type {const} */ ('handshake'),
    meaning: '',
    citation: undefined,
  }))
  return { raw: lines.map(({ raw }) => `${raw}\r\n`).join(''), lines }
}

/** @param {readonly LineReport[]} lines @returns {Pair[]} */
function pairs(lines) {
  return lines.flatMap(({ name, raw }) => (name === undefined || name.startsWith(':') ? [] : [{ name, value: raw.slice(name.length + 1).trim() }]))
}

/**
 * As a browser has it: whole messages, decompressed, `send` for the client's. Those that were cut off have only their beginning.
 * @param {ConnectionReport} report
 * @returns {HarMessage[]}
 */
function messages({ frames, role }) {
  /** @type {Map<string, FrameReport[]>} */
  const open = new Map()
  /** @type {HarMessage[]} */
  const list = []
  for (const frame of frames) {
    if (frame.message === null) continue
    const pieces = frame.opcode === 0 ? (open.get(frame.direction) ?? []) : []
    pieces.push(frame)
    open.set(frame.direction, pieces)
    if (!frame.fin) continue
    open.delete(frame.direction)
    const { bytes, isText } = joined(pieces)
    const type = (frame.direction === 'sent') === (role === 'client') ? 'send' : 'receive'
    list.push({ type, time: frame.time / 1000, opcode: isText ? 1 : 2, data: isText ? decodeText(bytes).text : toBase64(bytes) })
  }
  return list
}

/** @param {ConnectionReport} report @param {boolean} secure */
export function urlOf({ target, role, handshake }, secure) {
  if (role === 'client') return target
  const host = handshake.request.lines.find(({ name }) => name?.toLowerCase() === 'host' || name === ':authority')
  const authority = host?.raw.slice((host.name?.length ?? 0) + 1).trim() || 'localhost'
  return `${secure ? 'wss' : 'ws'}://${authority}${target.startsWith('/') ? target : '/'}`
}

/** @param {string} url @returns {Pair[]} */
function queryOf(url) {
  const query = url.split('?').slice(1).join('?')
  if (query === '') return []
  return query.split('&').map((part) => {
    const [name = '', ...value] = part.split('=')
    return { name, value: value.join('=') }
  })
}
