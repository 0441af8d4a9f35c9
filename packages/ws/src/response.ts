import type { IncomingMessage } from 'node:http'
import { acceptKey, confirmExtensions, Fields } from 'hawser/handshake'
import type { AgreedExtension } from 'hawser/handshake'
import { validateUpgradeResponse } from 'hawser/http1'
import type { Extension } from 'hawser'
import { sha1Base64 } from './sha1.ts'
import type { AgreedExtensions } from './websocket.ts'

/** What the request of a client offered. */
export interface Offer {
  readonly key: string
  readonly subprotocols: readonly string[]
  readonly extensions: readonly Extension[]
}

export interface Agreement {
  readonly subprotocol: string
  readonly extensions: AgreedExtensions | undefined
}

/**
 * Reads a 101.
 * @param strict refuse also what `ws` takes
 * @returns the message of the error where it opens no WebSocket
 */
export function readResponse(
  { headers, rawHeaders, httpVersion, statusCode = 101 }: IncomingMessage,
  offer: Offer,
  strict: boolean,
): Agreement | string {
  const { key, subprotocols, extensions } = offer
  const accept = acceptKey(key, sha1Base64)
  const subprotocol = headers['sec-websocket-protocol']
  const listed = headers['sec-websocket-extensions']
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'Invalid Upgrade header'
  if (headers['sec-websocket-accept'] !== accept) return 'Invalid Sec-WebSocket-Accept header'
  if (subprotocol !== undefined && subprotocols.length === 0) return 'Server sent a subprotocol but none was requested'
  if (subprotocol !== undefined && !subprotocols.includes(subprotocol as string)) return 'Server sent an invalid subprotocol'
  if (subprotocol === undefined && subprotocols.length > 0) return 'Server sent no subprotocol'
  if (listed !== undefined && extensions.length === 0) return 'Server sent a Sec-WebSocket-Extensions header but no extension was requested'
  const fields = Fields.fromRaw(rawHeaders)
  if (strict) {
    const result = validateUpgradeResponse({ httpVersion, status: statusCode, fields }, { accept, subprotocols, extensions, noSubprotocol: 'refuse' })
    if (result.ok) return { subprotocol: result.subprotocol ?? '', extensions: toAgreed(result.extensions) }
    if (result.stage !== 'extensions') return result.message
  }
  const confirmed = confirmExtensions(listed === undefined ? [] : [listed as string], extensions)
  if (confirmed.ok) return { subprotocol: (subprotocol as string | undefined) ?? '', extensions: toAgreed(confirmed.agreed) }
  return confirmed.message.endsWith('was not offered')
    ? 'Server indicated an extension that was not requested'
    : 'Invalid Sec-WebSocket-Extensions header'
}

/** Undefined where nothing is agreed. */
export function toAgreed(agreed: readonly Pick<AgreedExtension, 'element' | 'open'>[]): AgreedExtensions | undefined {
  if (agreed.length === 0) return undefined
  return { names: agreed.map(({ element }) => element.name), open: () => agreed.map((one) => one.open()) }
}
