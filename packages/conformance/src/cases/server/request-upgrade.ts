import type { FieldCheck, Step } from '../../case.ts'
import type { Row } from '../rows.ts'
import { accepts, both, info, isNoHandshake, refuses } from './request-rows.ts'

export function upgradeRows(): Row[] {
  const refused: [string, string | string[] | null, string][] = [
    ['missing', null, 'no Upgrade field'],
    ['empty', '', 'an empty Upgrade'],
    ['other', 'h2c', 'another protocol'],
    ['longer', 'websocketx', 'a longer name'],
    ['prefixed', 'xwebsocket', 'a name that ends alike'],
    ['two-words', 'web socket', 'two words'],
    ['quoted', '"websocket"', 'a quoted string'],
    ['semicolon', 'websocket;q=1', 'a parameter, which there is not'],
    ['underscore', 'web_socket', 'another name'],
    ['hyphen', 'WebSocket-00', 'the name of another draft'],
  ]
  const accepted: [string, string | string[], string][] = [
    ['capitals', 'WebSocket', 'compared case-insensitively'],
    ['upper-case', 'WEBSOCKET', 'compared case-insensitively'],
    ['tabs', '\twebsocket \t', 'surrounded by optional white space'],
  ]
  return [
    ...refused.map(([id, value, what]) =>
      both(`upgrade-${id}`, false, { set: { Upgrade: value } }, `The Upgrade field has to hold the token websocket: here is ${what}.`, {
        steps: isNoHandshake({ set: { Upgrade: value } }),
        requirements: ['RS2', 'RS1'],
      }),
    ),
    ...accepted.map(([id, value, what]) =>
      both(`upgrade-${id}`, true, { set: { Upgrade: value } }, `The value websocket is ${what}.`, { requirements: ['RS2'] }),
    ),
    ...(
      [
        ['list-first', 'websocket, h2c', 'among others'],
        ['list-last', 'h2c, websocket', 'among others'],
        ['empty-elements', ', websocket,,', 'between empty elements'],
        ['two-lines', ['h2c', 'websocket'], 'on the second of two lines'],
        ['first-of-two-lines', ['websocket', 'h2c'], 'on the first of two lines'],
        ['second-of-three-lines', ['h2c', 'websocket', 'x-other'], 'on the second of three lines'],
      ] as [string, string | string[], string][]
    ).map(([id, value, what]) =>
      info(`upgrade-${id}`, { set: { Upgrade: value } }, `Upgrade is a list, and websocket is in it, ${what}; a server may ignore Upgrade.`, {
        requirements: ['H1', 'H6'],
        section: 'RFC 9110 section 7.8',
      }),
    ),
    info('upgrade-with-version', { set: { Upgrade: 'websocket/13' } }, 'A protocol may have a version; websocket was registered without one.', {
      requirements: ['H1'],
      section: 'RFC 9110 section 7.8',
    }),
  ]
}

export function connectionRows(): Row[] {
  const refused: [string, string | null, string][] = [
    ['missing', null, 'no Connection field'],
    ['empty', '', 'an empty Connection'],
    ['close', 'close', 'only close'],
    ['keep-alive', 'keep-alive', 'only keep-alive'],
    ['longer', 'Upgradex', 'a longer token'],
    ['prefixed', 'xUpgrade', 'a token that ends alike'],
    ['two-words', 'Up grade', 'two words'],
    ['quoted', '"Upgrade"', 'a quoted string'],
    ['hyphen', 'no-Upgrade', 'another token'],
    ['websocket', 'websocket', 'the value of the other field'],
  ]
  const accepted: [string, string | string[], string][] = [
    ['lower-case', 'upgrade', 'in lower case'],
    ['upper-case', 'UPGRADE', 'in upper case'],
    ['list-last', 'keep-alive, Upgrade', 'as Firefox sends it'],
    ['list-first', 'Upgrade, keep-alive', 'before another option'],
    ['list-no-space', 'keep-alive,Upgrade', 'without a space'],
    ['list-spaces', 'keep-alive \t,\t Upgrade', 'amid white space'],
    ['empty-elements', ',, Upgrade ,', 'between empty elements'],
    ['two-lines', ['keep-alive', 'Upgrade'], 'on a second line'],
    ['first-of-two-lines', ['Upgrade', 'keep-alive'], 'on the first of two lines'],
    ['second-of-three-lines', ['keep-alive', 'Upgrade', 'x-other'], 'on the second of three lines'],
  ]
  return [
    ...refused.map(([id, value, what]) =>
      both(`connection-${id}`, false, { set: { Connection: value } }, `Connection has to hold the token Upgrade: here is ${what}.`, {
        steps: isNoHandshake({ set: { Connection: value } }),
        requirements: ['RS2', 'RS1'],
      }),
    ),
    ...accepted.map(([id, value, what]) =>
      both(
        `connection-${id}`,
        true,
        { set: { Connection: value } },
        `Connection is a list of case-insensitive tokens: here Upgrade stands ${what}.`,
        { requirements: ['RS2', 'H6'] },
      ),
    ),
    info('connection-with-close', { set: { Connection: 'Upgrade, close' } }, 'Upgrade and close together are grammatical and at odds.'),
  ]
}

