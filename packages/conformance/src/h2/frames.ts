export const types: readonly string[] = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
]
export const END_STREAM = 1
export const ACK = 1
export const END_HEADERS = 4

export const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** RFC 9113 section 4.1. */
export function frameOf(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** For the record: one line. */
export function shownFields(fields: readonly (readonly [string, string])[]): string {
  return fields
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ')
    .slice(0, 300)
}

export function settingsPayload(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * settings.length)
  for (const [index, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, 6 * index)
    payload.writeUInt32BE(value, 6 * index + 2)
  }
  return payload
}

export function settingsOf(payload: Buffer): [id: number, value: number][] {
  const count = Math.floor(payload.length / 6)
  return Array.from({ length: count }, (_, index) => [payload.readUInt16BE(6 * index), payload.readUInt32BE(6 * index + 2)])
}
