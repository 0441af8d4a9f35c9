/** The bytes that a hostile client writes, without the library that is attacked. */

/** A masked frame of a client (RFC 6455 section 5.2) with a masking key of zeros. */
export function frame(opcode: number, payload: Uint8Array, { fin = true, rsv = 0 }: { fin?: boolean; rsv?: number } = {}): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14)
  head[0] = (fin ? 0x80 : 0) | rsv | opcode
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (head.length === 8) head.writeUInt16BE(length, 2)
  else if (head.length === 14) head.writeUIntBE(length, 4, 6)
  return Buffer.concat([head, payload])
}

/** A request for a WebSocket. */
export function opening(target = '/', more: Readonly<Record<string, string>> = {}): Buffer {
  const fields = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...more,
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1')
}

/** A frame of HTTP/2 (RFC 9113 section 4.1). */
export function http2Frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** HEADERS of an Extended CONNECT, in literal lines (RFC 7541 section 6.2.2). */
export function headers(stream: number): Buffer {
  const lines = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'http',
    ':path': '/',
    ':authority': 'localhost',
    'sec-websocket-version': '13',
  }
  const block = Object.entries(lines).map(([name, value]) =>
    Buffer.from(`\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`),
  )
  return http2Frame(1, 4, stream, Buffer.concat(block))
}

/** A connection of HTTP/2 with these frames after its preface and SETTINGS. */
export function http2(...frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'), http2Frame(4, 0, 0), ...frames])
}
