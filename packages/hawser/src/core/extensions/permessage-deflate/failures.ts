/** Why a received message fails its connection, and with which close code. */
import { ConnectionError, type Rule } from '../../errors.ts'
import { INTERNAL_ERROR, INVALID_PAYLOAD, MESSAGE_TOO_BIG, POLICY_VIOLATION, PROTOCOL_ERROR } from '../../protocol/close-code.ts'
import { DeflateDataError, DeflateOutputError, DeflateStreamsError } from './deflate-codec.ts'
import { BYTES_PER_STREAM, RATIO_FREE_BYTES } from './options.ts'

const FIRST_FRAME_ONLY: Rule = {
  document: 'RFC 7692',
  section: '6',
  level: 'MUST NOT',
  text: 'An endpoint MUST NOT set the "Per-Message Compressed" bit of non-first fragments of a data message.',
}
const INFLATE: Rule = {
  document: 'RFC 7692',
  section: '7.2.2',
  level: 'MUST',
  text: 'A compressed message with 00 00 ff ff appended is a DEFLATE stream of whole blocks.',
}
const MESSAGE_LIMIT: Rule = {
  document: 'RFC 6455',
  section: '10.4',
  level: 'SHOULD',
  text: 'Endpoints limit the size of a message after reassembly; limits.message counts decompressed bytes.',
}
const RATIO_LIMIT: Rule = {
  document: 'RFC 7692',
  section: '8',
  level: 'policy',
  text: 'Endpoints protect themselves against small input that becomes large output; maxRatio is that limit.',
}
const STREAMS_LIMIT: Rule = {
  document: 'RFC 7692',
  section: '7.2.3.4',
  level: 'policy',
  text: 'A message may have several blocks with BFINAL; maxStreams limits the work that they cause.',
}

export function rsv1OnContinuation(): ConnectionError {
  return new ConnectionError('RSV1 is set on a continuation frame', {
    fault: 'peer',
    closeCode: PROTOCOL_ERROR,
    rule: FIRST_FRAME_ONLY,
    condition: 'frame-reserved-bits',
  })
}

export function tooManyCompressedBytes(bytes: number): ConnectionError {
  const message = `a compressed message of at least ${bytes} bytes is larger than limits.message allows`
  return new ConnectionError(message, { fault: 'peer', closeCode: MESSAGE_TOO_BIG, rule: MESSAGE_LIMIT, limit: 'message' })
}

/** Which limits the message that failed had. */
export interface FailedMessage {
  readonly compressedBytes: number
  readonly maxRatio: number
  readonly maxStreams: number
  /** The output was limited by `maxRatio` and not by `limits.message`. */
  readonly limitedByRatio: boolean
}

export function inflateFailure(error: unknown, message: FailedMessage): ConnectionError {
  const peer = (closeCode: number, rule: Rule, text: string): ConnectionError =>
    new ConnectionError(text, {
      fault: 'peer',
      closeCode,
      rule,
      cause: error,
      condition: closeCode === MESSAGE_TOO_BIG ? 'message-too-big' : 'compressed-data',
      ...(rule === MESSAGE_LIMIT ? { limit: 'message' } : {}),
    })
  if (error instanceof DeflateDataError) return peer(INVALID_PAYLOAD, INFLATE, `a message marked as compressed is not DEFLATE data: ${error.message}`)
  if (error instanceof DeflateStreamsError) {
    const allowed = `maxStreams (${message.maxStreams}) and one for each ${BYTES_PER_STREAM} bytes received`
    return peer(POLICY_VIOLATION, STREAMS_LIMIT, `a compressed message has more DEFLATE streams than ${allowed}`)
  }
  if (error instanceof DeflateOutputError && message.limitedByRatio) {
    const ratio = `more than ${message.maxRatio} times the ${message.compressedBytes} bytes received`
    return peer(MESSAGE_TOO_BIG, RATIO_LIMIT, `a compressed message grows to ${ratio} and past ${RATIO_FREE_BYTES} bytes`)
  }
  if (error instanceof DeflateOutputError)
    return peer(MESSAGE_TOO_BIG, MESSAGE_LIMIT, 'a compressed message is larger than limits.message once decompressed')
  // A buffer that the runtime cannot allocate.
  if (error instanceof RangeError)
    return peer(MESSAGE_TOO_BIG, MESSAGE_LIMIT, 'a compressed message is larger than this process can hold once decompressed')
  return new ConnectionError('decompression failed', { fault: 'application', closeCode: INTERNAL_ERROR, condition: 'extension-failed', cause: error })
}