export function keyRows(): Row[] {
  const refused: [string, string | string[] | null, string][] = [
    ['missing', null, 'is missing'],
    ['empty', '', 'is empty'],
    ['15-bytes', 'AAAAAAAAAAAAAAAAAAAA', 'decodes to 15 bytes'],
    ['17-bytes', 'AAAAAAAAAAAAAAAAAAAAAAA=', 'decodes to 17 bytes'],
    ['32-bytes', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'decodes to 32 bytes'],
    ['no-padding', 'AAAAAAAAAAAAAAAAAAAAAA', 'has no padding'],
    ['one-padding', 'AAAAAAAAAAAAAAAAAAAAAA=', 'has half its padding'],
    ['more-padding', 'AAAAAAAAAAAAAAAAAAAAAA===', 'has too much padding'],
    ['url-alphabet', '-_AAAAAAAAAAAAAAAAAAAA==', 'is in the URL-safe alphabet'],
    ['inner-space', 'AAAAAAAAAA AAAAAAAAAAAA==', 'has a space inside'],
    ['not-base64', '!!!!!!!!!!!!!!!!!!!!!!==', 'has characters outside base64'],
    ['hexadecimal', '00112233445566778899aabbccddeeff', 'is hexadecimal: 24 bytes in base64'],
    ['padding-inside', 'AAAAAAAAAAAA==AAAAAAAAAA', 'has its padding inside'],
    ['list', '{key}, {key}', 'is a list'],
    ['quoted', '"{key}"', 'is quoted'],
  ]
  return [
    ...refused.map(([id, value, what]) =>
      both(`key-${id}`, false, { set: { 'Sec-WebSocket-Key': value } }, `The key is 16 bytes in base64; this one ${what}.`, {
        requirements: ['RS2', 'RS1'],
      }),
    ),
    both('key-twice', false, { set: { 'Sec-WebSocket-Key': ['{key}', 'AAAAAAAAAAAAAAAAAAAAAA=='] } }, 'Sec-WebSocket-Key MUST NOT appear twice.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.1',
    }),
    both('key-twice-equal', false, { set: { 'Sec-WebSocket-Key': ['{key}', '{key}'] } }, 'Twice is twice, even when both agree.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.1',
    }),
    both('key-rfc-example', true, { set: { 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' } }, 'The standard’s example.', {
      requirements: ['RS2'],
      section: 'RFC 6455 section 1.3',
    }),
    {
      id: 'key-not-canonical',
      requirements: ['RS2'],
      section: 'RFC 6455 section 4.1',
      why: 'The standard’s other example has bits in its padding, which a decoder may refuse (RFC 4648 section 3.5).',
      steps: accepts({ set: { 'Sec-WebSocket-Key': 'AQIDBAUGBwgJCgsMDQ4PEC==' } }, 'info'),
    },
    both('key-zeros', true, { set: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' } }, 'Sixteen zeros are sixteen bytes.', {
      requirements: ['RS2'],
    }),
    both('key-plus-slash', true, { set: { 'Sec-WebSocket-Key': '+/+/+/+/+/+/+/+/+/+/+w==' } }, 'Plus and slash are in the alphabet.', {
      requirements: ['RS2'],
    }),
    both('key-white-space', true, { set: { 'Sec-WebSocket-Key': ' \t{key}\t ' } }, 'Optional white space around a value is not part of it.', {
      requirements: ['RS2'],
      section: 'RFC 9112 section 5',
    }),
  ]
}

