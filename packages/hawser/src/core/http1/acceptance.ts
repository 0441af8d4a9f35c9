import { checkFieldValue } from '../handshake/caller-fields.ts'
import { isFieldValue, isToken } from '../handshake/field-values.ts'
import { encodeLatin1 } from './latin1.ts'
import type { Platform } from '../platform.ts'

/** RFC 9110 section 7.8: precedes the 101 where the request expects it. */
export const CONTINUE_RESPONSE = 'HTTP/1.1 100 Continue\r\n\r\n'

/** The parts of a 101 (RFC 6455 section 4.2.2). */
export interface AcceptanceResponse {
  /** The value of Sec-WebSocket-Accept. */
  readonly accept: string
  /** Undefined sends no field; there is no empty one (RFC 6455 section 4.2.2). */
  readonly subprotocol?: string | undefined
  /** The value of Sec-WebSocket-Extensions, on one line (RFC 6455 section 11.3.2). */
  readonly extensions?: string | undefined
  /** The request has Expect: 100-continue. */
  readonly expectsContinue?: boolean | undefined
}

/**
 * The 101 as it goes on the wire, to be written as Latin-1. No content, no framing fields, each handshake field once.
 * @throws OptionError for a value that HTTP does not allow
 */
export function serializeAcceptance(response: AcceptanceResponse): string {
  const { accept, subprotocol, extensions } = response
  let head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`
  if (subprotocol !== undefined) {
    if (!isToken(subprotocol)) checkFieldValue('\0', 'acceptance.subprotocol')
    head += `Sec-WebSocket-Protocol: ${subprotocol}\r\n`
  }
  if (extensions !== undefined) {
    if (!isFieldValue(extensions)) checkFieldValue('\0', 'acceptance.extensions')
    head += `Sec-WebSocket-Extensions: ${extensions}\r\n`
  }
  return response.expectsContinue === true ? `${CONTINUE_RESPONSE}${head}\r\n` : `${head}\r\n`
}

/** A 101 without the application's own fields, as bytes. */
interface Template {
  readonly subprotocol: string | undefined
  readonly extensions: string | undefined
  readonly bytes: Uint8Array
}

/** Templates that are remembered; clients of a server agree on one of a few answers. */
const MAX_TEMPLATES = 8
/** Longer values are serialized anew each time. */
const MAX_LENGTH = 256
/** Base64 of 20 bytes. */
const ACCEPT_LENGTH = 28
const EMPTY_ACCEPT = '='.repeat(ACCEPT_LENGTH)
const ACCEPT_AT = serializeAcceptance({ accept: EMPTY_ACCEPT }).indexOf(EMPTY_ACCEPT)

/**
 * Writes the 101s of one server. They differ in Sec-WebSocket-Accept, and otherwise have a few forms, which are kept as bytes: no string is joined
 * for an answer.
 */
export class AcceptanceWriter {
  readonly #platform: Pick<Platform, 'text' | 'buffers'>
  readonly #templates: Template[] = []
  #next = 0

  constructor(platform: Pick<Platform, 'text' | 'buffers'>) {
    this.#platform = platform
  }

  /** @throws OptionError for a value that HTTP does not allow */
  write(accept: string, subprotocol: string | undefined, extensions: string | undefined): Uint8Array {
    const template = this.#find(subprotocol, extensions)
    if (template === undefined || accept.length !== ACCEPT_LENGTH) {
      return encodeLatin1(serializeAcceptance({ accept, subprotocol, extensions }), this.#platform.text)
    }
    const bytes = this.#allocate(template.length)
    bytes.set(template)
    for (let position = 0; position < ACCEPT_LENGTH; position++) bytes[ACCEPT_AT + position] = accept.charCodeAt(position)
    return bytes
  }

  #allocate(size: number): Uint8Array {
    const { buffers } = this.#platform
    return buffers.allocateOutput === undefined ? new Uint8Array(size) : buffers.allocateOutput(size)
  }

  #find(subprotocol: string | undefined, extensions: string | undefined): Uint8Array | undefined {
    for (const template of this.#templates) {
      if (template.subprotocol === subprotocol && template.extensions === extensions) return template.bytes
    }
    if ((subprotocol?.length ?? 0) > MAX_LENGTH || (extensions?.length ?? 0) > MAX_LENGTH) return undefined
    const bytes = encodeLatin1(serializeAcceptance({ accept: EMPTY_ACCEPT, subprotocol, extensions }))
    // Clients choose among the answers: one that keeps inventing offers costs a little more, and no memory.
    this.#templates[this.#next] = { subprotocol, extensions, bytes }
    this.#next = (this.#next + 1) % MAX_TEMPLATES
    return bytes
  }
}
