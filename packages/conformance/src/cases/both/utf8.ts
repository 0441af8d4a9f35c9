import type { Bytes } from '../../specs.ts'
import { binary, close, continuation, echoBinary, echoText, fails, fragments, open, ping, send, text } from '../rows.ts'
import type { Row, Table } from '../rows.ts'

const good: [string, string][] = [
  ['U+0000', '00'],
  ['U+007F', '7f'],
  ['U+0080', 'c280'],
  ['U+07FF', 'dfbf'],
  ['U+0800', 'e0a080'],
  ['U+0FFF', 'e0bfbf'],
  ['U+1000', 'e18080'],
  ['U+CFFF', 'ecbfbf'],
  ['U+D7FF', 'ed9fbf'],
  ['U+E000', 'ee8080'],
  ['U+FEFF', 'efbbbf'],
  ['U+FFFD', 'efbfbd'],
  ['U+FFFE', 'efbfbe'],
  ['U+FFFF', 'efbfbf'],
  ['U+10000', 'f0908080'],
  ['U+1FFFF', 'f09fbfbf'],
  ['U+3FFFF', 'f0bfbfbf'],
  ['U+40000', 'f1808080'],
  ['U+FFFFF', 'f3bfbfbf'],
  ['U+100000', 'f4808080'],
  ['U+10FFFF', 'f48fbfbf'],
]

/** Ill-formed by RFC 3629; the table of the Unicode standard (3-7) row by row. */
const bad: [string, string, string][] = [
  ['continuation-80', '80', 'a continuation byte that continues nothing'],
  ['continuation-bf', 'bf', 'the last continuation byte that continues nothing'],
  ['continuation-2', '80bf', 'two continuation bytes that continue nothing'],
  ['overlong-c0-80', 'c080', 'an overlong form of U+0000'],
  ['overlong-c0-af', 'c0af', 'an overlong form of the slash'],
  ['overlong-c1-bf', 'c1bf', 'an overlong form of U+007F'],
  ['overlong-e0-80-80', 'e08080', 'an overlong form of U+0000 in three bytes'],
  ['overlong-e0-80-af', 'e080af', 'an overlong form of the slash in three bytes'],
  ['overlong-e0-9f-bf', 'e09fbf', 'an overlong form of U+07FF'],
  ['overlong-f0-80-80-80', 'f0808080', 'an overlong form of U+0000 in four bytes'],
  ['overlong-f0-80-80-af', 'f08080af', 'an overlong form of the slash in four bytes'],
  ['overlong-f0-8f-bf-bf', 'f08fbfbf', 'an overlong form of U+FFFF'],
  ['five-bytes', 'f888808080', 'the five-byte form that Unicode gave up'],
  ['five-bytes-overlong', 'f880808080', 'an overlong five-byte form'],
  ['six-bytes', 'fc8480808080', 'the six-byte form that Unicode gave up'],
  ['six-bytes-last', 'fdbfbfbfbfbf', 'the last six-byte form'],
  ['surrogate-d800', 'eda080', 'the first high surrogate'],
  ['surrogate-dbff', 'edafbf', 'the last high surrogate'],
  ['surrogate-dc00', 'edb080', 'the first low surrogate'],
  ['surrogate-dfff', 'edbfbf', 'the last low surrogate'],
  ['surrogate-pair', 'eda080edb080', 'a pair of surrogates, each by itself (CESU-8)'],
  ['beyond-110000', 'f4908080', 'U+110000, the first code point that there is not'],
  ['beyond-13ffff', 'f4bfbfbf', 'U+13FFFF'],
  ['beyond-f5', 'f5808080', 'the byte F5, which begins nothing'],
  ['beyond-f7', 'f7bfbfbf', 'the byte F7, which begins nothing'],
  ['byte-fe', 'fe', 'the byte FE'],
  ['byte-ff', 'ff', 'the byte FF'],
  ['byte-fe-ff', 'feff', 'a byte order mark of UTF-16'],
  ['truncated-2-of-2', 'c3', 'the first byte of a two-byte character'],
  ['truncated-1-of-3', 'e2', 'the first byte of a three-byte character'],
  ['truncated-2-of-3', 'e282', 'two bytes of a three-byte character'],
  ['truncated-1-of-4', 'f0', 'the first byte of a four-byte character'],
  ['truncated-2-of-4', 'f09f', 'two bytes of a four-byte character'],
  ['truncated-3-of-4', 'f09f98', 'three bytes of a four-byte character'],
  ['broken-2-by-ascii', 'c341', 'a two-byte character broken off by a letter'],
  ['broken-2-by-start', 'c3c3a9', 'a two-byte character broken off by another'],
  ['broken-3-at-2', 'e24182', 'a three-byte character whose second byte is a letter'],
  ['broken-3-at-3', 'e28228', 'a three-byte character whose third byte is a parenthesis'],
  ['broken-4-at-2', 'f0288cbc', 'a four-byte character whose second byte is a parenthesis'],
  ['broken-4-at-3', 'f09028bc', 'a four-byte character whose third byte is a parenthesis'],
  ['broken-4-at-4', 'f0908c28', 'a four-byte character whose fourth byte is a parenthesis'],
]

