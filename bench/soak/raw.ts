/** Bytes of a client that the library would not send. */
export function openingRequest(path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
  )
}

/** Below 65 536 bytes. */
export function clientFrame(opcode: number, payload: Buffer, key: number): Buffer {
  const length = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 0xff]
  const mask = [key >>> 24, (key >>> 16) & 0xff, (key >>> 8) & 0xff, key & 0xff]
  return Buffer.from([0x80 | opcode, ...length, ...mask, ...payload.map((byte, i) => byte ^ (mask[i & 3] as number))])
}
