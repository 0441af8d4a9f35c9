import { ConnectionError } from '../errors.ts'
import { INVALID_PAYLOAD } from './close-code.ts'
import type { CloseFrame } from './events.ts'
import type { ExtensionFrame, ExtensionSession } from './extension.ts'
import type { FrameOutcome, FrameSink } from './frame-parser.ts'
import * as rules from './rules.ts'

/** Makes messages of data frames: whole ones (`MessageAssembler`), or piece by piece (`StreamAssembler`). */
export interface Assembler extends FrameSink {
  /** Bytes held for the incomplete message. */
  readonly heldBytes: number
  /** It answered PENDING because the connection was paused: `resume` continues. */
  readonly waitsForRoom: boolean
  /** An extension finished what it answered PENDING to; ignored after `clear`. */
  decoded(result: ExtensionFrame | Error | undefined): FrameOutcome
  /** After `waitsForRoom`. */
  resume(): FrameOutcome
  /** The incomplete message never ends. @param reason a Close frame of the peer, or the failure; undefined where the transport ended */
  clear(reason?: CloseFrame | ConnectionError): void
}

export function notUtf8(): ConnectionError {
  return rules.payloadError('a text message was not UTF-8', rules.TEXT_UTF8)
}

export function tooManyFragments(limit: number): ConnectionError {
  return rules.tooBig(`a message had more than ${limit} frames`, 'fragments')
}

export function undefinedRsv(): ConnectionError {
  return rules.protocolError('a data frame had an RSV bit set that the extension which owns it does not define there', rules.RSV_BITS)
}

export function decodeError(extension: ExtensionSession, cause: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  const message = `the extension ${extension.name} could not decode a frame`
  return new ConnectionError(message, { fault: 'peer', closeCode: INVALID_PAYLOAD, rule: rules.EXTENSION_DATA, condition: 'extension-failed', cause })
}
