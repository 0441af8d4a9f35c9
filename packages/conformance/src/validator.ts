import type { ConformanceCase, End } from './case.ts'
import type { Exchange } from './exchange.ts'
import { statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { asExpected, resultOf } from './result.ts'
import type { CaseResult, ExchangeEntry } from './result.ts'
import type { RootCause } from './root-causes.ts'
import { closeCodeOf, describeFrame, mayGoOnWire, opcodes } from './wire.ts'
import type { WireFrame } from './wire.ts'

/** What the rules for one frame depend on. */
export interface FrameContext {
  readonly end: End
  /** permessage-deflate is, or may be, agreed: RSV1 may begin a message. */
  readonly mayCompress: boolean
  /** The peer has sent its Close frame before this one. */
  readonly afterClose: boolean
}

interface Rule {
  readonly id: string
  readonly section: string
  readonly why: string
}

const rules = {
  masked: { id: 'frame-masked', section: 'RFC 6455 section 5.1', why: 'A client masks every frame, a server none.' },
  reserved: { id: 'frame-reserved-bits', section: 'RFC 6455 section 5.2', why: 'A reserved bit is 0 unless an extension defines it.' },
  rsv1: {
    id: 'frame-rsv1',
    section: 'RFC 7692 section 6.1',
    why: 'RSV1 is set on the first frame of a message only, and only with permessage-deflate.',
  },
  minimal: { id: 'frame-length', section: 'RFC 6455 section 5.2', why: 'A length is written in the fewest bytes.' },
  final: { id: 'control-final', section: 'RFC 6455 section 5.5', why: 'A control frame is never fragmented.' },
  controlLength: { id: 'control-length', section: 'RFC 6455 section 5.5', why: 'A control frame has at most 125 bytes of payload.' },
  closePayload: {
    id: 'close-payload',
    section: 'RFC 6455 section 5.5.1',
    why: 'A Close frame has no payload, or at least the two bytes of its code.',
  },
  closeCode: { id: 'close-code', section: 'RFC 6455 section 7.4', why: 'A Close frame carries only a code that may go on the wire.' },
  closeReason: { id: 'close-reason', section: 'RFC 6455 section 5.5.1', why: 'A close reason is UTF-8.' },
  afterClose: { id: 'data-after-close', section: 'RFC 6455 section 5.5.1', why: 'An endpoint sends no data frame after its Close frame.' },
  startLine: {
    id: 'head-start-line',
    section: 'RFC 9112 sections 3 and 4',
    why: 'A request line or status line matches its grammar, and a 101 is in HTTP/1.1.',
  },
  fields: {
    id: 'head-fields',
    section: 'RFC 9112 section 5',
    why: 'Every line of a head is a field line: a name, a colon without space before it, a value.',
  },
  once: { id: 'head-once', section: 'RFC 6455 sections 4.1 and 4.2.2', why: 'A field that may not be repeated is there at most once.' },
  deflate: {
    id: 'head-deflate-parameters',
    section: 'RFC 7692 section 7.1',
    why: 'A response to permessage-deflate has known parameters, each once and with a value it may have.',
  },
} as const satisfies Readonly<Record<string, Rule>>

const onceFields = ['host', 'sec-websocket-key', 'sec-websocket-version', 'sec-websocket-accept', 'content-length', 'upgrade']
const deflateParameter = /^(?:(?:server|client)_no_context_takeover|(?:server|client)_max_window_bits="?(?:[89]|1[0-5])"?)$/
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Checks every frame and every head that a peer sends in any case of a run. One violated rule is one result, however often it is broken. */
export class Validator {
  readonly #end: End
  #frames = 0
  #heads = 0
  readonly #violations = new Map<Rule, { readonly outcome: string; readonly exchange: readonly ExchangeEntry[] }>()

  constructor(end: End) {
    this.#end = end
  }

  frame(frame: WireFrame, context: FrameContext, caseId: string, exchange: Exchange): void {
    this.#frames++
    for (const rule of brokenByFrame(frame, context)) this.#add(rule, describeFrame(frame), caseId, exchange)
  }

  head(head: Head, caseId: string, exchange: Exchange): void {
    this.#heads++
    for (const [rule, text] of brokenByHead(head, this.#end)) this.#add(rule, JSON.stringify(text.slice(0, 120)), caseId, exchange)
  }

  /** A failed result for each rule that was broken, and with `all` one for every other rule: unsupported where the peer sent nothing to check. */
  results(all: boolean): CaseResult[] {
    return Object.values(rules).flatMap((rule) => {
      const violation = this.#violations.get(rule)
      if (violation !== undefined) return [resultOf(rowOf(rule, this.#end), 'fail', violation.outcome, 0, violation.exchange, causeOf(rule))]
      if (!all) return []
      const isUnseen = (rule.id.startsWith('head-') ? this.#heads : this.#frames) === 0
      return [resultOf(rowOf(rule, this.#end), isUnseen ? 'unsupported' : 'pass', isUnseen ? 'the peer sent nothing to check' : asExpected, 0, [])]
    })
  }

  #add(rule: Rule, what: string, caseId: string, exchange: Exchange): void {
    if (!this.#violations.has(rule)) this.#violations.set(rule, { outcome: `the peer sent ${what} in ${caseId}`, exchange: [...exchange.entries] })
  }
}

function causeOf({ id, why }: Rule): RootCause {
  return { id: `always/${id}`, what: why.replace(/\.$/, '') }
}

function rowOf({ id, section, why }: Rule, end: End): ConformanceCase {
  return { id: `always/${id}`, end, area: 'always', level: 'must', section, requirements: [], why, requires: [], steps: [] }
}

function brokenByFrame(frame: WireFrame, { end, mayCompress, afterClose }: FrameContext): Rule[] {
  const broken: Rule[] = []
  const isControl = frame.opcode >= opcodes.close
  if (frame.masked !== (end === 'client')) broken.push(rules.masked)
  if ((frame.rsv & 3) !== 0) broken.push(rules.reserved)
  if ((frame.rsv & 4) !== 0 && (isControl || frame.opcode === opcodes.continuation || !mayCompress)) broken.push(rules.rsv1)
  if (!frame.minimal) broken.push(rules.minimal)
  if (isControl && !frame.fin) broken.push(rules.final)
  if (isControl && frame.payload.length > 125) broken.push(rules.controlLength)
  if (afterClose && !isControl) broken.push(rules.afterClose)
  if (frame.opcode !== opcodes.close) return broken
  const code = closeCodeOf(frame.payload)
  if (code === 'malformed') broken.push(rules.closePayload)
  else if (code !== 'none' && !mayGoOnWire(code)) broken.push(rules.closeCode)
  if (!isUtf8(frame.payload.subarray(2))) broken.push(rules.closeReason)
  return broken
}

function brokenByHead(head: Head, end: End): (readonly [Rule, string])[] {
  const broken: (readonly [Rule, string])[] = []
  // RFC 9110 section 2.5 allows a refusal in HTTP/1.0; HTTP/1.0 knows no 101.
  const grammar = end === 'server' ? /^HTTP\/1\.(?:1|0(?= (?!101))) [1-9]\d\d [\t -~\x80-\xff]*$/ : /^[!#$%&'*+\-.^_`|~\w]+ [!-~]+ HTTP\/1\.1$/
  if (!grammar.test(head.startLine)) broken.push([rules.startLine, head.startLine])
  const [malformed] = head.malformed
  if (malformed !== undefined) broken.push([rules.fields, malformed])
  const repeated = onceFields.find((name) => valuesOf(head, name).length > 1)
  if (repeated !== undefined) broken.push([rules.once, `${repeated} ${valuesOf(head, repeated).length} times`])
  if (end === 'server' && statusOf(head) === 101) {
    for (const value of valuesOf(head, 'sec-websocket-extensions')) {
      const [name, ...parameters] = value.split(';').map((part) => part.trim())
      const names = parameters.map((parameter) => parameter.split('=')[0])
      const isWrong = new Set(names).size !== names.length || !parameters.every((parameter) => deflateParameter.test(parameter))
      if (name === 'permessage-deflate' && isWrong) broken.push([rules.deflate, value])
    }
  }
  return broken
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}
