import type { ResponseSpec } from '../../specs.ts'
import { echoText, fails, send } from '../rows.ts'
import type { Row } from '../rows.ts'
import { bad, good } from './response-rows.ts'

export function subprotocolRows(): Row[] {
  const section = 'RFC 6455 section 4.1'
  return [
    bad(
      'not-offered',
      { set: { 'Sec-WebSocket-Protocol': 'x-not-offered' } },
      'A subprotocol that was not offered: the client must fail.',
      ['RC22'],
      { section },
    ),
    bad('unasked', { set: { 'Sec-WebSocket-Protocol': 'chat' } }, 'A subprotocol although none was offered; this once ended a process.', ['RC22'], {
      section,
      requires: ['no-subprotocol-offer'],
    }),
    bad('empty-unasked', { set: { 'Sec-WebSocket-Protocol': '' } }, 'An empty subprotocol is none that was offered.', ['RC22', 'RS9'], {
      section,
      level: 'should',
      requires: ['no-subprotocol-offer'],
    }),
    bad('proto', { set: { 'Sec-WebSocket-Protocol': '__proto__' } }, 'A property that every object has was not offered.', ['RC22'], { section }),
    bad('constructor', { set: { 'Sec-WebSocket-Protocol': 'constructor' } }, 'A property that every object has was not offered.', ['RC22'], {
      section,
    }),
    good('offered', {}, 'The first offered subprotocol comes back.', ['RC22'], { section, requires: ['subprotocol-offer'] }),
    bad('upper-case', { set: { 'Sec-WebSocket-Protocol': '{subprotocol-swapped}' } }, 'Subprotocols are compared case-sensitively.', ['RC22'], {
      section,
      requires: ['subprotocol-offer'],
    }),
    bad('prefix', { set: { 'Sec-WebSocket-Protocol': '{subprotocol}x' } }, 'A longer name was not offered.', ['RC22'], {
      section,
      requires: ['subprotocol-offer'],
    }),
    bad(
      'list',
      { set: { 'Sec-WebSocket-Protocol': '{subprotocol}, x-not-offered' } },
      'The response has one subprotocol, not a list.',
      ['RC22', 'RC23'],
      { section, requires: ['subprotocol-offer'] },
    ),
    bad(
      'twice',
      { set: { 'Sec-WebSocket-Protocol': ['{subprotocol}', 'x-not-offered'] } },
      'Sec-WebSocket-Protocol MUST NOT appear twice in a response.',
      ['RC23', 'RS12'],
      { section: 'RFC 6455 section 11.3.4', requires: ['subprotocol-offer'] },
    ),
    bad(
      'twice-last-offered',
      { set: { 'Sec-WebSocket-Protocol': ['x-not-offered', '{subprotocol}'] } },
      'The last of several lines does not hide one that names what was not offered.',
      ['RC22', 'RC23', 'RS12'],
      { section: 'RFC 6455 section 11.3.4', requires: ['subprotocol-offer'] },
    ),
    {
      ...good('none', { set: { 'Sec-WebSocket-Protocol': null } }, 'Without a subprotocol RFC 6455 lets a client go on; browsers fail.', ['RC22'], {
        section,
        requires: ['subprotocol-offer'],
      }),
      level: 'info',
    },
  ]
}

