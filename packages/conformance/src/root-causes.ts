import type { ConformanceCase, Step } from './case.ts'
import type { Rule } from './rules.ts'
import { selectCases } from './select.ts'

/** What one defect of an endpoint is about. Cases that fail for the same cause are one defect. */
export interface RootCause {
  /** For example `utf8/text/not-refused`. */
  readonly id: string
  /** What the endpoint gets wrong; an outcome completes it to a sentence. */
  readonly what: string
  /** The rule that is broken, where it is another than that of the case. */
  readonly section?: string
}

type GeneralCause =
  | 'unreachable'
  | 'opening'
  | 'refused'
  | 'noAnswer'
  | 'notEchoed'
  | 'notPonged'
  | 'dropped'
  | 'failureCode'
  | 'keptOpen'
  | 'notResumed'
  | 'broken'
  | 'compressed'

/** Causes that show in cases of any area, named where they are seen. */
export const generalCauses: Readonly<Record<GeneralCause, RootCause>> = {
  unreachable: { id: 'unreachable', what: 'the endpoint cannot be reached', section: 'RFC 6455 section 4' },
  opening: { id: 'opening', what: 'an ordinary opening handshake does not work', section: 'RFC 6455 section 4' },
  refused: { id: 'handshake/refused', what: 'a valid opening handshake is refused', section: 'RFC 6455 section 4.2.2' },
  noAnswer: { id: 'no-answer', what: 'an HTTP message is not answered' },
  notEchoed: { id: 'framing/length', what: 'an ordinary message is not echoed' },
  notPonged: { id: 'control/ping-pong', what: 'a Ping is not answered' },
  dropped: { id: 'closing/dropped', what: 'a connection is failed without a Close frame' },
  failureCode: { id: 'closing/failure-code', what: 'a connection is failed with another close code' },
  keptOpen: { id: 'closing/kept-open', what: 'the connection is not ended after the closing handshake' },
  notResumed: { id: 'robustness/alive', what: 'what one connection sends ends the service for others' },
  broken: { id: 'frames', what: 'the endpoint sends frames that are no messages' },
  compressed: { id: 'deflate/sent', what: 'what the endpoint compresses is not within the agreed parameters' },
}

