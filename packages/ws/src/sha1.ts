import * as crypto from 'node:crypto'

/** base64(SHA-1(text)) of Sec-WebSocket-Accept (RFC 6455 section 4.2.2). The one-shot function takes a quarter of the time of `createHash`. */
export const sha1Base64: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha1', text, 'base64')
    : (text) => crypto.createHash('sha1').update(text, 'latin1').digest('base64')
