/**
 * The case numbers of the Autobahn|Testsuite, and the cases here that check the same rule with the same or stricter input. A number has several
 * cases where this suite looks at them apart; several numbers share cases where they differ only in a figure that no rule knows.
 */

/** One row: the numbers from `prefix.1` to `prefix.count`, or the number `prefix` alone, and patterns of ids. */
type Row = readonly [prefix: string, count: number | undefined, patterns: readonly string[]]

const one = (number: string, ...patterns: string[]): Row => [number, undefined, patterns]
const all = (prefix: string, count: number, ...patterns: string[]): Row => [prefix, count, patterns]
/** `prefix.1` is the first, and so on. */
const each = (prefix: string, ...patterns: readonly (string | readonly string[])[]): Row[] =>
  patterns.map((pattern, index) => one(`${prefix}.${index + 1}`, ...[pattern].flat()))

const lengths = ['0', '125', '126', '127', '128', '65535', '65536']
const codes = ['1000', '1001', '1002', '1003', '1007', '1008', '1009', '1010', '1011', '3000', '3999', '4000', '4999']

const framing: readonly Row[] = [
  ...each('1.1', ...lengths.map((length) => `framing/length/text-${length}`), 'limits/chopped/chopped-1024'),
  ...each('1.2', ...lengths.map((length) => `framing/length/binary-${length}`), 'limits/chopped/chopped-1024'),
  ...each(
    '2',
    'control/ping-pong/ping-empty',
    'control/ping-pong/ping-text',
    'control/ping-pong/ping-not-utf8',
    'control/ping-pong/ping-125',
    'control/limits/ping-too-long-126',
    'control/ping-pong/ping-bytewise',
    'control/ping-pong/pong-unsolicited-empty',
    'control/ping-pong/pong-unsolicited-text',
    'control/ping-pong/pong-unsolicited-text-then-ping',
    'control/ping-pong/ping-10-in-turn',
    'control/ping-pong/ping-10-at-once',
  ),
  ...each(
    '3',
    'framing/reserved-bits/RSV3-text',
    'framing/reserved-bits/RSV2-text',
    'framing/reserved-bits/RSV2+3-text',
    'framing/reserved-bits/RSV1-text',
    'framing/reserved-bits/RSV1+3-binary',
    'framing/reserved-bits/RSV1+2-ping',
    'framing/reserved-bits/RSV1+2+3-close',
  ),
  ...each(
    '4.1',
    'framing/reserved-opcode/0x3-empty',
    'framing/reserved-opcode/0x4-payload',
    'framing/reserved-opcode/0x5-after-message',
    'framing/reserved-opcode/0x6-after-message',
    'framing/reserved-opcode/0x7-after-message',
  ),
  ...each(
    '4.2',
    'framing/reserved-opcode/0xb-empty',
    'framing/reserved-opcode/0xc-payload',
    'framing/reserved-opcode/0xd-after-message',
    'framing/reserved-opcode/0xe-after-message',
    'framing/reserved-opcode/0xf-after-message',
  ),
]

const fragmentation: readonly Row[] = [
  ...each(
    '5',
    'control/limits/ping-fragmented-continued',
    'control/limits/pong-fragmented-continued',
    'fragmentation/good/text-2',
    'fragmentation/good/text-2',
    'fragmentation/good/text-2-bytewise-segments',
    'control/interleaved/ping-between-fragments',
    'control/interleaved/ping-between-fragments',
    'control/interleaved/ping-between-fragments',
    'fragmentation/wrong/orphan-final-data',
    'fragmentation/wrong/orphan-final-data',
    'fragmentation/wrong/orphan-final-data',
    'fragmentation/wrong/orphan-not-final-data',
    'fragmentation/wrong/orphan-not-final-data',
    'fragmentation/wrong/orphan-not-final-data',
    'fragmentation/wrong/orphan-after-fragmented-not-final-data',
    'fragmentation/wrong/orphan-not-final-data',
    'fragmentation/wrong/orphan-final-data',
    'fragmentation/wrong/text-final-inside-text',
    'control/interleaved/ping-between-every-fragment',
    'control/interleaved/ping-between-every-fragment',
  ),
]