/** By patterns of ids, as `--only` takes them; the first that matches counts. What none matches has its area's cause, or its own. */
const table: readonly (readonly [id: string, what: string, ...patterns: string[]])[] = [
  ['always/frame-masked', 'the endpoint masks wrongly', 'masking/of-the-*masked'],
  ['always/frame-reserved-bits', 'the endpoint sets reserved bits', '*/echo-no-reserved-bits', 'deflate/good/echo-only-rsv1'],
  ['always/frame-rsv1', 'the endpoint sets RSV1 where nothing is compressed', 'deflate/good/pong-no-rsv'],
  ['always/frame-length', 'the endpoint writes lengths in more bytes than needed', 'framing/length/echo-shortest-form-*'],
  ['always/head-once', 'the endpoint repeats a field', '*/answer-once', 'handshake/response/accept-once'],
  [
    'always/head-offered',
    'the server answers what was not offered',
    'handshake/response/no-subprotocol',
    'handshake/response/no-extension',
    '*/window-8-answered',
  ],
  ['always/head-deflate-parameters', 'the parameters of permessage-deflate in the response', 'deflate/negotiation/answer-parameters'],
  ['framing/huge', 'the length that a frame announces', 'framing/length/sign-bit-*', 'framing/length/huge-*', 'control/limits/*-64-bit'],
  ['framing/length', 'messages of any length', 'framing/length'],
  ['framing/split', 'frames over several segments', 'framing/split', 'limits/chopped'],
  ['limits/large', 'large messages', 'limits/large'],
  ['framing/reserved-opcode', 'reserved opcodes', 'framing/reserved-opcode'],
  ['fragmentation', 'messages in fragments', 'fragmentation/good'],
  ['control/ping-pong', 'the answer to a Ping', 'control/ping-pong/ping-*'],
  ['utf8/good', 'text that is valid UTF-8', 'utf8/good'],
  ['utf8/binary', 'binary messages that are no text', 'utf8/elsewhere/binary-*'],
  ['masking/keys', 'unmasking', 'masking/keys'],
  ['framing/reserved-bits', 'reserved bits', 'framing/reserved-bits', 'deflate/wrong/*RSV*', 'deflate/wrong/rsv1-*', '*/declined-then-compressed'],
  ['control/too-long', 'control frames above 125 bytes', 'control/limits/*-too-long-*'],
  ['control/fragmented', 'fragmented control frames', 'control/limits/*-fragmented*'],
  ['control/interleaved', 'control frames between fragments', 'control/interleaved', 'deflate/good/ping-between-fragments'],
  ['control/pong', 'unsolicited Pongs', 'control/ping-pong/pong-unsolicited-*'],
  ['fragmentation/orphan', 'continuation frames that continue nothing', 'fragmentation/wrong/orphan-*', 'deflate/wrong/orphan-*'],
  ['fragmentation/interleaved', 'a message inside another', 'fragmentation/wrong'],
  ['utf8/text', 'the validation of text as UTF-8', 'utf8/bad', 'deflate/wrong/utf8-*'],
  ['utf8/close-reason', 'the validation of close reasons as UTF-8', 'utf8/elsewhere/close-reason-*'],
  ['closing/one-byte', 'a Close frame with one byte of payload', 'closing/payload/one-byte-*'],
  ['closing/answer', 'the answer to a Close frame', 'closing/codes', 'closing/payload'],
  ['limits/over', 'the limit for messages', 'limits/over', 'deflate/wrong/bomb*', 'deflate/wrong/limit-exactly'],
  ['deflate/stream', 'broken DEFLATE streams', 'deflate/wrong'],
  ['deflate/messages', 'compressed messages', 'deflate/good', 'deflate/parameters'],
  ['deflate/offers/invalid', 'invalid offers of permessage-deflate', 'deflate/negotiation/declined-*', 'deflate/negotiation/next-offer-*'],
  ['deflate/offers', 'the agreement on permessage-deflate', 'deflate/negotiation'],
  ['masking', 'the masking of what the endpoint receives', 'masking/unmasked', 'masking/masked'],

  ['handshake/http-version', 'the version of HTTP', 'handshake/method/http-*'],
  ['handshake/key-once', 'a repeated Sec-WebSocket-Key', 'handshake/key/key-twice*'],
  ['handshake/version-once', 'a repeated Sec-WebSocket-Version', 'handshake/version/version-twice*'],
  [
    'handshake/version-answer',
    'the versions that a refusal names',
    '*-is-named-if-spoken',
    '*-answer-lists-versions',
    '*/version-13-advertised-is-accepted',
  ],
  ['handshake/426', 'the fields of a 426', 'handshake/version/version-426-*'],
  [
    'always/head-accept',
    'Sec-WebSocket-Accept',
    'handshake/response/accept',
    'handshake/response/accept-rfc-*',
    'handshake/response/accept-not-*',
    'handshake/response/accept-white-*',
  ],
  ['handshake/refusal/framed', 'the end of a refusal', 'handshake/refusal/framed-*'],
  ['handshake/refusal/accept', 'Sec-WebSocket-Accept in a refusal', 'handshake/refusal/no-accept-*'],
  ['handshake/refusal/then', 'the connection after a refusal', 'handshake/refusal/then-*'],
  ['handshake/subprotocol/chosen', 'the choice of a subprotocol', 'handshake/subprotocol/chosen-*'],
  ['handshake/subprotocol/none', 'subprotocols that the server does not speak', 'handshake/subprotocol/none-*'],
  ['handshake/subprotocol/malformed', 'the grammar of Sec-WebSocket-Protocol', 'handshake/subprotocol/malformed-*', '*/long-white-space'],
  ['handshake/extensions/unknown', 'unknown extensions', 'handshake/extensions/declined-*'],
  ['handshake/extensions/malformed', 'the grammar of Sec-WebSocket-Extensions', 'handshake/extensions'],
  ['handshake/fields/colon', 'white space before the colon', 'handshake/fields/*-before-colon*'],
  ['handshake/fields/name', 'the grammar of field names', 'handshake/fields/name-*', 'handshake/fields/no-name', 'handshake/fields/space-in-name'],
  ['handshake/fields/value', 'control characters in field values', 'handshake/fields/*-in-value*'],
  [
    'handshake/fields/line',
    'lines that are no field lines',
    'handshake/fields/no-colon',
    'handshake/fields/obs-fold',
    'handshake/fields/white-space-*',
  ],
  ['handshake/fields/line-end', 'line ends of a head', 'handshake/fields/bare-*', 'handshake/fields/empty-line-first'],
  ['handshake/content/length', 'invalid framing of content', 'handshake/content/length-invalid-*', 'handshake/content/length-twice-*'],
  ['handshake/content/length', 'invalid framing of content', 'handshake/content/length-and-chunked', 'handshake/content/transfer-coding-unknown'],
  ['handshake/version', 'the check of Sec-WebSocket-Version', 'handshake/version'],
  ['handshake/origin', 'the check of Origin', 'handshake/origin'],
  ['handshake/method', 'the method of an opening handshake', 'handshake/method'],
  ['handshake/target', 'the request target', 'handshake/target'],
  ['handshake/host', 'the check of Host', 'handshake/host'],
  ['handshake/upgrade', 'the check of Upgrade', 'handshake/upgrade'],
  ['handshake/connection', 'the check of Connection', 'handshake/connection'],
  ['handshake/key', 'the check of Sec-WebSocket-Key', 'handshake/key'],
  ['handshake/segments', 'a head over several segments', 'handshake/segments'],
  ['response/segments', 'a head over several segments', 'response/segments'],

  ['response/status-line', 'the grammar of a status line', 'response/status/status-line-*'],
  ['response/status', 'a status code that is no 101', 'response/status/status-*', 'response/status/interim-then-404'],
  ['response/interim', 'interim responses', 'response/status/interim-*'],
  ['response/reason', 'the reason phrase', 'response/status/reason-*'],
  ['response/upgrade', 'the response’s Upgrade', 'response/fields/upgrade-*', 'response/fields/folded-upgrade'],
  ['response/connection', 'the response’s Connection', 'response/fields/connection-*'],
  ['response/accept-once', 'a repeated Sec-WebSocket-Accept', 'response/fields/accept-twice*'],
  ['response/accept', 'Sec-WebSocket-Accept', 'response/fields/accept-*'],
  ['response/fields', 'the grammar of the response’s fields', 'response/fields/grammar-*'],
  ['response/extensions/deflate', 'the parameters of permessage-deflate in a response', 'response/extensions/deflate-*'],
  ['response/extensions/malformed', 'the grammar of Sec-WebSocket-Extensions', 'response/extensions/malformed-*'],
  ['response/extensions', 'extensions that were not offered', 'response/extensions'],
  ['response/subprotocol', 'subprotocols that were not offered', 'response/subprotocol'],
]

