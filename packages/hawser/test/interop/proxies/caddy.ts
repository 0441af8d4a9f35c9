import { idleArguments } from './case.ts'
import type { Places, ProxyCase, ProxyProgram } from './case.ts'

const site = (port: number, lines: string): string => `http://127.0.0.1:${port} {\n${lines}\n}`
const secured = ({ folder }: Places, port: number, lines: string): string =>
  `https://127.0.0.1:${port} {\ntls ${folder}/localhost.crt ${folder}/localhost.key\n${lines}\n}`
const to = (port: number, lines?: string): string => `reverse_proxy 127.0.0.1:${port}${lines === undefined ? '' : ` {\n${lines}\n}`}`

const cases: readonly ProxyCase[] = [
  { wrong: 'nothing', configure: ({ echo }, port) => site(port, to(echo)), finding: undefined },
  { wrong: '`request_header -Upgrade`', configure: ({ echo }, port) => site(port, `request_header -Upgrade\n${to(echo)}`), finding: 'upgrade-lost' },
  { wrong: '`redir` to https', configure: (_places, port) => site(port, 'redir https://{host}{uri} permanent'), finding: 'redirect-to-https' },
  {
    wrong: '`reverse_proxy` for another path',
    configure: ({ echo }, port) => site(port, to(echo).replace('reverse_proxy', 'reverse_proxy /ws/*')),
    finding: 'ordinary-page',
  },
  {
    wrong: '`header_up Host {upstream_hostport}`',
    configure: ({ echo }, port) => site(port, to(echo, 'header_up Host {upstream_hostport}')),
    finding: 'origin-refused',
  },
  { wrong: 'nothing listens behind it', configure: ({ closed }, port) => site(port, to(closed)), finding: 'upstream-unreachable' },
  {
    wrong: 'the server behind it is stuck, with `response_header_timeout 1s`',
    configure: ({ silent }, port) => site(port, to(silent, 'transport http {\nresponse_header_timeout 1s\n}')),
    finding: 'upstream-timeout',
  },
  { wrong: 'HTTP to a server with TLS', configure: ({ secure }, port) => site(port, to(secure)), finding: 'upstream-unreachable' },
  {
    wrong: '`versions h2c` to a server of HTTP/1.1',
    configure: ({ echo }, port) => site(port, to(echo, 'transport http {\nversions h2c\n}')),
    finding: 'upstream-unreachable',
  },
  { wrong: '`respond 403`', configure: (_places, port) => site(port, 'respond 403'), finding: 'access-denied' },
  {
    wrong: '`read_timeout 1s` in `transport http`',
    configure: ({ echo }, port) => site(port, to(echo, 'transport http {\nread_timeout 1s\n}')),
    args: idleArguments,
    finding: 'idle-timeout',
  },
  {
    wrong: '`respond` with a page',
    configure: (_places, port) => site(port, 'header Content-Type text/html\nrespond "<!doctype html><title>Chat</title>"'),
    finding: 'ordinary-page',
  },
  {
    wrong: 'nothing, with TLS and HTTP/2',
    scheme: 'wss',
    configure: (places, port) => secured(places, port, to(places.trusting)),
    overHttp2: false,
    finding: undefined,
  },
  { wrong: 'ws to a port with TLS', configure: (places, port) => secured(places, port, to(places.trusting)), finding: 'plain-to-tls' },
  {
    wrong: '`basicauth`',
    configure: ({ echo }, port) => site(port, `basicauth {\nada $2a$14$bhaEidlMrO83UrqGsq0LKOxVr57BPEJ8PZQ8yURIP/l9KQ3mdpWQS\n}\n${to(echo)}`),
    finding: 'credentials',
  },
  {
    wrong: '`header_up -Sec-WebSocket-Protocol`',
    configure: ({ echo }, port) => site(port, to(echo, 'header_up -Sec-WebSocket-Protocol')),
    args: ['--subprotocol', 'chat'],
    finding: 'subprotocol-ignored',
  },
  { wrong: 'the server behind it answers 101 and closes', configure: ({ closing }, port) => site(port, to(closing)), finding: 'closes-after-101' },
  {
    wrong: 'wss to a port without TLS',
    scheme: 'wss',
    configure: ({ echo }, port) => site(port, to(echo)),
    finding: 'tls-not-spoken',
  },
]

export const caddy: ProxyProgram = {
  program: 'caddy',
  name: 'Caddy',
  cases,
  configure: (sites) => `{\nadmin off\nauto_https off\n}\n${sites.join('\n')}\n`,
  args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  ready: /serving initial configuration/,
}
