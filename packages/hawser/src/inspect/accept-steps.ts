import { createHash } from 'node:crypto'

/** The steps from the key to Sec-WebSocket-Accept (RFC 6455 section 4.2.2). */
export interface AcceptSteps {
  readonly key: string
  readonly guid: string
  readonly joined: string
  /** SHA-1 of `joined`, hexadecimal. */
  readonly sha1: string
  /** Base64 of the same twenty bytes. */
  readonly accept: string
  /** The value in the response; undefined when the handshake was refused. */
  readonly sent: string | undefined
  readonly matches: boolean
}

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Computed independently of the handshake's own code, so that the page shows a check and not a copy. */
export function acceptSteps(key: string, sent: string | undefined): AcceptSteps {
  const joined = key + guid
  const digest = createHash('sha1').update(joined, 'latin1').digest()
  const accept = digest.toString('base64')
  return { key, guid, joined, sha1: digest.toString('hex'), accept, sent, matches: sent === accept }
}
