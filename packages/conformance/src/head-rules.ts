import type { End } from './case.ts'
import { acceptOf, listOf, statusOf, valuesOf } from './head.ts'
import type { Head } from './head.ts'
import { rules } from './rules.ts'
import type { Rule } from './rules.ts'

type Broken = readonly [rule: Rule, seen: string]

/** A refusal may have several lines of Sec-WebSocket-Version (RFC 6455 section 4.4), and Upgrade is a list (RFC 9110 section 7.8). */
const onceInRequest = ['host', 'sec-websocket-key', 'sec-websocket-version', 'content-length']
export const onceInResponse: readonly string[] = ['sec-websocket-accept', 'sec-websocket-protocol', 'sec-websocket-extensions', 'content-length']

// RFC 9110 section 2.5 allows a refusal in HTTP/1.0; HTTP/1.0 knows no 101.
const statusLine = /^HTTP\/1\.(?:1|0(?= (?!101))) [1-9]\d\d [\t -~\x80-\xff]*$/
const requestLine = /^[!#$%&'*+\-.^_`|~\w]+ [!-~]+ HTTP\/1\.1$/

/** The rules that one head breaks. @param request the suite's own, where it is the answer to one */
export function brokenByHead(head: Head, end: End, request: Head | undefined): Broken[] {
  const broken: Broken[] = []
  if (!(end === 'server' ? statusLine : requestLine).test(head.startLine)) broken.push([rules.startLine, head.startLine])
  const [malformed] = head.malformed
  if (malformed !== undefined) broken.push([rules.fields, malformed])
  const repeated = (end === 'server' ? onceInResponse : onceInRequest).find((name) => valuesOf(head, name).length > 1)
  if (repeated !== undefined) broken.push([rules.once, `${repeated} ${valuesOf(head, repeated).length} times`])
  if (end === 'server' && statusOf(head) === 101) broken.push(...brokenByAccept(head, request), ...brokenByAgreement(head, request))
  return broken
}

/** Only after a request that may be answered with 101: what a server makes of another version or of a bad key is for the cases about them. */
function brokenByAccept(head: Head, request: Head | undefined): Broken[] {
  if (request === undefined || request.malformed.length > 0) return []
  const [keys, versions] = [valuesOf(request, 'sec-websocket-key'), valuesOf(request, 'sec-websocket-version')]
  const [key = ''] = keys
  const decoded = Buffer.from(key, 'base64')
  if (keys.length !== 1 || decoded.length !== 16 || decoded.toString('base64') !== key || versions.join() !== '13') return []
  const accepts = valuesOf(head, 'sec-websocket-accept')
  if (accepts.length === 0) return [[rules.accept, 'no Sec-WebSocket-Accept']]
  return accepts.includes(acceptOf(key)) ? [] : [[rules.accept, `${accepts[0]} for the key ${key}`]]
}

type Parameters = ReadonlyMap<string, string | undefined>

interface Element {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string | undefined])[]
}

function brokenByAgreement(head: Head, request: Head | undefined): Broken[] {
  const answered = elementsOf(head)
  const wrong = answered.find((element) => element.name === 'permessage-deflate' && !isValid(element, 'answer'))
  const seen = valuesOf(head, 'sec-websocket-extensions').join(', ')
  if (wrong !== undefined) return [[rules.deflate, seen]]
  if (request === undefined) return []
  const [subprotocol] = valuesOf(head, 'sec-websocket-protocol')
  const isUnasked = subprotocol !== undefined && !listOf(request, 'sec-websocket-protocol').includes(subprotocol)
  if (isUnasked) return [[rules.offered, subprotocol]]
  const offers = elementsOf(request)
  // What a server makes of an offer that is invalid is for the cases about such offers.
  if (offers.some((offer) => offer.name === 'permessage-deflate' && !isValid(offer, 'offer'))) return []
  const isOffered = answered.every((element) => offers.some((offer) => offer.name === element.name && allows(offer, element)))
  return isOffered ? [] : [[rules.offered, seen]]
}

/** A comma in a quoted value ends no element, but no parameter of permessage-deflate has one. The grammar implies blanks around an equals sign. */
function elementsOf(head: Head): Element[] {
  return listOf(head, 'sec-websocket-extensions').map((text) => {
    const [name = '', ...parameters] = text.split(';').map((part) => part.trim())
    return {
      name,
      parameters: parameters.map((parameter) => {
        const [key = '', value] = parameter.split(/[ \t]*=[ \t]*/)
        return [key, value?.replace(/^"(.*)"$/, '$1')] as const
      }),
    }
  })
}

/** RFC 7692 section 7.1: known parameters, each once and with a value that it may have. */
function isValid({ parameters }: Element, as: 'offer' | 'answer'): boolean {
  if (new Set(parameters.map(([name]) => name)).size !== parameters.length) return false
  return parameters.every(([name, value]) => {
    if (/^(?:server|client)_no_context_takeover$/.test(name)) return value === undefined
    if (as === 'offer' && name === 'client_max_window_bits' && value === undefined) return true
    return /^(?:server|client)_max_window_bits$/.test(name) && /^(?:[89]|1[0-5])$/.test(value ?? '')
  })
}

/** RFC 7692 sections 7.1.1 and 7.1.2: what the offer asks of the server is in the answer, and what it does not allow is not. */
function allows(offer: Element, answer: Element): boolean {
  if (offer.name !== 'permessage-deflate') return true
  const [offered, answered]: Parameters[] = [new Map(offer.parameters), new Map(answer.parameters)] as const
  if (offered!.has('server_no_context_takeover') && !answered!.has('server_no_context_takeover')) return false
  const bits = (parameters: Parameters, name: string, otherwise: number): number => Number(parameters.get(name) ?? otherwise)
  if (bits(answered!, 'server_max_window_bits', 15) > bits(offered!, 'server_max_window_bits', 15)) return false
  if (offered!.has('server_max_window_bits') && !answered!.has('server_max_window_bits')) return false
  if (!answered!.has('client_max_window_bits')) return true
  return offered!.has('client_max_window_bits') && bits(answered!, 'client_max_window_bits', 15) <= bits(offered!, 'client_max_window_bits', 15)
}
