import type { FieldCheck } from '../../case.ts'
import type { RequestSpec } from '../../specs.ts'
import type { Row } from '../rows.ts'
import { answers } from './answer-response.ts'
import { refuses } from './request-rows.ts'

export function subprotocolRows(): Row[] {
  const chosen: FieldCheck = { field: 'Sec-WebSocket-Protocol', is: 'equals', value: '{subprotocol}' }
  const none: FieldCheck = { field: 'Sec-WebSocket-Protocol', is: 'absent' }
  const offer = (value: string | readonly string[]): RequestSpec => ({ set: { 'Sec-WebSocket-Protocol': value } })
  const found: [string, string | readonly string[], string][] = [
    ['only', '{subprotocol}', 'It is the only one.'],
    ['first', '{subprotocol}, not-known', 'It is the first of two.'],
    ['last', 'not-known, {subprotocol}', 'It is the last of two.'],
    ['no-space', 'not-known,{subprotocol}', 'A list needs no space.'],
    ['white-space', ' \tnot-known \t,\t {subprotocol}\t', 'White space around elements is optional.'],
    ['empty-elements', 'not-known,,{subprotocol},', 'Empty elements are to be accepted.'],
    ['two-lines', ['not-known', '{subprotocol}'], 'The field may be split over lines in a request.'],
    ['first-of-two-lines', ['{subprotocol}', 'not-known'], 'All lines of the field are one list, the first one too.'],
    ['last-of-three-lines', ['not-known', 'other, another', '{subprotocol}'], 'All lines of the field are one list.'],
    ['among-50', `${Array.from({ length: 50 }, (_, index) => `other-${index}`).join(', ')}, {subprotocol}`, 'A long list is read to its end.'],
    ['after-token-characters', "!#$%&'*+-.^_`|~09azAZ, {subprotocol}", 'Every token character may be in a name.'],
    ['after-prototype', '__proto__, constructor, {subprotocol}', 'Names of object properties are ordinary tokens.'],
  ]
  const notFound: [string, string, string][] = [
    ['unknown', 'not-known', 'a name nobody knows'],
    ['upper-case', '{subprotocol-upper}', 'the name in other letters: names are case-sensitive'],
    ['prefix', '{subprotocol}x', 'a longer name'],
    ['proto', '__proto__', 'a property every object has'],
    ['constructor', 'constructor', 'a property every object has'],
    ['to-string', 'toString, hasOwnProperty, valueOf', 'properties every object has'],
  ]
  const malformed: [string, string, string][] = [
    ['space-inside', 'chat superchat', 'two words'],
    ['slash', 'a/b', 'a separator'],
    ['quoted', '"{subprotocol}"', 'a quoted string'],
    ['semicolon', '{subprotocol}; v=1', 'a parameter'],
    ['at', 'a@b', 'a separator'],
    ['control', 'a\x01b', 'a control character'],
    ['8-bit', 'caf\xe9', 'a byte beyond ASCII'],
    ['colon', 'urn:x', 'a separator'],
    ['parenthesis', 'a(b)', 'a comment'],
  ]
  return [
    ...found.map(
      ([id, value, why]): Row => ({
        id: `chosen-${id}`,
        requires: ['subprotocols'],
        requirements: ['RS9', 'H6'],
        why,
        steps: answers([chosen], offer(value)),
      }),
    ),
    {
      id: 'client-order-or-server-order',
      level: 'info',
      requires: ['subprotocols'],
      requirements: ['RS9'],
      why: 'The client’s list is in its order of preference; the choice is the server’s.',
      steps: answers(
        [{ field: 'Sec-WebSocket-Protocol', is: 'equals', value: '{subprotocol-second}' }],
        offer('{subprotocol-second}, {subprotocol}'),
      ),
    },
    {
      id: 'answer-once',
      requires: ['subprotocols'],
      requirements: ['RS12'],
      section: 'RFC 6455 section 11.3.4',
      why: 'The response has one Sec-WebSocket-Protocol.',
      steps: answers([{ field: 'Sec-WebSocket-Protocol', is: 'once' }], offer('{subprotocol}, {subprotocol-second}')),
    },
    ...notFound.map(
      ([id, value, what]): Row => ({
        id: `none-${id}`,
        ...(value.includes('{') ? { requires: ['subprotocols'] } : {}),
        requirements: ['RS9', 'S12.23', 'S12.20'],
        why: `Nothing matches ${what}: a server goes on without the field, or refuses, and never answers a name of its own.`,
        steps: [
          { do: 'request', request: offer(value) },
          { expect: 'response', status: 'open-or-error', checks: [none] },
        ],
      }),
    ),
    {
      id: 'none-policy',
      level: 'info',
      requirements: ['S12.23'],
      why: 'Whether a server goes on when nothing matches is its policy.',
      steps: answers([none], offer('not-known')),
    },
    ...malformed.map(
      ([id, value, what]): Row => ({
        id: `malformed-${id}`,
        requirements: ['RS1'],
        section: 'RFC 6455 section 4.2.1',
        why: `The list does not match the grammar, it has ${what}: the request is refused.`,
        steps: refuses(offer(value)),
      }),
    ),
    {
      id: 'empty',
      level: 'info',
      requirements: ['RS1'],
      why: 'A Sec-WebSocket-Protocol without a name breaks 1#token; most take it for none.',
      steps: answers([none], offer('')),
    },
    {
      id: 'twice-the-same',
      level: 'info',
      requirements: ['RC14'],
      why: 'The client must not offer a name twice; what the server does then is open.',
      steps: answers([], offer('not-known, not-known')),
    },
    {
      id: 'long-white-space',
      requirements: ['RS1'],
      section: 'RFC 9110 section 5.6.1',
      why: 'Thousands of spaces between two names once took a regular expression minutes.',
      steps: [
        { do: 'request', request: offer(`a${' '.repeat(6000)}b`) },
        { expect: 'response', status: 'error', orDrop: true },
      ],
    },
  ]
}

