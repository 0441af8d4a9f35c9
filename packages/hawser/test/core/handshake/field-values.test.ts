import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isFieldValue,
  isToken,
  MAX_EMPTY_ELEMENTS,
  parseExtensions,
  parseTokenList,
  parseUpgrade,
  quote,
  serializeExtensions,
} from '../../../src/core/handshake/field-values.ts'
import { growth, LINEAR } from '../growth.ts'

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/)
const blank = fc.constantFrom('', ' ', '\t', '  ', ' \t ')

test('a token is one or more tchar [RFC 9110 §5.6.2, RC14]', () => {
  for (let code = 0; code < 0x180; code++) {
    const character = String.fromCharCode(code)
    assert.equal(isToken(character), /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(character), String(code))
  }
  assert.equal(isToken(''), false)
  assert.equal(isToken('\ud83d\ude00'), false)
})

test('a field value has no control character but HTAB and nothing above U+00FF [RFC 9110 §5.5]', () => {
  assert.equal(isFieldValue('a\tb \xff'), true)
  for (const bad of ['\r', '\n', '\0', '\x7f', '\x1b', '\u0100', '\u2028']) assert.equal(isFieldValue(`a${bad}`), false)
})

test('lists: whitespace, empty elements and several lines do not matter [RFC 9110 §5.6.1.2, H6]', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(blank, token, blank), { minLength: 1, maxLength: 10 }),
      fc.nat(9),
      fc.array(fc.nat(10), { maxLength: 5 }),
      (parts, cut, empties) => {
        const written = parts.map(([before, name, after]) => before + name + after)
        for (const position of empties) written.splice(position % (written.length + 1), 0, '')
        const split = cut % (written.length + 1)
        const lines = [written.slice(0, split).join(','), written.slice(split).join(',')]
        assert.deepEqual(parseTokenList(lines), { ok: true, value: parts.map(([, name]) => name) })
        assert.deepEqual(parseTokenList([written.join(',')]), { ok: true, value: parts.map(([, name]) => name) })
      },
    ),
  )
})

test('empty elements are accepted up to a number, over all lines of a field together [H6]', () => {
  assert.equal(parseTokenList([`${','.repeat(MAX_EMPTY_ELEMENTS)}a`]).ok, true)
  assert.equal(parseTokenList([`${','.repeat(MAX_EMPTY_ELEMENTS + 1)}a`]).ok, false)
  assert.equal(parseTokenList([...Array.from({ length: MAX_EMPTY_ELEMENTS + 1 }, () => ''), 'a']).ok, false)
})

test('a list without elements is an error, and errors have their position [RS1]', () => {
  for (const lines of [[], [''], [' , ,'], ['', '']]) assert.deepEqual(parseTokenList(lines), { ok: false, message: 'the list has no element' })
  assert.deepEqual(parseTokenList(['ab, c d']), { ok: false, message: 'expected a separator at character 7, found "d"' })
  assert.deepEqual(parseTokenList(['a, (']), { ok: false, message: 'expected a token at character 4, found "("' })
})

test('members of Upgrade are names with an optional version [RFC 9110 §7.8, H1]', () => {
  assert.deepEqual(parseUpgrade(['HTTP/2.0, SHTTP/1.3', 'IRC/6.9,websocket']), {
    ok: true,
    value: [
      { name: 'HTTP', version: '2.0' },
      { name: 'SHTTP', version: '1.3' },
      { name: 'IRC', version: '6.9' },
      { name: 'websocket', version: undefined },
    ],
  })
  for (const value of ['websocket/', '/1', 'a/b/c', 'a /b', 'a/ b']) assert.equal(parseUpgrade([value]).ok, false, value)
})

test('extensions with their parameters, quoted or not, with the whitespace that RFC 6455 section 9.1 implies [RC15]', () => {
  assert.deepEqual(parseExtensions(['foo, bar; baz=2', 'a ; b = "c" ;d="\\e\\f", foo']), {
    ok: true,
    value: [
      { name: 'foo', parameters: [] },
      { name: 'bar', parameters: [['baz', '2']] },
      {
        name: 'a',
        parameters: [
          ['b', 'c'],
          ['d', 'ef'],
        ],
      },
      { name: 'foo', parameters: [] },
    ],
  })
})

test('a quoted value must be a token once unquoted [RFC 6455 §9.1, RC15]', () => {
  for (const value of ['a; b=""', 'a; b="c d"', 'a; b="c,d"', 'a; b="\\""', 'a; b="c', 'a; b="c\\', 'a; b="c"d', 'a; "b"=c', '"a"'])
    assert.equal(parseExtensions([value]).ok, false, value)
  assert.match((parseExtensions(['a; b="c, d']) as { message: string }).message, /closing quote/)
})

test('names such as __proto__, constructor and hasOwnProperty are ordinary tokens in extensions and parameters [RS4, GHSA-5v72-xg48-5rpm]', () => {
  assert.deepEqual(parseExtensions(['constructor; __proto__=toString; hasOwnProperty']), {
    ok: true,
    value: [
      {
        name: 'constructor',
        parameters: [
          ['__proto__', 'toString'],
          ['hasOwnProperty', true],
        ],
      },
    ],
  })
})

test('a serialized value parses to the same value [RFC 6455 §9.1, RS10]', () => {
  const parameter = fc.tuple(token, fc.oneof(token, fc.constant<true>(true)))
  fc.assert(
    fc.property(
      fc.array(fc.record({ name: token, parameters: fc.array(parameter, { maxLength: 4 }) }, { noNullPrototype: true }), {
        minLength: 1,
        maxLength: 5,
      }),
      (elements) => {
        assert.deepEqual(parseExtensions([serializeExtensions(elements)]), { ok: true, value: elements })
      },
    ),
  )
})

test('bytes 0x80 to 0xFF end a list with an error and no exception (RS1)', () => {
  for (let code = 0x80; code <= 0xff; code++) {
    for (const value of [String.fromCharCode(code), `a${String.fromCharCode(code)}`, `a; b="${String.fromCharCode(code)}"`])
      assert.equal(parseExtensions([value]).ok, false)
  }
})

test('text from a peer is shown as printable ASCII of bounded length', () => {
  assert.equal(quote('a"\x80\r\n'), '"a"\\x80\\x0d\\x0a"')
  assert.ok(quote('x'.repeat(10_000)).length < 70)
})

for (const [what, make] of [
  ['spaces', (size: number) => `a,${' '.repeat(size)}b`],
  ['spaces before the end', (size: number) => `a${' '.repeat(size)}`],
  ['commas', (size: number) => ','.repeat(size)],
  ['an unclosed quoted-string of quoted pairs', (size: number) => `a; b="${'\\c'.repeat(size / 2)}`],
  ['a closed one', (size: number) => `a; b="${'\\c'.repeat(size / 2)}"`],
  ['parameters', (size: number) => `a${';b=c'.repeat(size / 4)}`],
  ['elements', (size: number) => 'a,'.repeat(size / 2)],
  ['alternating spaces and tabs', (size: number) => `a;${' \t'.repeat(size / 2)}b`],
  ['one token', (size: number) => 'a'.repeat(size)],
] as const) {
  test(`64 KB of ${what} takes linear time [RS14, CVE-2021-32640, CVE-2020-7662, CVE-2020-7663]`, () => {
    assert.ok(growth((size) => void [parseExtensions([make(size)]), parseTokenList([make(size)]), parseUpgrade([make(size)])]) < LINEAR)
  })
}
