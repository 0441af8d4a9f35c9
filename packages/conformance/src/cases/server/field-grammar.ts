import type { Level } from '../../case.ts'
import type { RequestSpec } from '../../specs.ts'
import type { Row } from '../rows.ts'
import { accepts, isNoHandshake, refuses } from './request-rows.ts'

/**
 * RFC 9112 section 5.1: white space before a colon MUST be refused. Section 2.2: what does not match the grammar SHOULD be. RFC 9110 section 5.5:
 * NUL and CR in a value may be replaced by spaces, other control characters may be kept.
 */
function levelOf(id: string): Level {
  return id.includes('before-colon') ? 'must' : id.includes('-in-value') ? 'info' : 'should'
}

export function grammarRows(): Row[] {
  const section = 'RFC 9112 section 2.2'
  const refused: [string, RequestSpec, string, string?][] = [
    ['space-before-colon', { lines: ['X-Field : a'] }, 'White space before the colon has let requests be smuggled.', 'RFC 9112 section 5.1'],
    [
      'space-before-colon-key',
      { set: { 'Sec-WebSocket-Key': null }, lines: ['Sec-WebSocket-Key : {key}'] },
      'White space before the colon, in a field that matters.',
      'RFC 9112 section 5.1',
    ],
    ['tab-before-colon', { lines: ['X-Field\t: a'] }, 'A tab before the colon is white space too.', 'RFC 9112 section 5.1'],
    ['no-colon', { lines: ['X-Field'] }, 'A line without a colon is no field line.'],
    ['no-name', { lines: [': a'] }, 'A field has a name.'],
    [
      'nul-in-value',
      { lines: ['X-Field: a\0b'] },
      'NUL in a value is dangerous: a server refuses it or replaces it by a space.',
      'RFC 9110 section 5.5',
    ],
    [
      'bare-cr-in-value',
      { lines: ['X-Field: a\rb'] },
      'A CR in a value is taken for a line end by some: a server refuses it or replaces it by a space.',
      'RFC 9110 section 5.5',
    ],
    ['space-in-name', { lines: ['X Field: a'] }, 'A name is one token.'],
    ...['(', ')', '<', '>', '@', ',', ';', '\\', '"', '/', '[', ']', '?', '=', '{', '}', '\x01', '\x7f', '\xe9'].map(
      (character): [string, RequestSpec, string, string] => [
        `name-with-${Buffer.from(character, 'latin1').toString('hex')}`,
        { lines: [`X${character}Field: a`] },
        `The character ${/[ -~]/.test(character) ? character : `0x${Buffer.from(character, 'latin1').toString('hex')}`} is in no field name.`,
        'RFC 9112 section 2.2',
      ],
    ),
    ...[0x01, 0x08, 0x0b, 0x1b, 0x7f].map((code): [string, RequestSpec, string, string] => [
      `control-in-value-${code.toString(16).padStart(2, '0')}`,
      { lines: [`X-Field: a${String.fromCharCode(code)}b`] },
      `The control character 0x${code.toString(16)} is in no field value; a server may keep it.`,
      'RFC 9110 section 5.5',
    ]),
  ]
  return [
    ...refused.map(
      ([id, request, why, cite]): Row => ({
        id,
        requirements: id.includes('before-colon') || id.startsWith('bare-cr') ? ['H8', 'RS1'] : ['RS1'],
        why,
        section: cite ?? section,
        level: levelOf(id),
        steps: refuses(request, undefined, true),
      }),
    ),
    {
      id: 'obs-fold',
      requirements: ['H8'],
      section: 'RFC 9112 section 5.2',
      why: 'A folded line is refused, or its fold becomes a space; it is never a line of its own.',
      steps: [
        {
          do: 'request',
          request: { set: { Upgrade: null, Connection: null }, lines: ['X-Field: a', ' Upgrade: websocket', ' Connection: Upgrade'] },
        },
        { expect: 'response', status: 'not-open', orDrop: true },
      ],
    },
    {
      id: 'obs-fold-policy',
      level: 'info',
      requirements: ['H8'],
      section: 'RFC 9112 section 5.2',
      why: 'A server may refuse a folded line or replace the fold.',
      steps: accepts({ lines: ['X-Field: a', ' b'] }),
    },
    {
      id: 'white-space-before-first-field',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A line that begins with white space before the first field is refused or ignored, never read.',
      steps: [
        { do: 'request', request: { set: { Upgrade: null }, linesFirst: [' Upgrade: websocket'] } },
        { expect: 'response', status: 'not-open', orDrop: true },
      ],
    },
    {
      id: 'bare-lf',
      level: 'info',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A recipient may take a single LF for a line end; strict ones do not.',
      steps: accepts({ eol: '\n' }),
    },
    {
      id: 'bare-cr-line-ends',
      requirements: ['H8'],
      section: 'RFC 9112 section 2.2',
      why: 'A single CR ends no line.',
      steps: [{ do: 'request', request: { eol: '\r' } }, { do: 'end' }, { expect: 'response', status: 'error', orDrop: true, ifSilent: 'info' }],
    },
    {
      id: 'empty-line-first',
      level: 'should',
      section: 'RFC 9112 section 2.2',
      why: 'At least one empty line before the request line is to be ignored.',
      steps: accepts({
        raw: '\r\nGET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n',
      }),
    },
    ...(
      [
        ['unknown-fields', ['X-Unknown: a', 'Cookie: b=c', 'User-Agent: conformance'], 'Unknown fields are ignored.'],
        [
          'object-properties',
          ['__proto__: a', 'constructor: b', 'hasOwnProperty: c', 'toString: d'],
          'Names of object properties are ordinary field names.',
        ],
        ['8-bit-value', ['X-Field: caf\xe9'], 'Bytes beyond ASCII may be in a value.'],
        ['empty-value', ['X-Field:'], 'A value may be empty.'],
        ['no-space', ['X-Field:a'], 'The space after the colon is optional.'],
        ['tab-after-colon', ['X-Field:\ta'], 'The white space after the colon may be a tab.'],
        ['every-token-character', ["!#$%&'*+-.^_`|~09azAZ: a"], 'Every token character may be in a name.'],
        ['colons-in-value', ['X-Field: a: b: c'], 'Only the first colon ends the name.'],
      ] as [string, string[], string][]
    ).map(([id, lines, why]): Row => ({ id, requirements: ['RS4'], why, section: 'RFC 9110 section 5', steps: accepts({ lines }) })),
    {
      id: 'names-upper-case',
      why: 'Field names are case-insensitive.',
      section: 'RFC 9110 section 5.1',
      requirements: ['RS2'],
      steps: accepts({
        set: { Host: null, Upgrade: null, Connection: null, 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Version': null },
        lines: ['HOST: {host}', 'UPGRADE: websocket', 'CONNECTION: Upgrade', 'SEC-WEBSOCKET-KEY: {key}', 'SEC-WEBSOCKET-VERSION: 13'],
      }),
    },
    {
      id: 'names-lower-case',
      why: 'Field names are case-insensitive.',
      section: 'RFC 9110 section 5.1',
      requirements: ['RS2'],
      steps: accepts({
        set: { Host: null, Upgrade: null, Connection: null, 'Sec-WebSocket-Key': null, 'Sec-WebSocket-Version': null },
        lines: ['sec-websocket-version: 13', 'sec-websocket-key: {key}', 'connection: Upgrade', 'upgrade: websocket', 'host: {host}'],
      }),
    },
  ]
}

export function contentRows(): Row[] {
  return [
    {
      id: 'length-0',
      level: 'info',
      requirements: ['H12'],
      section: 'RFC 9110 section 8.6',
      why: 'A length of nothing is no content; strict servers refuse the field all the same.',
      steps: accepts({ set: { 'Content-Length': '0' } }),
    },
    {
      id: 'length-5',
      level: 'info',
      requirements: ['H12'],
      section: 'RFC 9110 section 9.3.1',
      why: 'Content on the GET could be taken for frames or frames for content; a server may refuse it.',
      steps: refuses({ set: { 'Content-Length': '5' }, content: 'hello' }),
    },
    {
      id: 'chunked',
      level: 'info',
      requirements: ['H12'],
      section: 'RFC 9110 section 9.3.1',
      why: 'Chunked content on the GET could be taken for frames; a server may refuse it.',
      steps: refuses({ set: { 'Transfer-Encoding': 'chunked' }, content: '5\r\nhello\r\n0\r\n\r\n' }),
    },
    ...['-1', '+5', '5a', '0x5', '5, 6', ''].map(
      (length): Row => ({
        id: `length-invalid-${encodeURIComponent(length)}`,
        requirements: ['H9'],
        section: 'RFC 9112 section 6.3',
        why: `"${length}" is no length: the request is refused and the connection closed.`,
        steps: [...refuses({ set: { 'Content-Length': length } }), { expect: 'ended' }],
      }),
    ),
    {
      id: 'length-twice-different',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.3',
      why: 'Two lengths that disagree are an attempt to smuggle a request.',
      steps: [...refuses({ set: { 'Content-Length': ['0', '5'] } }), { expect: 'ended' }],
    },
    {
      id: 'length-and-chunked',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.1',
      why: 'Both framings at once are an attempt to smuggle a request: the connection must not stay in use.',
      steps: [...isNoHandshake({ set: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, content: '0\r\n\r\n' }), { expect: 'ended' }],
    },
    {
      id: 'transfer-coding-unknown',
      requirements: ['H9'],
      section: 'RFC 9112 section 6.3',
      why: 'Without chunked at the end the length of the content cannot be known.',
      steps: [...refuses({ set: { 'Transfer-Encoding': 'gzip' } }), { expect: 'ended' }],
    },
    {
      id: 'length-huge',
      level: 'info',
      requirements: ['H12', 'RS14'],
      section: 'RFC 9110 section 9.3.1',
      why: 'A gigabyte of announced content need not be waited for.',
      steps: refuses({ set: { 'Content-Length': '1073741824' } }),
    },
    {
      id: 'expect-continue',
      level: 'should',
      requirements: ['H4'],
      section: 'RFC 9110 section 7.8',
      why: 'A server that takes both answers 100 before 101; one that does not answers 417 or ignores the expectation of a request without content.',
      steps: [
        { do: 'request', request: { set: { Expect: '100-continue' } } },
        { expect: 'response', status: [100, 101, 417] },
      ],
    },
  ]
}