export function extensionRows(): Row[] {
  const section = 'RFC 6455 section 9.1'
  const value = (text: string | string[]): ResponseSpec => ({ set: { 'Sec-WebSocket-Extensions': text } })
  const malformed = [
    ';',
    'permessage-deflate;',
    'permessage-deflate; =1',
    'permessage-deflate; a=',
    'permessage-deflate; a="b',
    'permessage deflate',
    '"permessage-deflate"',
    'permessage-deflate; server_max_window_bits="1 0"',
  ]
  const wrong: [string, string][] = [
    ['unknown-parameter', 'x_unknown'],
    ['prototype-parameter', '__proto__'],
    ['server-takeover-value', 'server_no_context_takeover=1'],
    ['client-takeover-value', 'client_no_context_takeover=1'],
    ['server-takeover-twice', 'server_no_context_takeover; server_no_context_takeover'],
    ['client-takeover-twice', 'client_no_context_takeover; client_no_context_takeover'],
    ['server-window-twice', 'server_max_window_bits=10; server_max_window_bits=10'],
    ['server-window-no-value', 'server_max_window_bits'],
    ['client-window-no-value', 'client_max_window_bits'],
    ...['0', '7', '16', '99', '010', '1e1', '+10', '-10', '0xa', '10.0', 'ten'].flatMap((bits): [string, string][] => [
      [`server-window-${bits}`, `server_max_window_bits=${bits}`],
      [`client-window-${bits}`, `client_max_window_bits=${bits}`],
    ]),
  ]
  return [
    bad('not-offered', value('x-not-offered'), 'An extension that was not offered: the client must fail.', ['RC21'], { section }),
    bad('similar', value('permessage-deflatex'), 'A name that begins alike is another.', ['RC21'], { section }),
    bad('prototype', value('__proto__'), 'A property that every object has was not offered.', ['RC21'], { section }),
    bad('and-not-offered', value('permessage-deflate, x-not-offered'), 'One that was offered does not excuse one that was not.', ['RC21'], {
      section,
      requires: ['deflate'],
    }),
    bad('deflate-twice', value('permessage-deflate, permessage-deflate'), 'The same extension twice would use RSV1 twice.', ['PD2', 'PD7'], {
      section: 'RFC 7692 section 5',
      requires: ['deflate'],
    }),
    ...malformed.map((text, index) =>
      bad(`malformed-${index + 1}`, value(text), `"${text}" does not match the grammar: the client must fail.`, ['RC21'], { section }),
    ),
    ...wrong.map(([id, parameter]) =>
      bad(`deflate-${id}`, value(`permessage-deflate; ${parameter}`), `A response with "${parameter}" is invalid: the client must fail.`, ['PD2'], {
        section: 'RFC 7692 section 7.1',
        requires: ['deflate'],
      }),
    ),
    ...(
      [
        'permessage-deflate; server_no_context_takeover',
        'permessage-deflate; client_no_context_takeover',
        'permessage-deflate; server_max_window_bits=10',
        'permessage-deflate; server_max_window_bits="12"',
        'permessage-deflate; server_max_window_bits = 12',
      ] as const
    ).map(
      (text, index): Row => ({
        id: `deflate-accepted-${index + 1}`,
        requires: ['deflate'],
        requirements: ['PD3', 'PD4', 'PD6'],
        section: 'RFC 7692 section 7.1',
        why: `"${text}" answers any offer: the server may add what it does of its own accord.`,
        steps: [{ do: 'open', deflate: text }, send([{ opcode: 1, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), echoText('Hello')],
      }),
    ),
    {
      id: 'declined-then-compressed',
      requirements: ['S12.28'],
      section: 'RFC 6455 section 5.2',
      why: 'Where the response has no extension RSV1 means nothing.',
      steps: [{ do: 'open' }, send([{ opcode: 1, rsv: 4, payload: { hex: 'f248cdc9c90700' } }]), fails(1002)],
    },
    bad(
      'two-lines-both-offered',
      value(['permessage-deflate', 'permessage-deflate; server_no_context_takeover']),
      'Two lines are one list, and in it the same extension would use RSV1 twice.',
      ['RC21', 'PD2', 'RS12'],
      { section: 'RFC 6455 section 11.3.2', requires: ['deflate'] },
    ),
    {
      ...bad('two-lines', value(['permessage-deflate', 'x-not-offered']), 'The field MUST NOT appear twice in a response.', ['RC21', 'RS12'], {
        section: 'RFC 6455 section 11.3.2',
        requires: ['deflate'],
      }),
    },
  ]
}