export function versionRows(): Row[] {
  const versions: [string, string][] = [
    ...['0', '4', '7', '8', '12', '14', '99', '130', '255', '256', '269', '65549', '4294967309'].map((value): [string, string] => [
      value,
      'is another number',
    ]),
    ...['013', '0013', '0xD', '1.3e1', '13.0', '13.', '+13', '-13', '1_3', '1 3', '"13"', '13;', '13a', 'a13', 'D', 'thirteen', '１３'].map(
      (value): [string, string] => [Buffer.from(value, 'utf8').toString('latin1'), 'is not the number 13'],
    ),
  ]
  const refused = { expect: 'response', status: 'error', assumesRefusal: true } as const
  const list: FieldCheck = { field: 'Sec-WebSocket-Version', is: 'contains-token', value: '13' }
  return [
    ...versions.map(([value, what]) => ({
      ...(['0', '4', '7', '8'].includes(value) ? { level: 'info' as const } : {}),
      id: `version-${/^[ -~]+$/.test(value) ? encodeURIComponent(value) : 'full-width'}`,
      requirements: ['RS7', 'RS1'],
      section: 'RFC 6455 section 4.2.2',
      why: `Version "${/^[ -~]+$/.test(value) ? value : '13 in full-width digits'}" ${what}.`,
      steps: refuses({ set: { 'Sec-WebSocket-Version': value } }, /^\d+$/.test(value) ? [426, 400] : undefined),
    })),
    both('version-missing', false, { set: { 'Sec-WebSocket-Version': null } }, 'A request without a version is not of this protocol.', {
      requirements: ['RS7', 'RS2'],
    }),
    both('version-empty', false, { set: { 'Sec-WebSocket-Version': '' } }, 'An empty version is none.', { requirements: ['RS7', 'RS1'] }),
    both('version-list', false, { set: { 'Sec-WebSocket-Version': '13, 8' } }, 'A request has one version, not a list.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.5',
    }),
    both('version-list-equal', false, { set: { 'Sec-WebSocket-Version': '13, 13' } }, 'A request has one version, not a list.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.5',
    }),
    both('version-twice', false, { set: { 'Sec-WebSocket-Version': ['13', '8'] } }, 'Sec-WebSocket-Version MUST NOT appear twice in a request.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.5',
    }),
    both('version-twice-equal', false, { set: { 'Sec-WebSocket-Version': ['13', '13'] } }, 'Twice is twice, even when both agree.', {
      requirements: ['RS1'],
      section: 'RFC 6455 section 11.3.5',
    }),
    both('version-white-space', true, { set: { 'Sec-WebSocket-Version': ' \t13\t ' } }, 'Optional white space around a value is not part of it.', {
      requirements: ['RS2'],
      section: 'RFC 9112 section 5',
    }),
    ...['12', '14', '99', '256'].map((value) => ({
      id: `version-${value}-answer-lists-versions`,
      requirements: ['RS7', 'S12.10'],
      section: 'RFC 6455 section 4.4',
      why: 'The client has to learn which versions the server speaks.',
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Version': value } } },
        { ...refused, checks: [list] },
      ] as Step[],
    })),
    ...(['Upgrade', 'Connection'] as const).map((field) => ({
      id: `version-426-has-${field}`,
      requirements: ['H3', 'S12.10'],
      section: field === 'Upgrade' ? 'RFC 9110 section 15.5.22' : 'RFC 9110 section 7.8',
      why: `A 426 MUST have ${field}, or it does not say what to upgrade to.`,
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Version': '12' } } },
        {
          ...refused,
          checks: [{ field, is: 'contains-token', value: field === 'Upgrade' ? 'websocket' : 'Upgrade', onlyIfStatus: 426 }],
        },
      ] as Step[],
    })),
    ...['7', '8'].map((value) => ({
      id: `version-${value}-is-named-if-spoken`,
      requirements: ['RS7', 'S12.10'],
      section: 'RFC 6455 section 4.4',
      why: `A server that answers 101 to version ${value} speaks it, and names it where it lists its versions.`,
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Version': '99' } } },
        refused,
        { do: 'reconnect' },
        { do: 'request', request: { set: { 'Sec-WebSocket-Version': value } } },
        { expect: 'response', status: 'any', versionIfOpen: value },
      ] as Step[],
    })),
    {
      id: 'version-13-advertised-is-accepted',
      requirements: ['S12.11'],
      section: 'RFC 6455 section 4.4',
      why: 'The version that a refusal names works.',
      steps: [
        { do: 'request', request: { set: { 'Sec-WebSocket-Version': '12' } } },
        { ...refused, checks: [list] },
        { do: 'reconnect' },
        ...accepts({}),
      ],
    },
  ]
}
