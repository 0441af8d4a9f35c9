import { OptionError } from '../errors.ts'
import { isValidKey } from '../handshake/accept-key.ts'
import { buildOpeningFields } from '../handshake/opening-fields.ts'
import type { OpeningOptions } from '../handshake/opening-fields.ts'

/** The parts of a client's request (RFC 6455 section 4.1). */
export interface UpgradeRequestOptions extends OpeningOptions {
  /** From `generateKey`, new for each connection. */
  readonly key: string
}

/**
 * The client's request as it goes on the wire, to be written as Latin-1; nothing may follow it before the 101 (RFC 6455 section 4.1, RFC 9931).
 * @throws OptionError for names or values that HTTP or RFC 6455 do not allow, and for fields that the handshake owns
 */
export function buildUpgradeRequest(options: UpgradeRequestOptions): string {
  const { target, authority, key } = options
  const fields = buildOpeningFields(options)
  if (!isValidKey(key)) throw new OptionError('key', 'the Base64 of 16 bytes', key)
  let head = `GET ${target} HTTP/1.1\r\nHost: ${authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\n`
  for (const [name, value] of fields) head += `${name}: ${value}\r\n`
  return `${head}\r\n`
}
