import type { Row } from '../rows.ts'
import { bad, good } from './response-rows.ts'

export function statusRows(): Row[] {
  const statuses = [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 407, 426, 429, 500, 501, 502, 503]
  return [
    ...statuses.map(
      (status): Row => ({
        id: `status-${status}`,
        requirements: status === 401 || (status >= 300 && status < 400) ? ['RC17', 'C2.14'] : ['RC17'],
        why: `A response of ${status} with every field of a success is no success.`,
        steps: [
          {
            do: 'response',
            response: {
              statusLine: `HTTP/1.1 ${status} Answer`,
              ...(status === 204
                ? {}
                : {
                    lines: [
                      'Content-Length: 0',
                      ...(status >= 300 && status < 400 ? ['Location: http://127.0.0.1:1/'] : []),
                      ...(status === 401 ? ['WWW-Authenticate: Basic realm="x"'] : []),
                    ],
                  }),
            },
          },
          { expect: 'never-open', mayStay: true },
        ],
      }),
    ),
    ...['HTTP/1.0 101 Switching Protocols', 'HTTP/2.0 101 Switching Protocols'].map((statusLine) =>
      bad(
        `status-line-${statusLine.slice(0, 8).toLowerCase().replace('/', '-')}`,
        { statusLine },
        `Upgrade belongs to HTTP/1.1; what a client does with a 101 of ${statusLine.slice(0, 8)} is not said.`,
        ['RC23', 'H1'],
        {
          level: 'info',
          section: 'RFC 9110 section 7.8',
        },
      ),
    ),
    ...(
      [
        ['garbage', 'hello'],
        ['http-0.9', '<html>'],
        ['lower-case', 'http/1.1 101 Switching Protocols'],
        ['two-digits', 'HTTP/1.1 10 Switching Protocols'],
        ['four-digits', 'HTTP/1.1 1010 Switching Protocols'],
        ['letters', 'HTTP/1.1 1o1 Switching Protocols'],
        ['no-status', 'HTTP/1.1'],
        ['icy', 'ICY 101 Switching Protocols'],
        ['websocket', 'WEBSOCKET/1.3 101 Switching Protocols'],
        ['request', 'GET / HTTP/1.1'],
        ['minus', 'HTTP/1.1 -101 Switching Protocols'],
      ] as const
    ).map(([id, statusLine]) =>
      bad(`status-line-${id}`, { statusLine }, `"${statusLine}" is no status line.`, ['RC23'], { section: 'RFC 9112 section 4' }),
    ),
    good('reason-empty', { statusLine: 'HTTP/1.1 101 ' }, 'A reason phrase may be empty.', ['RC17'], { section: 'RFC 9112 section 4' }),
    good('reason-other', { statusLine: 'HTTP/1.1 101 WebSocket Protocol Handshake' }, 'A reason phrase has no meaning.', ['RC17'], {
      section: 'RFC 9112 section 4',
    }),
    good(
      'reason-8-bit',
      { statusLine: 'HTTP/1.1 101 caf\xe9' },
      'A reason phrase may have bytes beyond ASCII; a client SHOULD ignore it.',
      ['RC17'],
      {
        level: 'should',
        section: 'RFC 9112 section 4',
      },
    ),
    {
      ...good(
        'reason-absent',
        { statusLine: 'HTTP/1.1 101' },
        'The space after the status is part of the grammar; many recipients go without it.',
        ['RC17'],
        { section: 'RFC 9112 section 4' },
      ),
      level: 'info',
    },
    ...[
      ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
      ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
      ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
      ['199', 'HTTP/1.1 199 Whatever\r\n\r\n'],
    ].map(([id, before]) =>
      good(`interim-${id}`, { before: before! }, `A client must be able to parse ${id} responses before the final one.`, ['H11'], {
        section: 'RFC 9110 section 15.2',
        ...(id === '199' ? { level: 'should' } : {}),
      }),
    ),
    good('interim-three', { before: 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(3) }, 'Several interim responses may come.', ['H11'], {
      section: 'RFC 9110 section 15.2',
    }),
    {
      id: 'interim-then-404',
      section: 'RFC 9110 section 15.2',
      requirements: ['H11', 'RC17'],
      why: 'What comes after an interim response is looked at like any other.',
      steps: [
        {
          do: 'response',
          response: { before: 'HTTP/1.1 103 Early Hints\r\n\r\n', statusLine: 'HTTP/1.1 404 Not Found', lines: ['Content-Length: 0'] },
        },
        { expect: 'never-open', mayStay: true },
      ],
    },
  ]
}