const unchanged: [string, string, string][] = [
  ['decomposed', 'e\u0301 A\u030a \u1100\u1161', 'Letters with combining characters come back as they are: nothing is normalized to NFC.'],
  ['composed', '\u00e9 \u212b \ufb01 \uac00', 'Composed characters and ligatures come back as they are: nothing is normalized to NFD or NFKC.'],
  ['line-ends', 'a\r\nb\nc\rd\u2028e\r\n', 'A text is no file: CRLF, LF and CR come back as they are.'],
]

/** The last two code points of each plane are for internal use and nevertheless good UTF-8 (RFC 3629), like U+FDD0 to U+FDEF. */
function noncharacterRows(): Row[] {
  const known = new Set(good.map(([id]) => id))
  const ends = Array.from({ length: 17 }, (_, plane) => [plane * 0x1_0000 + 0xfffe, plane * 0x1_0000 + 0xffff]).flat()
  const rows = ends.map((code): Row => {
    const character = String.fromCodePoint(code)
    const name = `U+${code.toString(16).toUpperCase()}`
    return { id: `good-${name}`, why: `${name} is a noncharacter, and good UTF-8.`, steps: [open, send([text(character)]), echoText(character)] }
  })
  const arabic = String.fromCodePoint(...Array.from({ length: 32 }, (_, index) => 0xfdd0 + index))
  return [
    ...rows.filter(({ id }) => !known.has(id.slice('good-'.length))),
    {
      id: 'good-U+FDD0-to-U+FDEF',
      why: 'The 32 noncharacters in a block of Arabic are good UTF-8.',
      steps: [open, send([text(arabic)]), echoText(arabic)],
    },
  ]
}

