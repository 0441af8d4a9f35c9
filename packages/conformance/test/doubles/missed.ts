import type { End } from '../../src/case.ts'

/** A wrong peer that an earlier edition of the suite passed, and what fails it now: a case, or a rule that is always checked. */
export interface MissedPeer {
  readonly what: string
  readonly ends: readonly End[]
  readonly switches: readonly string[]
  readonly caughtBy: string
  /** It warns of it, where the case is about a MUST and what the peer does instead of failing with the right code about a SHOULD. */
  readonly warns?: true
  /** Where it shows, when that is no case of its own. */
  readonly shownIn?: readonly string[]
}

const both = ['server', 'client'] as const

export const missedPeers: readonly MissedPeer[] = [
  {
    what: 'masks one frame in a hundred wrongly',
    ends: both,
    switches: ['mask-missing-once-in-100'],
    caughtBy: 'always/frame-masked',
    shownIn: ['framing/split/coalesced-300'],
  },
  {
    what: 'a Pong without FIN',
    ends: both,
    switches: ['pong-not-final'],
    caughtBy: 'always/control-final',
    shownIn: ['control/ping-pong/ping-text'],
  },
  {
    what: 'a Close frame without FIN',
    ends: both,
    switches: ['close-not-final'],
    caughtBy: 'always/control-final',
    shownIn: ['closing/codes/code-1000'],
  },
  {
    what: 'RSV2 on long frames only',
    ends: both,
    switches: ['rsv2-on-long-frames'],
    caughtBy: 'always/frame-reserved-bits',
    shownIn: ['framing/length/text-65536'],
  },
  {
    what: 'RSV1 on continuation frames',
    ends: both,
    switches: ['rsv1-on-continuations', 'legal-fragments-of-1'],
    caughtBy: 'always/frame-rsv1',
    shownIn: ['framing/length/text-128'],
  },
  {
    what: 'a Close frame whose length is not minimal',
    ends: both,
    switches: ['close-length-long'],
    caughtBy: 'always/frame-length',
    shownIn: ['closing/codes/code-1000'],
  },
  {
    what: 'a close reason that is not UTF-8',
    ends: both,
    switches: ['close-reason-not-utf8'],
    caughtBy: 'always/close-reason',
    shownIn: ['closing/codes/code-1000'],
  },
  {
    what: 'an unknown deflate parameter in the response',
    ends: ['server'],
    switches: ['deflate-answers-unknown-parameter'],
    caughtBy: 'always/head-deflate-parameters',
    shownIn: ['deflate/good/rfc-hello'],
  },
  {
    what: 'a deflate parameter twice in the response',
    ends: ['server'],
    switches: ['deflate-answers-parameter-twice'],
    caughtBy: 'always/head-deflate-parameters',
    shownIn: ['deflate/good/rfc-hello'],
  },
  {
    what: 'a line without a colon in the response',
    ends: ['server'],
    switches: ['101-line-without-colon'],
    caughtBy: 'always/head-fields',
    shownIn: ['handshake/response/accept'],
  },
  {
    what: 'a space before a colon in the response',
    ends: ['server'],
    switches: ['101-space-before-colon'],
    caughtBy: 'always/head-fields',
    shownIn: ['handshake/response/accept'],
  },
  {
    what: 'a 101 in HTTP/1.0',
    ends: ['server'],
    switches: ['101-in-http-1.0'],
    caughtBy: 'always/head-start-line',
    shownIn: ['handshake/response/accept'],
  },
  {
    what: 'answers server_max_window_bits=8 with 9',
    ends: ['server'],
    switches: ['deflate-answers-9-for-8'],
    caughtBy: 'always/head-offered',
    shownIn: ['deflate/parameters/server-window-8-near'],
  },
  {
    what: 'answers server_max_window_bits=8 with 9',
    ends: ['server'],
    switches: ['deflate-answers-9-for-8'],
    caughtBy: 'deflate/negotiation/window-8-answered',
  },
  {
    what: 'ignores a continuation frame after a compressed message',
    ends: both,
    switches: ['continuation-orphan-after-compressed-ignored'],
    caughtBy: 'deflate/wrong/orphan-after-compressed-final',
  },
  {
    what: 'refuses blanks around an equals sign in an offer',
    ends: ['server'],
    switches: ['blanks-around-equals-refused'],
    caughtBy: 'handshake/extensions/declined-blanks-around-equals',
  },
  {
    what: 'refuses blanks around an equals sign in a response',
    ends: ['client'],
    switches: ['blanks-around-equals-refused'],
    caughtBy: 'response/extensions/deflate-accepted-5',
  },
  {
    what: 'takes the last of two Extensions lines',
    ends: ['client'],
    switches: ['extensions-last-line'],
    caughtBy: 'response/extensions/two-lines-both-offered',
  },
  {
    what: 'takes the last of several Protocol lines',
    ends: ['client'],
    switches: ['subprotocol-last-line'],
    caughtBy: 'response/subprotocol/twice-last-offered',
  },
  {
    what: 'reads two of several Protocol lines',
    ends: ['server'],
    switches: ['third-line-ignored'],
    caughtBy: 'handshake/subprotocol/chosen-last-of-three-lines',
  },
  {
    what: 'reads the last of several Connection lines',
    ends: ['server'],
    switches: ['connection-last-line'],
    caughtBy: 'handshake/connection/connection-first-of-two-lines',
  },
  {
    what: 'reads the last of several Connection lines',
    ends: ['client'],
    switches: ['connection-last-line'],
    caughtBy: 'response/fields/connection-first-of-two-lines',
  },
  {
    what: 'reads the last of several Protocol lines',
    ends: ['server'],
    switches: ['protocol-last-line'],
    caughtBy: 'handshake/subprotocol/chosen-first-of-two-lines',
  },
  {
    what: 'takes an empty fragmented Ping',
    ends: both,
    switches: ['control-fragmented-empty-accepted'],
    caughtBy: 'control/limits/ping-fragmented-empty',
  },
  {
    what: 'reads a plus in the key as a space',
    ends: ['server'],
    switches: ['accept-of-unescaped-key'],
    caughtBy: 'always/head-accept',
    shownIn: ['handshake/key/key-plus-slash'],
  },
  {
    what: 'answers 101 to version 8',
    ends: ['server'],
    switches: ['version-drafts-accepted'],
    caughtBy: 'handshake/version/version-8-is-named-if-spoken',
  },
  { what: 'cuts messages above 4 MiB', ends: both, switches: ['echo-cut-above-4-MiB'], caughtBy: 'volume/size/binary-4194305' },
  { what: 'refuses noncharacters', ends: both, switches: ['utf8-noncharacters-refused'], caughtBy: 'utf8/good/good-U+8FFFE' },
  {
    what: 'loses the rest of a long echo at a Close frame',
    ends: both,
    switches: ['close-cuts-output'],
    caughtBy: 'closing/order/large-then-close-answered',
  },
  {
    what: 'compares 26 of the 28 characters of Sec-WebSocket-Accept',
    ends: ['client'],
    switches: ['accept-first-26-only'],
    caughtBy: 'response/fields/accept-changed-27',
  },
  {
    what: 'takes unmasked frames after the first hundred messages',
    ends: ['server'],
    switches: ['mask-bit-unchecked-after-100'],
    caughtBy: 'masking/unmasked/unmasked-after-300-messages',
  },
  {
    what: 'takes masked frames after the first hundred messages',
    ends: ['client'],
    switches: ['mask-bit-unchecked-after-100'],
    caughtBy: 'masking/masked/masked-after-300-messages',
  },
  {
    what: 'takes RSV3 on an empty data frame',
    ends: both,
    switches: ['rsv3-ignored-when-empty'],
    caughtBy: 'framing/reserved-bits/RSV3-text-empty',
  },
  {
    what: 'validates no close reason above 100 bytes',
    ends: both,
    switches: ['close-reason-checked-to-100'],
    caughtBy: 'utf8/elsewhere/close-reason-late',
    warns: true,
  },
  {
    what: 'validates the first 4 KiB of a compressed text',
    ends: both,
    switches: ['utf8-unchecked-late-when-compressed'],
    caughtBy: 'deflate/wrong/utf8-late',
  },
  { what: 'normalizes text to NFC', ends: both, switches: ['text-normalized'], caughtBy: 'utf8/good/good-decomposed' },
  { what: 'normalizes text to NFD', ends: both, switches: ['text-decomposed'], caughtBy: 'utf8/good/good-composed' },
  { what: 'makes LF of CRLF', ends: both, switches: ['text-crlf-as-lf'], caughtBy: 'utf8/good/good-line-ends' },
]
