import type { Step } from '../../case.ts'
import type { Row } from '../rows.ts'
import { accepts, both, info, isNoHandshake, noAccept, refuses } from './request-rows.ts'

export function methodRows(): Row[] {
  return ['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'get', 'Get', 'GETX', 'PROPFIND'].map((method) => ({
    id: `method-${method}`,
    requirements: ['RS2', 'RS1'],
    why: `The method of an opening handshake is GET, and methods are case-sensitive: ${method} is another.`,
    steps: isNoHandshake({ method }, !/^[A-Z]+$/.test(method) || method === 'GETX' || method === 'TRACE'),
  }))
}

export function versionLineRows(): Row[] {
  const why = 'The request needs HTTP/1.1 or higher; Upgrade in HTTP/1.0 is to be ignored.'
  return [
    ...['HTTP/1.0', 'HTTP/0.9'].map((version) => ({
      id: `http-${version}`,
      requirements: ['RS2', 'H1'],
      section: 'RFC 9110 section 7.8',
      why,
      steps: [
        { do: 'request', request: { version } },
        { expect: 'response', status: 'not-open', checks: [noAccept], orDrop: true },
      ] as Step[],
    })),
    ...['HTTP/11', 'HTTP/1.1x', 'http/1.1', 'HTTP/01.1', 'HTTP/1', 'HTTPS/1.1', 'HTTP 1.1'].map((version) => ({
      id: `http-${version.replace(' ', '-')}`,
      requirements: ['RS1', 'RS2'],
      section: 'RFC 9112 section 2.3',
      why: `"${version}" is not a version of HTTP/1.`,
      steps: refuses({ version }, undefined, true),
    })),
    info(
      'http-HTTP/1.2',
      { version: 'HTTP/1.2' },
      'HTTP/1.2 is higher than 1.1 and does not exist; the minor version is to be treated as the highest known.',
      {
        section: 'RFC 9110 section 2.5',
      },
    ),
    info(
      'http-HTTP/2.0',
      { version: 'HTTP/2.0' },
      '"HTTP/1.1 or higher" is the rule, and HTTP/2 has another form: a 101 and a 505 can both be read out of it.',
      { section: 'RFC 6455 section 4.2.1', requirements: ['RS2'] },
    ),
    {
      id: 'http-none',
      requirements: ['RS1', 'RS2'],
      section: 'RFC 9112 section 3',
      why: 'A request line without a version is HTTP/0.9.',
      steps: refuses({ version: '' }, undefined, true),
    },
  ]
}

/** RFC 9112 section 3: a recipient of an invalid request line SHOULD answer 400, or 301 with the target encoded properly. */
function invalidTarget(id: string, target: string, why: string): Row {
  const steps = isNoHandshake({ target })
  return { id, why, level: 'should', requirements: ['RS1'], section: 'RFC 9112 section 3', steps }
}

export function targetRows(): Row[] {
  return [
    both('target-query', true, { target: '{path}?x=1&y=%20' }, 'The resource name has a query, which does not change the path.', {
      requirements: ['RS2'],
    }),
    both('target-absolute-http', true, { target: 'http://{host}{path}' }, 'The absolute form is to be accepted; a server may refuse what it names.', {
      level: 'should',
      requirements: ['RS2', 'H7'],
      section: 'RFC 9112 section 3.2.2',
    }),
    both(
      'target-absolute-other-host-field',
      true,
      { target: 'http://{host}{path}', set: { Host: 'other.example' } },
      'The authority of an absolute target overrides Host; a server may refuse either name.',
      {
        level: 'info',
        requirements: ['H7'],
        section: 'RFC 9112 section 3.2.2',
      },
    ),
    both('target-asterisk', false, { target: '*' }, 'A target is a resource name or an http URI; the asterisk form belongs to OPTIONS.', {
      requirements: ['RS2'],
    }),
    both('target-authority', false, { target: '{host}' }, 'A target is a resource name or an http URI; the authority form belongs to CONNECT.', {
      requirements: ['RS2'],
    }),
    both('target-relative', false, { target: 'chat' }, 'A target begins with a slash or a scheme.', { requirements: ['RS2'] }),
    invalidTarget('target-fragment', '{path}#a', 'A fragment is never part of a request target.'),
    invalidTarget('target-control', '{path}?\x01', 'A control character is no part of a URI.'),
    invalidTarget('target-space', '{path}?a b', 'A space in the target makes four words of the request line.'),
    invalidTarget('target-tab', '{path}?a\tb', 'A tab is no part of a URI.'),
    invalidTarget('target-empty', '', 'A request line without a target has two words.'),
    invalidTarget('target-8-bit', '{path}?\xe9', 'Bytes beyond ASCII are to be percent-encoded.'),
    info('target-absolute-ws', { target: 'ws://{host}{path}' }, 'The standard names absolute http and https targets; a ws one is open to reading.', {
      requirements: ['RS2'],
    }),
    info('target-double-slash', { target: '/{path}' }, 'A target with two slashes is a path whose first segment is empty.'),
    info('target-bad-percent', { target: '{path}?%zz' }, 'A percent sign without two hexadecimal digits is no URI; few look.'),
    {
      id: 'target-6000-octets',
      level: 'should',
      requirements: ['H14'],
      section: 'RFC 9112 section 3',
      why: 'Request lines of 8000 octets are to be supported.',
      steps: accepts({ target: `{path}?${'q'.repeat(7900)}` }),
    },
    {
      id: 'target-100000-octets',
      level: 'info',
      requirements: ['H14'],
      section: 'RFC 9112 section 3',
      why: 'A target longer than the server wishes to parse is answered with an error; how long is its own choice.',
      steps: [
        { do: 'request', request: { target: `{path}?${'q'.repeat(100_000)}` } },
        { expect: 'response', status: 'error', prefer: [414], checks: [noAccept], orDrop: true },
      ],
    },
    {
      id: 'path-unknown',
      requires: ['path-unknown'],
      requirements: ['RS8'],
      why: 'A resource that does not exist is refused, not upgraded.',
      steps: refuses({ target: '{unknown-path}' }, [404]),
    },
  ]
}

export function hostRows(): Row[] {
  const bad = ['a b', 'a"b', 'ho\x01st', 'user@host', 'host/path', 'host?x', '[::1', 'host:port', 'host#', '<host>']
  const section = 'RFC 9112 section 3.2'
  return [
    both('host-missing', false, { set: { Host: null } }, 'A request of HTTP/1.1 without Host is answered 400.', {
      requirements: ['H7', 'RS2'],
      section,
    }),
    both('host-twice', false, { set: { Host: ['{host}', 'other.example'] } }, 'Two Host fields let two parsers see two hosts.', {
      requirements: ['H7', 'RS2'],
      section,
    }),
    both('host-twice-equal', false, { set: { Host: ['{host}', '{host}'] } }, 'Two Host fields are two, even when they agree.', {
      requirements: ['H7'],
      section,
    }),
    ...bad.map((host) =>
      both(`host-invalid-${encodeURIComponent(host)}`, false, { set: { Host: host } }, `"${host}" is no host.`, {
        requirements: ['H7', 'RS1'],
        section,
      }),
    ),
    both('host-lower-case-name', true, { set: { host: '{host}' } }, 'Field names are case-insensitive.', { section: 'RFC 9110 section 5.1' }),
    info('host-empty', { set: { Host: '' } }, 'An empty Host is grammatical where the target has no authority.', { section }),
    info('host-other', { set: { Host: 'other.example' } }, 'Whether a server answers for any host is its own policy.', {
      section: 'RFC 9110 section 7.2',
    }),
  ]
}
