/** What `node:diagnostics_channel` and `NODE_DEBUG=hawser` are told. */
import { channel } from 'node:diagnostics_channel'
import { debuglog } from 'node:util'
import type { ConnectionObserver, ObservedConnection, ObservedHandshake, Observer } from '../../connection/observer.ts'

/** The channels; docs/metrics.md has their messages. */
const channels = {
  handshakeBegin: channel('hawser:handshake:begin'),
  handshakeEnd: channel('hawser:handshake:end'),
  handshakeRefused: channel('hawser:handshake:refused'),
  open: channel('hawser:open'),
  frame: channel('hawser:frame'),
  ping: channel('hawser:ping'),
  backpressure: channel('hawser:backpressure'),
  close: channel('hawser:close'),
}

const debug = debuglog('hawser')

/** Observes opening handshakes for the channels. No message has a field, a query or content: they may hold credentials. */
const handshakes: Observer = {
  isActive: () =>
    debug.enabled || channels.handshakeEnd.hasSubscribers || channels.handshakeRefused.hasSubscribers || channels.handshakeBegin.hasSubscribers,
  begin({ role, url, target = '?', time, transport }) {
    if (channels.handshakeBegin.hasSubscribers) channels.handshakeBegin.publish({ role, time, path: withoutQuery(url ?? target), transport })
  },
  handshake(event) {
    const message = handshakeMessage(event)
    const isRefused = event.reason !== undefined
    const told = isRefused ? channels.handshakeRefused : channels.handshakeEnd
    if (told.hasSubscribers) told.publish(message)
    if (!debug.enabled) return
    const { role, status, path, condition } = message
    debug('%s handshake %s %s%s', role, status ?? '-', path, isRefused ? ` refused: ${condition}` : '')
  },
}

/** Observes connections for the channels. Frames are scanned only for a subscriber of frames, and counted only for one of Pings. */
const connections: Observer = {
  isActive: () =>
    debug.enabled ||
    channels.open.hasSubscribers ||
    channels.frame.hasSubscribers ||
    channels.ping.hasSubscribers ||
    channels.backpressure.hasSubscribers ||
    channels.close.hasSubscribers,
  connection(observed) {
    const { id, role, socket } = observed
    if (channels.open.hasSubscribers) channels.open.publish({ id, role, socket, path: pathOf(observed.handshake) })
    return connectionObserver(observed)
  },
}

/** Told about every server and client of this process. */
export const diagnostics: readonly Observer[] = [handshakes, connections]

function connectionObserver({ id, role, socket }: ObservedConnection): ConnectionObserver {
  return {
    ...(channels.frame.hasSubscribers
      ? {
          frame({ direction, time, opcode, fin, rsv1, rsv2, rsv3, payloadLength, skipped }) {
            if (!channels.frame.hasSubscribers) return
            channels.frame.publish({ id, role, socket, direction, time, opcode, fin, rsv1, rsv2, rsv3, payloadLength, skipped })
          },
        }
      : {}),
    ...(channels.ping.hasSubscribers
      ? {
          ping(roundTripMs) {
            if (channels.ping.hasSubscribers) channels.ping.publish({ id, role, socket, roundTripMs })
          },
        }
      : {}),
    backpressure(blocked, bufferedBytes) {
      if (channels.backpressure.hasSubscribers) channels.backpressure.publish({ id, role, socket, blocked, bufferedBytes })
    },
    end(info) {
      if (channels.close.hasSubscribers) channels.close.publish({ id, role, socket, info })
      // The close reason and the message of an error may quote the peer
      if (debug.enabled)
        debug('%s connection %d closed %d by %s%s', role, id, info.code, info.initiator, info.error ? `: ${info.error.condition}` : '')
    },
  }
}

/** Without the bytes of the handshake. */
function handshakeMessage(event: ObservedHandshake) {
  const { role, time, status, condition, rule, transport } = event
  return { role, time, status, condition, rule, transport, path: pathOf(event) }
}

/** Without the query, which may hold a token. */
function pathOf({ url, request }: ObservedHandshake): string {
  if (url !== undefined) return withoutQuery(url)
  const head = Buffer.from(request.buffer, request.byteOffset, Math.min(request.byteLength, 4096)).toString('latin1')
  const target = /^[A-Z]+ (\S+) HTTP|^:path: (\S+)/m.exec(head)
  return withoutQuery(target?.[1] ?? target?.[2] ?? '?').replaceAll(/[^!-~]/g, percentEncoded)
}

function withoutQuery(target: string): string {
  return target.replace(/[?#].*/, '')
}

/** A refused request may have any byte in its target, among them 0x9b, which begins a control sequence of a terminal. */
function percentEncoded(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