/** That of a rule which is always checked. A case that sees the same has the same cause: one defect counts once. */
export function causeOfRule({ id, why }: Rule): RootCause {
  return { id: `always/${id}`, what: why.replace(/\.$/, '') }
}

/** A root cause of the table by its id. */
export function causeOf(id: string): RootCause {
  const rule = id.replace(/\/not-refused$/, '')
  return { id, what: table.find(([known]) => known === rule)?.[1] ?? rule }
}

/** Where a valid request is refused: a response that did not come breaks no rule about its fields. @returns undefined for the case's own cause */
export function causeOfRefusal(row: ConformanceCase): RootCause | undefined {
  if (!rootCauseOf(row).id.startsWith('always/')) return undefined
  return row.area === 'deflate/negotiation' ? causeOf('deflate/offers') : generalCauses.refused
}

/** In these areas each case looks at something else. */
const singly =
  /^(?:http2|request|url|tls|robustness|timeouts|closing\/(?:order|how)|handshake\/(?:response|limits|refusal|content|fields|early-data|subprotocol)|response\/fields|volume.*)$/

/** What is wrong with an endpoint that fails the case. That it does not refuse something is another defect than that it does not take something. */
export function rootCauseOf(row: ConformanceCase): RootCause {
  const area = row.area.replace(/^http2\//, '')
  const plain = { ...row, id: row.id.replace(/^http2\/(?=.*\/)/, '') }
  const found = table.find(([, , ...patterns]) => selectCases([plain], patterns).length > 0)
  const isOwn = singly.test(area)
  const id = found?.[0] ?? (isOwn ? plain.id : area)
  const what = found?.[1] ?? (isOwn ? row.why.replace(/[.:]$/, '') : area.replace('/', ': '))
  return id.startsWith('always/') || !expectsRefusal(row.steps) ? { id, what } : { id: `${id}/not-refused`, what }
}

/** Whether the steps end with something that the endpoint has to refuse. */
export function expectsRefusal(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if (!('expect' in step)) return false
    if (step.expect === 'response')
      return step.status === 'error' || step.status === 'not-open' || (Array.isArray(step.status) && !step.status.includes(101))
    return /^(?:fail|never-open|no-connection|tls-refused)$/.test(step.expect)
  })
}