export function extensionRows(): Row[] {
  const offer = (value: string | readonly string[]): RequestSpec => ({ set: { 'Sec-WebSocket-Extensions': value } })
  const declined: [string, string | readonly string[], string][] = [
    ['unknown', 'x-not-known', 'An extension nobody knows is passed over.'],
    ['unknown-parameters', 'x-not-known; a; b=1; c="d"', 'Its parameters, in each form, are read over.'],
    ['blanks-around-equals', 'x-not-known; a = 1; b\t=\t"c"', 'The grammar implies white space between any two tokens.'],
    ['quoted-token', 'x-not-known; a="10"', 'A quoted value that is a token is good.'],
    ['several', 'x-a, x-b; c, x-d', 'A list of unknown extensions is passed over.'],
    ['white-space', ' \tx-a \t;\t b , x-c', 'White space is optional.'],
    ['empty-elements', 'x-a,,x-b,', 'Empty elements are to be accepted.'],
    ['two-lines', ['x-a; b', 'x-c'], 'The field may be split over lines in a request.'],
    ['prototype', '__proto__, constructor; toString=1', 'Names of object properties are ordinary tokens.'],
    ['upper-case', 'X-NOT-KNOWN', 'A token may have capitals.'],
    ['similar', 'permessage-deflatex, xpermessage-deflate, permessage-bzip2', 'A name that only begins or ends alike is another.'],
  ]
  const malformed: [string, string, string][] = [
    ['semicolon-only', ';', 'a parameter of nothing'],
    ['no-name', '; a', 'a parameter of nothing'],
    ['no-parameter', 'x-a;', 'a semicolon with nothing behind it'],
    ['no-parameter-name', 'x-a; =1', 'a value without a name'],
    ['no-value', 'x-a; b=', 'an equals sign without a value'],
    ['two-words', 'x-a b', 'two words'],
    ['unclosed-quote', 'x-a; b="c', 'a quotation that does not end'],
    ['unclosed-escape', 'x-a; b="c\\', 'an escape of nothing'],
    ['quoted-name', '"x-a"', 'a quoted name'],
    ['quoted-not-token', 'x-a; b="c d"', 'a quoted value that is no token'],
    ['quoted-empty', 'x-a; b=""', 'an empty quoted value'],
    ['quoted-comma', 'x-a; b="c, x-d"', 'a comma in quotes, which is no separator'],
    ['after-quote', 'x-a; b="c"d', 'something behind a quotation'],
    ['slash', 'x/a', 'a separator in a name'],
    ['control', 'x-a\x01', 'a control character'],
    ['8-bit', 'x-\xe9', 'a byte beyond ASCII'],
    ['two-equals', 'x-a; b=c=d', 'two equals signs'],
    ['two-semicolons', 'x-a;; b', 'two semicolons'],
  ]
  return [
    ...declined.map(
      ([id, value, why]): Row => ({
        id: `declined-${id}`,
        requirements: ['RS10', 'H6'],
        why,
        steps: answers([{ field: 'Sec-WebSocket-Extensions', is: 'absent' }], offer(value)),
      }),
    ),
    ...malformed.map(
      ([id, value, what]): Row => ({
        id: `malformed-${id}`,
        requirements: ['RS1'],
        section: 'RFC 6455 section 9.1',
        why: `The list does not match the grammar, it has ${what}: the request is refused, or the connection failed.`,
        steps: refuses(offer(value), undefined, true),
      }),
    ),
    {
      id: 'unclosed-quote-long',
      requirements: ['RS1'],
      section: 'RFC 6455 section 9.1',
      why: 'A long quotation of escapes that does not end once took a regular expression for ever.',
      steps: refuses(offer(`x-a; b="${'\\c'.repeat(3000)}`), undefined, true),
    },
  ]
}