function goodRows(): Row[] {
  const rows: Row[] = good.map(([id, hex]) => ({
    id: `good-${id}`,
    why: `${id} is a good character, and comes back as the same bytes.`,
    steps: [open, send([text({ hex })]), echoText({ hex })],
  }))
  const mixed = 'Hello-µ@ßöäüàá-κόσμε-😀👩‍🚀-end'
  rows.push(
    { id: 'good-mixed', why: 'Characters of one to four bytes in one text.', steps: [open, send([text(mixed)]), echoText(mixed)] },
    {
      id: 'good-mixed-bytewise-fragments',
      why: 'Each byte of a text may be a fragment.',
      steps: [open, send(fragments(1, mixed, everyByte(mixed))), echoText(mixed)],
    },
    {
      id: 'good-mixed-bytewise-segments',
      why: 'Each byte of a text may be a segment.',
      steps: [open, send([text(mixed)], { every: 1 }), echoText(mixed)],
    },
    {
      id: 'good-long',
      why: 'Characters lie across every boundary of a long text.',
      steps: [open, send([text({ fill: 'aé€😀', length: 100_000 })]), echoText({ fill: 'aé€😀', length: 100_000 })],
    },
  )
  for (const [id, whole, why] of unchanged) rows.push({ id: `good-${id}`, why, steps: [open, send([text(whole)]), echoText(whole)] })
  for (const [name, character] of [
    ['2', 'é'],
    ['3', '€'],
    ['4', '😀'],
  ] as const) {
    const whole = `-${character}-`
    for (let at = 2; at <= Buffer.byteLength(character); at++) {
      rows.push(
        {
          id: `good-${name}-byte-fragment-at-${at - 1}`,
          why: `A ${name}-byte character may lie in two fragments.`,
          steps: [open, send(fragments(1, whole, [at])), echoText(whole)],
        },
        {
          id: `good-${name}-byte-fragment-at-${at - 1}-empty-between`,
          why: `An empty fragment may lie inside a ${name}-byte character.`,
          steps: [open, send(fragments(1, whole, [at, at])), echoText(whole)],
        },
      )
    }
  }
  return rows
}

function everyByte(whole: string): number[] {
  return Array.from({ length: Buffer.byteLength(whole) - 1 }, (_, index) => index + 1)
}

function badRows(): Row[] {
  return bad.flatMap(([id, hex, what]) => [
    { id: `bad-${id}`, why: `A text that is ${what} fails the connection.`, steps: [open, send([text({ hex })]), fails(1007)] },
    {
      id: `bad-${id}-embedded`,
      why: `A text with ${what} between good characters fails the connection.`,
      steps: [open, send([text({ concat: ['κόσμε', { hex }, 'edited'] })]), fails(1007)],
    },
  ])
}

function badPlaceRows(): Row[] {
  const rows: Row[] = [
    {
      id: 'bad-in-second-fragment',
      why: 'Every fragment is validated, not only the first.',
      steps: [open, send([text('good', { fin: false }), continuation({ hex: 'ff' })]), fails(1007)],
    },
    {
      id: 'bad-across-fragments',
      why: 'A character that the next fragment breaks off is wrong although each fragment could begin a good text.',
      steps: [open, send([text({ hex: 'e2 82' }, { fin: false }), continuation('A')]), fails(1007)],
    },
    {
      id: 'bad-truncated-by-empty-last-fragment',
      why: 'A text ends with its last fragment, even an empty one: the character is incomplete.',
      steps: [open, send([text({ hex: 'e2 82' }, { fin: false }), continuation('')]), fails(1007)],
    },
    {
      id: 'bad-surrogate-across-fragments',
      why: 'A surrogate is wrong although its bytes come in two fragments.',
      steps: [open, send([text({ hex: 'ed' }, { fin: false }), continuation({ hex: 'a080' })]), fails(1007)],
    },
    {
      id: 'bad-overlong-across-fragments',
      why: 'An overlong form is wrong although its bytes come in two fragments.',
      steps: [open, send([text({ hex: 'f0' }, { fin: false }), continuation({ hex: '8080af' })]), fails(1007)],
    },
    {
      id: 'bad-beyond-across-fragments',
      why: 'A code point beyond U+10FFFF is wrong although its bytes come in two fragments.',
      steps: [open, send([text({ hex: 'f4' }, { fin: false }), continuation({ hex: '908080' })]), fails(1007)],
    },
    {
      id: 'bad-bytewise',
      why: 'The fault is found wherever the segments end.',
      steps: [open, send([text({ concat: ['ok €', { hex: 'c080' }, ' not'] })], { every: 1 }), fails(1007)],
    },
    {
      id: 'bad-after-ping',
      why: 'A Ping between fragments does not make validation begin anew.',
      steps: [open, send([text({ hex: 'e2' }, { fin: false }), ping('p')]), { expect: 'pong', payload: 'p' }, send([continuation('A')]), fails(1007)],
    },
    {
      id: 'bad-late-in-long',
      why: 'A fast path over ASCII still finds the one wrong byte at the end.',
      steps: [open, send([text({ concat: [{ fill: 'a', length: 70_000 }, { hex: 'ff' }] })]), fails(1007)],
    },
    {
      id: 'bad-second-message',
      why: 'Each message is validated by itself: what the first leaves does not help the second.',
      steps: [open, send([text('€')]), echoText('€'), send([text({ hex: 'ac' })]), fails(1007)],
    },
  ]
  for (const [name, length] of [
    ['64', 64],
    ['4096', 4096],
    ['65536', 65536],
  ] as const) {
    rows.push({
      id: `bad-truncated-at-${name}`,
      why: `A character cut off at byte ${name} of a text is incomplete.`,
      steps: [open, send([text({ concat: [{ fill: 'a', length: length - 2 }, { hex: 'f09f' }] })]), fails(1007)],
    })
  }
  return rows
}

