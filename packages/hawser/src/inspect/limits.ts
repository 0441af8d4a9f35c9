import { checkInteger } from '../connection/option-checks.ts'
import { checkObject } from '../core/option-names.ts'

/** Bounds on what an inspection keeps and does. Bytes and counts. */
export interface InspectLimits {
  /**
   * Connections and failed handshakes that are kept.
   * @defaultValue 100
   * @why each keeps its heads and its last frames in memory
   * @beyond the oldest that has ended goes, then the oldest
   */
  readonly connections: number
  /**
   * Frames of one connection that are kept.
   * @defaultValue 400
   * @why a busy connection has more than anybody reads
   * @beyond the oldest goes
   */
  readonly frames: number
  /**
   * Data frames of one connection that are kept in a second; control frames have a tenth of it for themselves.
   * @defaultValue 100
   * @why ten thousand a second would push everything else out, and busy the page
   * @beyond further frames are only counted, and the page says how many
   */
  readonly framesPerSecond: number
  /**
   * Bytes of each payload that are kept, as they are on the wire and decompressed.
   * @defaultValue 4096
   * @why nobody reads a megabyte on a page
   * @beyond the page says how long the payload is
   */
  readonly payload: number
  /**
   * Bytes of all payloads of one connection that are kept.
   * @defaultValue 131072
   * @why `frames` large ones would be too many
   * @beyond the oldest frames go
   */
  readonly payloads: number
  /**
   * Bytes of a compressed message that is decompressed for the page, before and after.
   * @defaultValue 262144
   * @why decompression costs what the connection itself pays, a second time
   * @beyond this message is not shown decompressed, nor are later ones that refer to it (context takeover)
   */
  readonly inflated: number
  /**
   * Bytes of a head, and of the content of a response, that are kept.
   * @defaultValue 32768
   * @why a server can allow larger heads
   * @beyond the rest is not shown
   */
  readonly head: number
}

export const defaultLimits: InspectLimits = {
  connections: 100,
  frames: 400,
  framesPerSecond: 100,
  payload: 4096,
  payloads: 131_072,
  inflated: 262_144,
  head: 32_768,
}

/** @throws OptionError naming the limit that is wrong */
export function readInspectLimits(given: Partial<InspectLimits> | undefined): InspectLimits {
  const names = Object.keys(defaultLimits) as (keyof InspectLimits)[]
  checkObject('limits', given, names)
  const limits: Record<keyof InspectLimits, number> = { ...defaultLimits }
  for (const name of names) {
    checkInteger(`limits.${name}`, given?.[name], 1, 0x7fff_ffff)
    limits[name] = given?.[name] ?? limits[name]
  }
  return limits
}
