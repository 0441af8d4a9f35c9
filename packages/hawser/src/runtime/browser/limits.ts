import { checkInteger } from '../../connection/option-checks.ts'

/** Limits of one connection of a browser. Durations in milliseconds, sizes in bytes; a character of text counts as one. */
export interface BrowserLimits {
  /**
   * How long the opening handshake may take.
   * @defaultValue 10000
   * @why a server may be slow or silent
   * @beyond a HandshakeError
   */
  readonly handshakeMs: number
  /**
   * The longest message. The browser has read it before it is measured.
   * @defaultValue 1048576
   * @why the application decodes it, and may keep it
   * @beyond close code 4009, which stands for 1009
   */
  readonly message: number
  /**
   * Bytes that may be buffered for a server that reads slowly.
   * @defaultValue 16777216
   * @why a server may not read
   * @beyond `slowConsumer` decides: close code 4013, which stands for 1013, or nothing
   */
  readonly sendBuffer: number
  /**
   * Buffered bytes above which `send` returns `buffered`, so that a sender should await `drained`.
   * @defaultValue 65536
   * @why a sender should stop before `sendBuffer` is full
   * @beyond `send` returns `buffered`
   */
  readonly highWaterMark: number
  /**
   * Bytes of messages that may wait for an iterator or a slow handler, in a browser that has WebSocketStream.
   * @defaultValue 65536
   * @why the application may not take messages; each counts with 64 bytes of overhead
   * @beyond reading stops, so the server has to wait
   */
  readonly receiveBuffer: number
  /**
   * Bytes of messages that may wait for an iterator or a slow handler, in a browser that has no WebSocketStream and cannot stop reading.
   * @defaultValue 16777216
   * @why the application may not take messages, and the page would hold them all; each counts with 64 bytes of overhead
   * @beyond close code 4008, which stands for 1008
   */
  readonly backlog: number
}

const defaults: BrowserLimits = {
  handshakeMs: 10_000,
  message: 1_048_576,
  sendBuffer: 16_777_216,
  highWaterMark: 65_536,
  receiveBuffer: 65_536,
  backlog: 16_777_216,
}

/** @throws OptionError naming `limits.` and the limit */
export function readBrowserLimits(given: Partial<BrowserLimits> = {}): BrowserLimits {
  const limits: Record<string, number> = {}
  for (const [name, value] of Object.entries(defaults) as [keyof BrowserLimits, number][]) {
    checkInteger(`limits.${name}`, given[name], name === 'highWaterMark' || name === 'receiveBuffer' ? 0 : 1, 0x7fff_ffff)
    limits[name] = given[name] ?? value
  }
  return limits as unknown as BrowserLimits
}