function failFastRows(): Row[] {
  const partial: [string, Bytes][] = [
    ['ff', { hex: 'ff' }],
    ['surrogate', { hex: 'eda080' }],
    ['overlong', { hex: 'c0' }],
    ['beyond', { hex: 'f490' }],
  ]
  return partial.flatMap(([id, payload]): Row[] => [
    {
      id: `fail-fast-fragment-${id}`,
      level: 'info',
      why: 'The first fragment shows the fault; an endpoint may fail at once or wait for the end of the message.',
      steps: [open, send([text(payload, { fin: false })]), fails(1007)],
    },
    {
      id: `fail-fast-segment-${id}`,
      level: 'info',
      why: 'The first bytes of the frame show the fault; an endpoint may fail before the rest comes.',
      steps: [open, send([text(payload, { lengthForm: 16, lengthHex: '80' })]), fails(1007)],
    },
  ])
}

function elsewhereRows(): Row[] {
  return [
    ...[
      ['ff', 'fffefd'],
      ['surrogate', 'eda080'],
      ['truncated', 'e282'],
      ['overlong', 'c080'],
    ].map(([id, hex]) => ({
      id: `binary-${id}`,
      why: 'Binary messages are not text: any bytes go through.',
      steps: [open, send([binary({ hex: hex! })]), echoBinary({ hex: hex! })],
    })),
    {
      id: 'binary-fragmented-bad-utf8',
      why: 'A continuation frame has the type of its message: binary is not validated.',
      steps: [open, send([binary({ hex: 'ff' }, { fin: false }), continuation({ hex: 'fe' })]), echoBinary({ hex: 'fffe' })],
    },
    ...bad
      .filter(([id]) => /^(?:continuation-80|overlong-c0-af|surrogate-d800|beyond-110000|byte-ff|truncated-2-of-3|broken-3-at-3)$/.test(id))
      .map(([id, hex, what]) => ({
        id: `close-reason-${id}`,
        section: 'RFC 6455 section 5.5.1',
        why: `A close reason is UTF-8: one with ${what} fails the connection.`,
        steps: [open, send([close(1000, { concat: ['bye ', { hex }] })]), fails(1007, 1002)],
      })),
    {
      id: 'close-reason-late',
      section: 'RFC 6455 section 5.5.1',
      why: 'The longest close reason is UTF-8 up to its last byte.',
      steps: [open, send([close(1000, { concat: [{ fill: 'r', length: 122 }, { hex: 'ff' }] })]), fails(1007, 1002)],
    },
  ]
}

export const utf8Tables: readonly Table[] = [
  { area: 'utf8/good', section: 'RFC 6455 section 5.6', rows: [...goodRows(), ...noncharacterRows()] },
  { area: 'utf8/bad', section: 'RFC 6455 section 8.1', rows: [...badRows(), ...badPlaceRows()] },
  { area: 'utf8/fail-fast', section: 'RFC 6455 section 8.1', rows: failFastRows() },
  { area: 'utf8/elsewhere', section: 'RFC 6455 section 5.6', rows: elsewhereRows() },
]
