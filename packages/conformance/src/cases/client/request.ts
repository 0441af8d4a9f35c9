import type { Step } from '../../case.ts'
import type { Row, Table } from '../rows.ts'

function asks(step: Omit<Extract<Step, { expect: 'request' }>, 'expect'>): readonly Step[] {
  return [{ expect: 'request', ...step }]
}

function requestRows(): Row[] {
  return [
    {
      id: 'grammar',
      requirements: ['RC7', 'C2.1', 'RC8'],
      why: 'The request is one that any HTTP server reads: GET, a target, HTTP/1.1, field lines.',
      steps: asks({ named: 'grammar' }),
    },
    {
      id: 'host',
      requirements: ['RC9', 'C1.5', 'C2.2'],
      why: 'Host is there once, with the port where it is not the default.',
      steps: asks({ named: 'host' }),
    },
    {
      id: 'upgrade',
      requirements: ['RC10', 'C2.2'],
      why: 'Upgrade names websocket.',
      steps: asks({ checks: [{ field: 'Upgrade', is: 'contains-token', value: 'websocket' }] }),
    },
    {
      id: 'upgrade-once',
      requirements: ['RC10', 'C2.2'],
      section: 'RFC 9110 section 7.8',
      why: 'Upgrade is a list, which may be on several lines; one is what every server reads.',
      level: 'info',
      steps: asks({ checks: [{ field: 'Upgrade', is: 'once' }] }),
    },
    {
      id: 'connection',
      requirements: ['RC10', 'H1', 'C2.2'],
      why: 'Connection names Upgrade.',
      steps: asks({ checks: [{ field: 'Connection', is: 'contains-token', value: 'Upgrade' }] }),
    },
    { id: 'key', requirements: ['RC11', 'C2.3'], why: 'The key is 16 bytes in base64, once.', steps: asks({ named: 'key' }) },
    {
      id: 'version',
      requirements: ['RC13', 'C2.2'],
      why: 'The version is 13, once.',
      steps: asks({ checks: [{ field: 'Sec-WebSocket-Version', is: 'equals', value: '13' }] }),
    },
    {
      id: 'subprotocols',
      requirements: ['RC14', 'C2.5'],
      requires: ['subprotocol-offer'],
      why: 'Subprotocols are tokens, and none is offered twice.',
      steps: asks({ named: 'subprotocol-list' }),
    },
    {
      id: 'extensions',
      requirements: ['RC15', 'C2.6'],
      why: 'Extension offers match the grammar, and their parameters are defined.',
      section: 'RFC 6455 section 9.1',
      steps: asks({ named: 'extension-list' }),
    },
    {
      id: 'no-accept',
      requirements: ['RC23'],
      why: 'Sec-WebSocket-Accept is the server’s field.',
      section: 'RFC 6455 section 11.3.3',
      steps: asks({ checks: [{ field: 'Sec-WebSocket-Accept', is: 'absent' }] }),
    },
    {
      id: 'no-content',
      requirements: ['C2.8', 'H12'],
      why: 'An opening handshake has no content, and says nothing of any.',
      level: 'should',
      section: 'RFC 9110 section 8.6',
      steps: asks({ named: 'no-content' }),
    },
    {
      id: 'nothing-after',
      requirements: ['RC16', 'C2.7', 'H13'],
      why: 'Nothing is sent before the response is there.',
      steps: asks({ named: 'nothing-after' }),
    },
    {
      id: 'origin-once',
      requirements: ['RC12', 'C2.9'],
      why: 'A browser sends Origin once; others may leave it out.',
      level: 'info',
      steps: asks({ checks: [{ field: 'Origin', is: 'once' }] }),
    },
    {
      id: 'offers-deflate',
      requirements: ['C2.6'],
      why: 'Most clients offer permessage-deflate.',
      level: 'info',
      steps: asks({ checks: [{ field: 'Sec-WebSocket-Extensions', is: 'matches', value: '.*permessage-deflate.*' }] }),
    },
  ]
}

