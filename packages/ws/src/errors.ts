import type { ConnectionError } from 'hawser'

interface KnownError {
  readonly code: string
  readonly message: string
  /** Default RangeError, as most errors of `ws` are. */
  readonly type?: ErrorConstructor
}

const frame = (code: string, message: string): KnownError => ({ code, message: `Invalid WebSocket frame: ${message}` })

const RSV_1 = frame('WS_ERR_UNEXPECTED_RSV_1', 'RSV1 must be clear')
const RSV_2_3 = frame('WS_ERR_UNEXPECTED_RSV_2_3', 'RSV2 and RSV3 must be clear')
const OPCODE = frame('WS_ERR_INVALID_OPCODE', 'invalid opcode')
const UTF8: KnownError = { ...frame('WS_ERR_INVALID_UTF8', 'invalid UTF-8 sequence'), type: Error }
const CONTROL_LENGTH = frame('WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH', 'invalid payload length')
const TOO_LONG: KnownError = { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', message: 'Max payload size exceeded' }
const TOO_MANY_FRAGMENTS: KnownError = { code: 'WS_ERR_TOO_MANY_BUFFERED_PARTS', message: 'Too many message fragments' }

/** By the section and the text of the rule that the peer broke: these are the rules that `ws` has a code for. */
const BY_RULE: readonly (readonly [section: string, text: RegExp, error: KnownError])[] = [
  ['5.2', /unknown opcode/, OPCODE],
  ['5.2', /64-bit/, { code: 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', message: 'Unsupported WebSocket frame: payload length > 2^53 - 1' }],
  ['5.1', /client masks/, frame('WS_ERR_EXPECTED_MASK', 'MASK must be set')],
  ['5.1', /server does not mask/, frame('WS_ERR_UNEXPECTED_MASK', 'MASK must be clear')],
  ['5.4', /interleaved/, OPCODE],
  ['5.4', /control frames/, frame('WS_ERR_EXPECTED_FIN', 'FIN must be set')],
  ['5.5', /125 bytes/, CONTROL_LENGTH],
  ['5.5.1', /close code/, CONTROL_LENGTH],
  ['7.4', /close codes/, frame('WS_ERR_INVALID_CLOSE_CODE', 'invalid status code')],
  ['8.1', /UTF-8/, UTF8],
  ['5.5.1', /UTF-8/, UTF8],
]

/** The error that a program written for `ws` expects, with hawser's own as its cause. */
export function toWsError(error: ConnectionError): Error {
  const known = find(error)
  if (known === undefined) {
    // Also what zlib reports: `ws` passes those errors on with their own code, so there is no code of `ws` for it.
    return Object.assign(new Error(error.message, { cause: error }), { code: error.code })
  }
  const { code, message, type = RangeError } = known
  return Object.assign(new type(message, { cause: error }), { code })
}

function find(error: ConnectionError): KnownError | undefined {
  if (error.limit === 'fragments') return TOO_MANY_FRAGMENTS
  if (error.limit !== undefined) return TOO_LONG
  const { rule } = error
  if (rule === undefined) return undefined
  if (rule.text.startsWith('RSV1, RSV2')) return / RSV[23]/.test(error.message) ? RSV_2_3 : RSV_1
  if (rule.document === 'RFC 7692' && rule.section === '6') return RSV_1
  return rule.document === 'RFC 6455' ? BY_RULE.find(([section, text]) => section === rule.section && text.test(rule.text))?.[2] : undefined
}
