import type { ConnectionObserver, ObservedConnection, ObservedFrame, ObservedHandshake } from '../connection/observer.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { ExtensionTraffic } from '../core/protocol/extension.ts'
import type { Socket } from '../connection/socket.ts'
import type { DeflateCodec } from '../core/extensions/permessage-deflate/deflate-codec.ts'
import { showElement } from './choices.ts'
import { ClosingLog } from './closing-log.ts'
import { withholdFromTarget } from './credentials.ts'
import { FrameLog } from './frame-log.ts'
import { reportHandshake } from './handshake-report.ts'
import type { HandshakeReport, ReportOptions } from './handshake-report.ts'
import type { InspectLimits } from './limits.ts'
import { openInflations } from './message-inflation.ts'
import type { MessageInflation } from './message-inflation.ts'
import type { CompressionReport, CompressionTraffic, ConnectionReport, ConnectionSummary } from './report.ts'
import { TrafficLog } from './traffic-log.ts'
import { requestTarget } from './wire-head.ts'

/** What all connections of an inspection share. */
export interface LogSettings extends ReportOptions {
  readonly limits: InspectLimits
  readonly codec: DeflateCodec
  /** Milliseconds since 1970 of a time of the connection's clock. */
  epoch(time: number): number
}

/** One handshake, and the connection that it made. */
export class ConnectionLog implements ConnectionObserver {
  readonly id: number
  readonly #settings: LogSettings
  readonly #frames: FrameLog
  readonly #traffic: TrafficLog
  readonly #closing = new ClosingLog()
  readonly #role: 'client' | 'server'
  readonly #target: string
  readonly #remote: string
  readonly #startedAt: number
  readonly #problem: string
  #handshake: HandshakeReport
  #socket: Socket | undefined
  /** Read while the connection is open: afterwards the sessions are gone. */
  #extensions: readonly { readonly statistics?: unknown }[] = []
  #subprotocol = ''
  #extensionText = ''
  #inflations: { readonly sent: MessageInflation; readonly received: MessageInflation } | undefined
  #end: { readonly info: CloseInfo; readonly time: number } | undefined

  constructor(id: number, handshake: ObservedHandshake, settings: LogSettings) {
    this.id = id
    this.#settings = settings
    this.#frames = new FrameLog(settings.limits)
    this.#traffic = new TrafficLog(() => this.#socket?.bufferedAmount ?? 0)
    this.#role = handshake.role
    const target = handshake.url ?? requestTarget(handshake.request) ?? '?'
    this.#target = settings.credentials ? target : withholdFromTarget(target)
    const { remoteAddress = '', remotePort } = handshake.transport ?? {}
    this.#remote =
      remotePort === undefined ? remoteAddress : remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
    this.#startedAt = settings.epoch(handshake.time)
    this.#problem = handshake.reason ?? ''
    this.#handshake = reportHandshake(handshake, settings)
  }

  /** A compressed message is needed whole, and a control frame always is. */
  get payloadBytes(): number {
    const { inflated, payload } = this.#settings.limits
    return this.#inflations === undefined ? Math.max(payload, 125) : Math.max(inflated, 125)
  }

  get isOpen(): boolean {
    return this.#socket !== undefined && this.#end === undefined
  }

  open({ role, socket, handshake }: ObservedConnection): void {
    this.#socket = socket
    this.#subprotocol = socket.subprotocol
    const { extensions } = socket
    this.#extensions = extensions
    this.#extensionText = extensions.map(({ name, parameters }) => showElement(name, parameters)).join(', ')
    this.#inflations = openInflations(this.#settings.codec, role, extensions, this.#settings.limits)
    if (socket.declinedExtensions.length > 0) this.#handshake = reportHandshake(handshake, this.#settings, socket.declinedExtensions)
  }

  /** It is no longer kept, and is told of nothing more. */
  forget(): void {
    this.#disposeInflations()
  }

  readonly frame = (frame: ObservedFrame): void => {
    const time = this.#settings.epoch(frame.time)
    const { opcode, direction } = frame
    const inflation = this.#inflations?.[direction]
    if (frame.skipped > 0) {
      this.#inflations?.sent.missed()
      this.#inflations?.received.missed()
    }
    const inflated = opcode < 8 ? inflation?.frame(frame) : undefined
    this.#traffic.frame(frame, time)
    if (opcode === 8) this.#closing.frame(frame, time)
    this.#frames.add(frame, time, inflated)
  }

  readonly backpressure = (_blocked: boolean, bufferedBytes: number): void => {
    this.#traffic.buffered(bufferedBytes, Date.now())
  }

  readonly end = (info: CloseInfo): void => {
    const time = Date.now()
    this.#end = { info, time }
    this.#closing.end(info, time)
    this.#disposeInflations()
  }

  #disposeInflations(): void {
    this.#inflations?.sent.dispose()
    this.#inflations?.received.dispose()
    this.#inflations = undefined
  }

  summary(): ConnectionSummary {
    const end = this.#end
    return {
      id: this.id,
      role: this.#role,
      state: end !== undefined ? 'CLOSED' : this.#socket === undefined ? 'FAILED' : 'OPEN',
      target: this.#target,
      remote: this.#remote,
      httpVersion: this.#handshake.httpVersion,
      startedAt: this.#startedAt,
      endedAt: end?.time ?? null,
      status: this.#handshake.status,
      subprotocol: this.#subprotocol,
      extensions: this.#extensionText,
      code: end?.info.code ?? null,
      problem: end?.info.error?.message ?? this.#problem,
      sent: this.#traffic.totals('sent', this.#frames.messagesOf('sent')),
      received: this.#traffic.totals('received', this.#frames.messagesOf('received')),
    }
  }

  /** @param from the number of the first frame that is asked for */
  report(from: number): ConnectionReport {
    return {
      ...this.summary(),
      handshake: this.#handshake,
      frames: this.#frames.since(from),
      nextFrame: this.#frames.nextFrame,
      firstFrame: this.#frames.firstFrame,
      skipped: this.#frames.skipped,
      traffic: this.#traffic.report(),
      compression: this.#compression(),
      closing: this.#closing.report(),
    }
  }

  #compression(): CompressionReport | null {
    const statistics = this.#extensions.find((one) => one.statistics !== undefined)?.statistics as
      | { readonly sent: ExtensionTraffic; readonly received: ExtensionTraffic }
      | undefined
    return statistics === undefined ? null : { sent: trafficOf(statistics.sent), received: trafficOf(statistics.received) }
  }
}

function trafficOf({ messages, compressedMessages, rawBytes, wireBytes }: ExtensionTraffic): CompressionTraffic {
  return { messages, compressedMessages, rawBytes, wireBytes }
}
