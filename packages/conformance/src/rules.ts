/** A rule that every frame, head or process of a peer is held to. */
export interface Rule {
  readonly id: string
  readonly section: string
  readonly why: string
}

type RuleName =
  | 'masked'
  | 'reserved'
  | 'rsv1'
  | 'minimal'
  | 'final'
  | 'controlLength'
  | 'closePayload'
  | 'closeCode'
  | 'closeReason'
  | 'afterClose'
  | 'startLine'
  | 'fields'
  | 'once'
  | 'accept'
  | 'deflate'
  | 'process'
  | 'offered'

export const rules: Readonly<Record<RuleName, Rule>> = {
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
  accept: {
    id: 'head-accept',
    section: 'RFC 6455 section 4.2.2',
    why: 'The Sec-WebSocket-Accept of a 101 is computed from the key, whatever characters of base64 the key has.',
  },
  deflate: {
    id: 'head-deflate-parameters',
    section: 'RFC 7692 section 7.1',
    why: 'A response to permessage-deflate has known parameters, each once and with a value it may have.',
  },
  offered: {
    id: 'head-offered',
    section: 'RFC 6455 section 9.1',
    why: 'A 101 names only a subprotocol and extensions that were offered, and the parameters of permessage-deflate that an offer allows.',
  },
  process: {
    id: 'client-process',
    section: 'RFC 6455 section 10.7',
    why: 'No data crash a client: its process is ended by no signal, and after a closing handshake with 1000 by no error.',
  },
}