const utf8: readonly Row[] = [
  ...each('6.1', 'framing/length/text-0', 'fragmentation/good/all-empty-text', 'fragmentation/good/text-middle-empty'),
  ...each(
    '6.2',
    'utf8/good/good-mixed',
    'utf8/good/good-2-byte-fragment-at-1',
    'utf8/good/good-mixed-bytewise-fragments',
    'utf8/good/good-mixed-bytewise-fragments',
  ),
  ...each('6.3', 'utf8/bad/bad-surrogate-d800-embedded', 'utf8/bad/bad-bytewise'),
  ...each(
    '6.4',
    'utf8/fail-fast/fail-fast-fragment-*',
    'utf8/fail-fast/fail-fast-fragment-*',
    'utf8/fail-fast/fail-fast-segment-*',
    'utf8/fail-fast/fail-fast-segment-*',
  ),
  all('6.5', 5, 'utf8/good/good-mixed'),
  all('6.6', 11, 'utf8/good/good-mixed', 'utf8/bad/bad-truncated-?-of-?'),
  ...each('6.7', ...['0000', '0080', '0800', '10000'].map((point) => `utf8/good/good-U+${point}`)),
  ...each('6.8', 'utf8/bad/bad-five-bytes', 'utf8/bad/bad-six-bytes'),
  ...each('6.9', ...['007F', '07FF', 'FFFF', '10FFFF'].map((point) => `utf8/good/good-U+${point}`)),
  ...each('6.10', 'utf8/bad/bad-beyond-f7', 'utf8/bad/bad-five-bytes', 'utf8/bad/bad-six-bytes-last'),
  ...each('6.11', ...['D7FF', 'E000', 'FFFD', '10FFFF'].map((point) => `utf8/good/good-U+${point}`), 'utf8/bad/bad-beyond-110000'),
  ...each('6.12', 'utf8/bad/bad-continuation-80', 'utf8/bad/bad-continuation-bf', ...Array.from({ length: 6 }, () => 'utf8/bad/bad-continuation-2')),
  ...each(
    '6.13',
    'utf8/bad/bad-broken-2-by-ascii',
    'utf8/bad/bad-broken-3-at-2',
    'utf8/bad/bad-broken-4-at-2',
    'utf8/bad/bad-five-bytes',
    'utf8/bad/bad-six-bytes',
  ),
  all('6.14', 10, 'utf8/bad/bad-truncated-?-of-?'),
  all('6.15', 1, 'utf8/bad/bad-broken-2-by-start'),
  ...each('6.16', 'utf8/bad/bad-byte-fe', 'utf8/bad/bad-byte-ff', 'utf8/bad/bad-byte-fe-ff'),
  ...each(
    '6.17',
    'utf8/bad/bad-overlong-c0-af',
    'utf8/bad/bad-overlong-e0-80-af',
    'utf8/bad/bad-overlong-f0-80-80-af',
    'utf8/bad/bad-five-bytes-overlong',
    'utf8/bad/bad-six-bytes',
  ),
  ...each(
    '6.18',
    'utf8/bad/bad-overlong-c1-bf',
    'utf8/bad/bad-overlong-e0-9f-bf',
    'utf8/bad/bad-overlong-f0-8f-bf-bf',
    'utf8/bad/bad-five-bytes-overlong',
    'utf8/bad/bad-six-bytes',
  ),
  ...each(
    '6.19',
    'utf8/bad/bad-overlong-c0-80',
    'utf8/bad/bad-overlong-e0-80-80',
    'utf8/bad/bad-overlong-f0-80-80-80',
    'utf8/bad/bad-five-bytes-overlong',
    'utf8/bad/bad-six-bytes',
  ),
  ...each('6.20', ...['d800', 'dbff', 'dbff', 'dbff', 'dc00', 'dfff', 'dfff'].map((half) => `utf8/bad/bad-surrogate-${half}`)),
  all('6.21', 8, 'utf8/bad/bad-surrogate-pair'),
  all('6.22', 34, 'utf8/good/good-U+*FFFE', 'utf8/good/good-U+*FFFF'),
  all('6.23', 7, 'utf8/good/good-U+FFF?'),
]

const closing: readonly Row[] = [
  ...each(
    '7.1',
    'closing/order/message-then-close',
    'closing/order/close-after-close',
    'closing/order/ping-after-close',
    'closing/order/text-after-close',
    'control/interleaved/close-between-fragments',
    'closing/order/large-text-after-close',
  ),
  ...each(
    '7.3',
    'closing/payload/empty',
    'closing/payload/one-byte-03',
    'closing/codes/code-1000',
    'closing/payload/reason-text',
    'closing/payload/reason-123',
    'control/limits/close-too-long-126',
  ),
  all('7.5', 1, 'utf8/elsewhere/close-reason-*'),
  ...each('7.7', ...codes.map((code) => `closing/codes/code-${code}`)),
  ...each('7.9', ...['0', '999', '1004', '1005', '1006', '1016', '1100', '2000', '2999'].map((code) => `closing/codes/code-${code}-*`)),
  ...each('7.13', 'closing/codes/code-5000-open', 'closing/codes/code-65535-open'),
]

const limits: readonly Row[] = [
  all('9.1', 6, 'limits/large/text-*'),
  all('9.2', 6, 'limits/large/binary-*'),
  all('9.3', 9, 'limits/large/fragments-*'),
  all('9.4', 9, 'limits/large/fragments-*'),
  all('9.5', 6, 'limits/chopped/*'),
  all('9.6', 6, 'limits/chopped/*'),
  all('10.1', 1, 'fragmentation/good/binary-4-of-65536'),
]

const deflate = (name: string): string => `deflate/parameters/${name}-*`

const compression: readonly Row[] = [
  ...['12.1', '12.2', '12.3', '12.4', '12.5'].map((prefix) => all(prefix, 18, 'deflate/good', deflate('default'))),
  all('13.1', 18, deflate('default')),
  all('13.2', 18, deflate('no-takeover')),
  all('13.3', 18, deflate('server-window-9')),
  all('13.4', 18, deflate('server-window-15')),
  all('13.5', 18, deflate('windows-9-no-takeover')),
  all('13.6', 18, deflate('server-window-15'), deflate('no-takeover')),
  all('13.7', 18, deflate('server-window-9'), deflate('windows-9-no-takeover')),
]

/** The numbers with the patterns of their cases. 9.7 and 9.8, which measure round trips and judge nothing, have none. */
export const autobahnNumbers: ReadonlyMap<string, readonly string[]> = new Map(
  [framing, fragmentation, utf8, closing, limits, compression].flat().flatMap(([prefix, count, patterns]) => {
    const numbers = count === undefined ? [prefix] : Array.from({ length: count }, (_, index) => `${prefix}.${index + 1}`)
    return numbers.map((number) => [number, patterns] as const)
  }),
)