function urlRows(): Row[] {
  const base = 'ws://127.0.0.1:{port}'
  const target = (
    id: string,
    url: string,
    startLine: string,
    why: string,
    requirements: string[],
    level: 'must' | 'should' | 'info' = 'must',
  ): Row => ({
    id,
    url,
    level,
    requirements,
    why,
    section: 'RFC 6455 section 3',
    steps: [{ expect: 'request', startLine }, { do: 'open' }],
  })
  const refused = (id: string, url: string, why: string, requirements: string[], section: string, level: 'must' | 'info' = 'must'): Row => ({
    id,
    url,
    level,
    requirements,
    why,
    section,
    steps: [{ expect: 'no-connection' }],
  })
  return [
    target('path', `${base}/chat`, 'GET /chat HTTP/1.1', 'The path is the target.', ['C1.1', 'RC8']),
    target('no-path', base, 'GET / HTTP/1.1', 'Without a path the target is a slash.', ['C1.2', 'RC8']),
    target('no-path-query', `${base}?x=1`, 'GET /?x=1 HTTP/1.1', 'A query without a path gets one.', ['C1.3', 'RC8']),
    target('query', `${base}/a/b?c=d&e=f`, 'GET /a/b?c=d&e=f HTTP/1.1', 'The query is part of the target.', ['RC8']),
    target('escaped-hash', `${base}/a%23b`, 'GET /a%23b HTTP/1.1', 'An escaped hash stays escaped.', ['C1.12', 'RC1']),
    target('space', `${base}/a b`, 'GET /a%20b HTTP/1.1', 'The WHATWG standard has a space escaped; RFC 6455 has no such URL.', ['C1.13'], 'info'),
    target(
      'non-ascii',
      `${base}/caf\u00e9`,
      'GET /caf%C3%A9 HTTP/1.1',
      'The WHATWG standard has characters beyond ASCII escaped as UTF-8; RFC 6455 has no such URL.',
      ['C1.13'],
      'info',
    ),
    target(
      'dots',
      `${base}/a/../b/./c`,
      'GET /b/c HTTP/1.1',
      'The WHATWG standard has dot segments resolved; RFC 6455 does not say.',
      ['C1.1'],
      'info',
    ),
    {
      id: 'userinfo',
      url: 'ws://user:secret@127.0.0.1:{port}/',
      level: 'info',
      requirements: ['C1.14'],
      section: 'RFC 9112 section 3.2',
      why: 'A ws URL has no user and password; a client that takes them puts them neither into Host nor into the target.',
      steps: [
        { expect: 'request', startLine: 'GET / HTTP/1.1' },
        { expect: 'request', named: 'host' },
      ],
    },
    {
      id: 'host-with-port',
      url: `${base}/`,
      requirements: ['C1.5', 'RC9', 'C1.4'],
      section: 'RFC 6455 section 4.1',
      why: 'Host has the port where it is not the scheme’s own.',
      steps: [{ expect: 'request', checks: [{ field: 'Host', is: 'equals', value: '127.0.0.1:{port}' }] }],
    },
    {
      id: 'host-ipv6',
      url: 'ws://[::1]:{port}/',
      requirements: ['C1.6', 'RC9'],
      section: 'RFC 9110 section 7.2',
      why: 'An IPv6 address is in brackets in Host.',
      steps: [{ expect: 'request', checks: [{ field: 'Host', is: 'equals', value: '[::1]:{port}' }] }],
    },
    target('http-scheme', 'http://127.0.0.1:{port}/chat', 'GET /chat HTTP/1.1', 'The WHATWG standard takes http for ws.', ['C1.7'], 'info'),
    refused('fragment', `${base}/#a`, 'A fragment MUST NOT be used in a ws URL.', ['C1.11', 'RC1'], 'RFC 6455 section 3'),
    refused(
      'fragment-empty',
      `${base}/#`,
      'An empty fragment is one for the WHATWG standard; RFC 6455 does not say.',
      ['C1.11', 'RC1'],
      'WHATWG WebSockets section 3.1',
      'info',
    ),
    refused('scheme-ftp', 'ftp://127.0.0.1:{port}/', 'No other scheme is taken for a WebSocket.', ['C1.10', 'RC2'], 'RFC 6455 section 4.1'),
    refused('port-too-large', 'ws://127.0.0.1:{port}0000/', 'An invalid port fails before any connection.', ['RC2', 'RC5'], 'RFC 6455 section 4.1'),
  ]
}

function tlsRows(): Row[] {
  return [
    {
      id: 'untrusted',
      url: 'wss://localhost:{port}/',
      requirements: ['C1.26', 'RC6'],
      why: 'A certificate that nobody signed is not trusted.',
      steps: [{ expect: 'tls-refused' }],
    },
    {
      id: 'server-name',
      url: 'wss://localhost:{port}/',
      requirements: ['C2.13', 'RC6'],
      why: 'The server name indication MUST be used.',
      steps: [{ expect: 'tls-refused', serverName: 'localhost' }],
    },
  ]
}

/** Last of all, when other connections have shown their keys. */
export const clientKeyTables: readonly Table[] = [
  {
    area: 'request',
    section: 'RFC 6455 section 4.1',
    rows: [{ id: 'key-new', requirements: ['RC11', 'C2.4'], why: 'The key is a new one for every connection.', steps: asks({ keyDistinct: true }) }],
  },
]

export const clientRequestTables: readonly Table[] = [
  { area: 'request', section: 'RFC 6455 section 4.1', rows: requestRows() },
  { area: 'url', section: 'RFC 6455 section 3', requires: ['each'], rows: urlRows() },
  { area: 'tls', section: 'RFC 6455 section 4.1', requires: ['each'], rows: tlsRows() },
]
